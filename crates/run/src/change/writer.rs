//! Where a live object is not as expected, and who has written it last.

use cutover_manifest::Manifest;
use cutover_patch::{Difference, Segment};
use serde_json::Value;

use super::ownership::{MANAGER, owners};
use crate::accept::DriftedField;

/// An object that should not be there.
pub(super) fn there(live: &Manifest) -> String {
    format!("it is there, and should not be{}", by(live, &[]))
}

/// Where a live object is not as expected, a line a field, each with who has written it last.
pub(super) fn describe(live: &Manifest, off: &[Difference]) -> String {
    let line = |off: &Difference| {
        let (expected, found) = if live.is_secret() {
            ("other data".to_owned(), "data of its own".to_owned())
        } else {
            (in_words(off.before.as_ref()), in_words(off.after.as_ref()))
        };
        let (field, by) = (
            DriftedField::of(live.object(), &off.path),
            by(live, &off.path),
        );
        format!("{field} is {found}, and the plan has {expected}{by}")
    };
    let lines: Vec<String> = off.iter().map(line).collect();
    lines.join("\n")
}

/// The value of a field as it is told.
pub(crate) fn in_words(value: Option<&Value>) -> String {
    value.map_or_else(|| "nothing".to_owned(), Value::to_string)
}

/// Who has written a field last, or failing that the object, the run itself and status writers apart.
fn by(live: &Manifest, path: &[Segment]) -> String {
    let others = owners(live)
        .iter()
        .filter(|entry| entry["manager"] != MANAGER && entry["subresource"] != "status");
    let owns = |entry: &Value| owns(&entry["fieldsV1"], path);
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
