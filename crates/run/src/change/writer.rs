//! Where a live object is not as expected, and who has written it last.

use cutover_manifest::Manifest;
use cutover_patch::{Difference, Segment};
use serde_json::Value;

use super::ownership::{MANAGER, owners};

/// An object that should not be there.
pub(super) fn there(live: &Manifest) -> String {
    format!("it is there, and should not be{}", by(live, &[]))
}

/// Where a live object is not as expected, and who has written it last.
pub(super) fn describe(live: &Manifest, off: &[Difference]) -> String {
    let value = |value: &Option<Value>| {
        value
            .as_ref()
            .map_or_else(|| "nothing".to_owned(), ToString::to_string)
    };
    let line = |off: &Difference| {
        let (expected, found) = if live.is_secret() {
            ("other data".to_owned(), "data of its own".to_owned())
        } else {
            (value(&off.before), value(&off.after))
        };
        format!(
            "{}: {} is {found}, and the plan has {expected}",
            live.object(),
            off.path
        )
    };
    let lines: Vec<String> = off.iter().map(line).collect();
    format!("{}{}", lines.join("\n"), by(live, off))
}

/// Who has written these fields last, or failing that the object, the run itself and status writers
/// apart.
fn by(live: &Manifest, off: &[Difference]) -> String {
    let others = owners(live)
        .iter()
        .filter(|entry| entry["manager"] != MANAGER && entry["subresource"] != "status");
    let owns = |entry: &Value| off.iter().any(|off| owns(&entry["fieldsV1"], &off.path));
    // An entry of the scale subresource has no time.
    let last =
        others.max_by_key(|entry| (owns(entry), entry["time"].as_str().map(ToOwned::to_owned)));
    let said = last.and_then(|entry| {
        let manager = entry["manager"].as_str()?;
        let time = entry["time"]
            .as_str()
            .map(|time| format!(" at {time}"))
            .unwrap_or_default();
        Some(format!("; last written by {manager}{time}"))
    });
    said.unwrap_or_default()
}

/// Whether a set of fields, as `managedFields` has it, holds the one that a path ends with.
fn owns(fields: &Value, path: &[Segment]) -> bool {
    let names = path.iter().filter_map(|segment| match segment {
        Segment::Field(name) => Some(format!("f:{name}")),
        _ => None,
    });
    let names: Vec<String> = names.collect();
    names
        .last()
        .is_some_and(|name| fields.to_string().contains(&format!("{name:?}")))
}
