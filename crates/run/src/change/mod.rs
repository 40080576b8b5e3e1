//! Whether a change is made, not made, or stands in the way of something that somebody else has
//! written.

use cutover_manifest::{Bundle, Field, Manifest, MergeKeys, ObjectRef};
use cutover_patch::{Difference, Segment, Standing, lacking, merge};
use cutover_workload::Deployment;
use serde_json::Value;

use crate::api::effect::Write;
use crate::api::guard::patch;
use crate::autoscalers::as_counted;
use crate::hint::Hint;
use crate::observed::status::is_terminating;
use crate::path::Path;
use crate::reason::Reason;
use crate::secrets::Secrets;

const ANNOTATIONS: Field = Field::new("/metadata/annotations");

/// Where a Secret has its data, and where a file may have it too.
const DATA: Field = Field::new("/data");
const STRING_DATA: Field = Field::new("/stringData");

/// How an object stands before or after a change.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ChangeState {
    /// The change is made.
    Done,
    /// The change is not made: this makes it.
    Pending(Write),
    /// It is to be created, and the one of before is on its way out.
    Terminating,
    /// Neither: who has written what, in words.
    Drifted(Reason),
}

/// How a live object stands towards a step of the way that changes it.
pub(crate) fn change_state(
    path: &Path,
    number: usize,
    object: &ObjectRef,
    live: Option<&Manifest>,
    secrets: Secrets<'_>,
) -> ChangeState {
    let (before, after) = (
        path.before(number).get(object),
        path.after(number).get(object),
    );
    let starts: Vec<Option<&Manifest>> = [Some(path.before(number)), path.halfway()]
        .into_iter()
        .flatten()
        .map(|state: &Bundle| state.get(object))
        .collect();
    match (live, after) {
        (None, None) => ChangeState::Done,
        (None, Some(after)) => absent(after, before, &starts, secrets),
        (Some(live), None) if is_terminating(live) => ChangeState::Done,
        (Some(live), None) => {
            let unlike = |start| unlike(path, path.before(number), start, live, secrets);
            removed(live, starts.iter().flatten().copied().map(unlike))
        }
        (Some(live), Some(_)) if is_terminating(live) && before.is_none() => {
            ChangeState::Terminating
        }
        (Some(live), Some(_)) if is_terminating(live) => {
            ChangeState::Drifted(being_deleted(object).into())
        }
        (Some(live), Some(after)) => present(live, after, &starts, secrets),
    }
}

/// Where the live object is not as it is after so many steps, in its planned fields; none where it
/// is.
pub(crate) fn drift(
    path: &Path,
    state: &Bundle,
    object: &ObjectRef,
    live: Option<&Manifest>,
    secrets: Secrets<'_>,
) -> Option<String> {
    match (live, state.get(object)) {
        (None, None) => None,
        // The step in whose middle the run turned round did not come to create it.
        (None, Some(_)) if path.halfway().is_some_and(|state| !state.contains(object)) => None,
        (None, Some(_)) => Some(format!("{object}: it is gone")),
        (Some(live), None) if is_terminating(live) => None,
        (Some(live), None) => Some(format!("{object}: {}", there(live))),
        (Some(live), Some(_)) if is_terminating(live) => Some(being_deleted(object)),
        (Some(live), Some(here)) => {
            let sealed = as_counted(&secrets.seal_like(live, here), here, state);
            let uncounted = path
                .counts(object)
                .then(|| here.without(Deployment::REPLICAS));
            let off = path
                .others(object, state)
                .chain(&uncounted)
                .flat_map(|other| {
                    Standing::of(sealed.value(), other.value(), here.value(), &MergeKeys).off_after
                });
            let mut known: Vec<Difference> = Vec::new();
            for found in off {
                if !known.contains(&found) {
                    known.push(found);
                }
            }
            let off = known;
            (!off.is_empty()).then(|| describe(live, &off))
        }
    }
}

fn absent(
    after: &Manifest,
    before: Option<&Manifest>,
    starts: &[Option<&Manifest>],
    secrets: Secrets<'_>,
) -> ChangeState {
    let object = after.object();
    match before {
        // The step that was being made when the run turned round did not come to create it.
        Some(_) if starts.contains(&None) => ChangeState::Done,
        Some(_) => ChangeState::Drifted(format!("{object}: it is gone").into()),
        None => match secrets.open(after) {
            Some(manifest) => ChangeState::Pending(Write::Create(manifest)),
            None => ChangeState::Drifted(unknown_data(object)),
        },
    }
}

