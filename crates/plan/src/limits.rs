//! How large a plan may be, judged before any of it is applied: whoever reads it needs no more
//! memory than a small multiple of the file.

use cutover_manifest::PathSegment;
use cutover_patch::{Patch, PatchOperation};
use serde_json::Value;

use crate::change::Change;
use crate::error::Error;
use crate::plan::Plan;
use crate::step::Step;

/// The most steps on the way forward, and on each way back: nobody reads more.
pub const MOST_STEPS: usize = 1_000;

/// The most operations of one patch.
const MOST_OPERATIONS: usize = 50_000;

/// The most levels of maps and lists, of the plan and of each object in any of its states: as many
/// as the reader of manifests takes.
const DEEPEST: usize = 255;

/// The longest text, in bytes, that is the plan's own and no part of an object.
const LONGEST: usize = 64 * 1024;

/// The longest name, in bytes: that of the API server's.
const LONGEST_NAME: usize = 253;

/// Where a plan holds objects, or parts of them: their texts are theirs.
const OBJECTS: [&str; 4] = ["create", "inverse", "manifest", "ops"];

/// What is sent to somebody who is asked: as a whole it is no longer than a text may be.
const BODY: &str = "body";

/// Refuses a document of ours that is deeper than a plan may be, or has a text that is longer.
///
/// # Errors
///
/// [`Error::Edited`] with the place.
pub fn refuse_excessive(value: &Value) -> Result<(), Error> {
    if depth(value) > DEEPEST {
        let reason = format!("it is more than {DEEPEST} levels deep");
        return Err(Error::edited("plan", &reason));
    }
    match long_text(value) {
        Some(path) => {
            let reason = format!("it is longer than {LONGEST} bytes");
            Err(Error::edited(&format!("plan: {path}"), &reason))
        }
        None => Ok(()),
    }
}

/// Refuses a plan with too many steps or operations, with operations that make an object deeper
/// than a plan can hold, or with names that are none.
pub(crate) fn plan(plan: &Plan) -> Result<(), Error> {
    names(plan)?;
    steps(&plan.spec.steps)?;
    for undo in &plan.spec.undo {
        steps(&undo.steps).map_err(|error| error.on_the_way_back(undo.from))?;
    }
    Ok(())
}

fn steps(steps: &[Step]) -> Result<(), Error> {
    let count = steps.len();
    if count > MOST_STEPS {
        let place = format!("step {}", MOST_STEPS + 1);
        let reason = format!("there are {count} steps, and {MOST_STEPS} are allowed");
        return Err(Error::edited(&place, &reason));
    }
    for (number, step) in (1..).zip(steps) {
        let place = format!("step {number}");
        patches(step).map_err(|reason| Error::edited(&place, &reason))?;
    }
    Ok(())
}

fn names(plan: &Plan) -> Result<(), Error> {
    let spec = &plan.spec;
    let name = ("metadata.name".to_owned(), plan.metadata.name.as_str());
    // These may be of two parts: `north/hello` where two workloads share a name.
    let strategy = spec.strategy.split('/');
    let strategy = strategy.map(|part| ("spec.strategy".to_owned(), part));
    let workloads = spec.workloads.iter().enumerate();
    let workloads = workloads.flat_map(|(at, workload)| {
        let parts = workload.name.split('/');
        parts.map(move |part| (format!("spec.workloads[{at}].name"), part))
    });
    let from = spec.from.iter().enumerate();
    let from = from.map(|(at, manifest)| {
        let name = manifest.object().name.as_str();
        (format!("spec.from[{at}].metadata.name"), name)
    });
    for (place, name) in [name]
        .into_iter()
        .chain(strategy)
        .chain(workloads)
        .chain(from)
    {
        let reason = match PathSegment::name(name) {
            Ok(_) if name.len() <= LONGEST_NAME => continue,
            Ok(_) => format!("a name has {LONGEST_NAME} bytes at most"),
            Err(reason) => reason.to_string(),
        };
        return Err(Error::edited(&format!("plan: {place}"), &reason));
    }
    Ok(())
}

/// Why a step's changes are refused, where they are.
fn patches(step: &Step) -> Result<(), String> {
    for change in &step.changes {
        let of_object = |reason: String| format!("{}: {reason}", change.object());
        if change.object().name.len() > LONGEST_NAME {
            return Err(format!("a name has {LONGEST_NAME} bytes at most"));
        }
        match change {
            Change::Create(manifest) if depth(manifest.value()) > DEEPEST => {
                return Err(of_object(too_deep()));
            }
            Change::Patch(patch) => {
                operations(&patch.ops).map_err(of_object)?;
                operations(&patch.inverse).map_err(of_object)?;
            }
            Change::Create(_) | Change::Delete(_) | Change::Replace(_) => {}
        }
    }
    Ok(())
}

fn operations(patch: &Patch) -> Result<(), String> {
    if patch.len() > MOST_OPERATIONS {
        let count = patch.len();
        return Err(format!(
            "{count} operations in one patch, and {MOST_OPERATIONS} are allowed"
        ));
    }
    for operation in patch.iter() {
        let path = operation.path();
        let reason = match operation {
            PatchOperation::Add(add) if path.count() + depth(&add.value) > DEEPEST => too_deep(),
            PatchOperation::Replace(replace) if path.count() + depth(&replace.value) > DEEPEST => {
                too_deep()
            }
            PatchOperation::Move(from) if path.count() > from.from.count() => {
                "a `move` leads no deeper than where it takes from".into()
            }
            PatchOperation::Copy(_) => "a plan has no `copy`".into(),
            PatchOperation::Add(_)
            | PatchOperation::Move(_)
            | PatchOperation::Remove(_)
            | PatchOperation::Replace(_)
            | PatchOperation::Test(_) => continue,
        };
        return Err(format!("{path}: {reason}"));
    }
    Ok(())
}

fn too_deep() -> String {
    format!("it becomes more than {DEEPEST} levels deep")
}

/// How many levels of maps and lists there are, without recursion: too deep a value is why one asks.
fn depth(value: &Value) -> usize {
    let mut deepest = 0;
    let mut open = vec![(value, 0)];
    while let Some((value, above)) = open.pop() {
        deepest = deepest.max(above);
        match value {
            Value::Array(items) => open.extend(items.iter().map(|item| (item, above + 1))),
            Value::Object(fields) => open.extend(fields.values().map(|field| (field, above + 1))),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    deepest
}

/// Where a text of the plan itself is too long.
fn long_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => (text.len() > LONGEST).then(String::new),
        Value::Array(items) => {
            let mut long = items.iter().enumerate();
            long.find_map(|(at, item)| Some(format!("[{at}]{}", joined(&long_text(item)?))))
        }
        Value::Object(fields) => fields.iter().find_map(|(name, field)| {
            if name == BODY && size(field) > LONGEST {
                return Some(name.clone());
            }
            let of_object = OBJECTS.contains(&name.as_str()) || name == "from" && field.is_array();
            if of_object {
                return None;
            }
            Some(format!("{name}{}", joined(&long_text(field)?)))
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

/// How many bytes the texts of a value have, names of fields among them.
fn size(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(size).sum(),
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, field)| name.len() + size(field));
            fields.sum()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => 1,
    }
}

/// The rest of a path, after a name or an index.
fn joined(rest: &str) -> String {
    match rest.is_empty() || rest.starts_with('[') {
        true => rest.to_owned(),
        false => format!(".{rest}"),
    }
}
