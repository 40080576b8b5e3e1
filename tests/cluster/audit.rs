//! Which writes were made, as the API server tells.

use std::collections::BTreeMap;

use cutover::Checked;
use serde_json::Value;

use crate::lab::objects;

/// How often each object was written, by kind, name and verb.
pub(crate) type Writes = BTreeMap<(String, String, String), usize>;

/// The writes to a plan's objects in a namespace that were carried out, and that made a change.
pub(crate) fn written_in(audited: &[Value], namespace: &str, plan: &Checked) -> Writes {
    let known = objects(plan);
    let mut writes = Writes::new();
    for line in audited.iter().filter(|line| is_made(line, namespace)) {
        let (resource, name) = (&line["objectRef"]["resource"], &line["objectRef"]["name"]);
        let object = known.iter().find(|object| {
            *resource == format!("{}s", object.kind.to_lowercase()) && *name == object.name
        });
        if let Some(object) = object {
            let verb = line["verb"].as_str().unwrap_or_default().to_owned();
            *writes
                .entry((object.kind.clone(), object.name.clone(), verb))
                .or_default() += 1;
        }
    }
    writes
}

fn is_made(line: &Value, namespace: &str) -> bool {
    line["objectRef"]["namespace"] == namespace
        && line["objectRef"]["subresource"].is_null()
        && text(&line["userAgent"]).starts_with("cutover")
        && is_change(line)
}

/// Whether a request has changed an object, beyond whose its fields are.
pub(crate) fn is_change(line: &Value) -> bool {
    ["create", "patch", "delete"].contains(&text(&line["verb"]))
        && !text(&line["requestURI"]).contains("dryRun")
        && line["responseStatus"]["code"]
            .as_u64()
            .is_some_and(|code| (200..300).contains(&code))
        && !gives_back(&line["requestObject"])
}

/// Whether a patch does nothing but give back the fields that the run has written.
fn gives_back(patch: &Value) -> bool {
    let operations = patch.as_array().into_iter().flatten();
    let mut changes = operations
        .filter(|operation| operation["op"] != "test")
        .peekable();
    let is_about_owners =
        |change: &Value| text(&change["path"]).starts_with("/metadata/managedFields/");
    changes.peek().is_some() && changes.all(is_about_owners)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