fn present(
    live: &Manifest,
    after: &Manifest,
    starts: &[Option<&Manifest>],
    secrets: Secrets<'_>,
) -> ChangeState {
    let object = after.object();
    let sealed = secrets.seal_like(live, after);
    let known: Vec<&Manifest> = starts.iter().flatten().copied().collect();
    if known.is_empty() {
        let lacks = lacking(after.value(), sealed.value(), &MergeKeys);
        return if lacks.is_empty() {
            ChangeState::Done
        } else {
            ChangeState::Drifted(describe(live, &lacks).into())
        };
    }
    let standing =
        |start: &Manifest| Standing::of(sealed.value(), start.value(), after.value(), &MergeKeys);
    let others: Vec<&Manifest> = known.into_iter().filter(|start| *start != after).collect();
    let Some(first) = others.iter().find(|start| !standing(start).is_after()) else {
        return ChangeState::Done;
    };
    let Some(start) = others.iter().find(|start| standing(start).is_before()) else {
        return ChangeState::Drifted(describe(live, &standing(first).off_before).into());
    };
    if start.pointer("/data") == after.pointer("/data") || !after.is_sealed() {
        return ChangeState::Pending(patch(
            live,
            &merge(live.value(), start.value(), after.value(), &MergeKeys),
        ));
    }
    match secrets.open(after) {
        Some(open) => ChangeState::Pending(patch(live, &with_data(live, start, &open))),
        None => ChangeState::Drifted(unknown_data(object)),
    }
}

/// An object that is to be deleted, and how it is unlike each state that it may be in.
fn removed(live: &Manifest, mut unlike: impl Iterator<Item = Vec<Difference>>) -> ChangeState {
    let first = unlike.next().unwrap_or_default();
    if !first.is_empty() && unlike.all(|other| !other.is_empty()) {
        return ChangeState::Drifted(describe(live, &first).into());
    }
    ChangeState::Pending(Write::Delete {
        object: live.object().clone(),
        uid: metadata(live, "uid"),
        version: Some(metadata(live, "resourceVersion")),
    })
}

/// What a live object does not hold of a state, but for annotations, which many write, and for a
/// number of pods that others may choose.
fn unlike(
    path: &Path,
    state: &Bundle,
    here: &Manifest,
    live: &Manifest,
    secrets: Secrets<'_>,
) -> Vec<Difference> {
    let live = as_counted(&secrets.seal_like(live, here), here, state);
    let noted = here.without(ANNOTATIONS);
    let said = match path.counts(here.object()) {
        true => noted,
        false => noted.without(Deployment::REPLICAS),
    };
    lacking(said.value(), live.value(), &MergeKeys)
}

/// A live Secret with the data of another, and what else changes from its start to that one.
fn with_data(live: &Manifest, start: &Manifest, open: &Manifest) -> Value {
    let bare = |secret: &Manifest| secret.without(DATA).without(STRING_DATA);
    let mut target = merge(
        live.value(),
        bare(start).value(),
        bare(open).value(),
        &MergeKeys,
    );
    for field in ["data", "stringData"] {
        if let (Some(map), Some(data)) = (target.as_object_mut(), open.value().get(field)) {
            map.insert(field.to_owned(), data.clone());
        }
    }
    target
}

pub(crate) fn unknown_data(object: &ObjectRef) -> Reason {
    let message = format!("{object}: the plan has a seal of its data only");
    Reason::from(message).hint(Hint::GiveSecrets)
}

pub(crate) fn being_deleted(object: &ObjectRef) -> String {
    format!("{object}: it is being deleted")
}

fn metadata(live: &Manifest, field: &str) -> String {
    let text = live
        .pointer(&format!("/metadata/{field}"))
        .and_then(Value::as_str);
    text.unwrap_or_default().to_owned()
}

fn there(live: &Manifest) -> String {
    format!("it is there, and should not be{}", by(live, &[]))
}

/// Where a live object is not as expected, and who has written it last.
fn describe(live: &Manifest, off: &[Difference]) -> String {
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
    let entries = live
        .pointer("/metadata/managedFields")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let others =
        entries.filter(|entry| entry["manager"] != "cutover" && entry["subresource"] != "status");
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
