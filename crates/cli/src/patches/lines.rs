//! A JSON line a change.

use cutover::manifest::Bundle;
use cutover::planning::Change;
use serde_json::{Value, json};

use super::way::{Passage, Way};
use crate::error::Error;

/// The changes of the way, in the order in which they are made.
///
/// # Errors
///
/// A plan that does not fit itself.
pub(super) fn lines(way: &Way<'_>) -> Result<String, Error> {
    let mut text = String::new();
    way.visit(|passage| {
        for line in of_step(passage) {
            text += &format!("{line}\n");
        }
        Ok(())
    })?;
    Ok(text)
}

fn of_step(passage: &Passage<'_>) -> Vec<Value> {
    let Passage {
        number,
        step,
        before,
        ..
    } = passage;
    let name = passage.name();
    let changes = step.changes.iter();
    changes
        .map(|change| {
            let (verb, field, content) = content(change, before);
            json!({ "step": number, "name": name, "verb": verb, "object": change.object(), field: content })
        })
        .collect()
}

fn content(change: &Change, before: &Bundle) -> (&'static str, &'static str, Value) {
    match change {
        Change::Create(manifest) => ("create", "manifest", json!(manifest)),
        Change::Delete(object) => ("delete", "manifest", json!(before.get(object))),
        Change::Patch(patch) => ("patch", "patch", json!(patch.ops)),
        Change::Replace(replace) => ("replace", "replace", json!(replace)),
    }
}
