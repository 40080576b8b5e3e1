//! Whether a change is made, not made, or stands in the way of something that somebody else has
//! written.

mod drift;
pub(crate) mod ownership;
mod writer;

use cutover_manifest::{Bundle, Field, Manifest, MergeKeys, ObjectRef};
use cutover_patch::{Difference, Path as FieldPath, Standing, lacking, merge};
use cutover_workload::Deployment;
use serde_json::Value;

pub(crate) use self::drift::{Drift, drift, overruling, restored, told};
use self::writer::describe;
pub(crate) use self::writer::in_words;
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
    /// Neither: who has written what.
    Drifted(Drift),
}

/// How a live object stands towards a step of a path that changes it.
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
            ChangeState::Drifted(Drift::whole(object, being_deleted(object)))
        }
        (Some(live), Some(after)) => present(live, after, &starts, secrets),
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
        Some(_) => ChangeState::Drifted(Drift::whole(object, format!("{object}: it is gone"))),
        None => match secrets.open(after) {
            Some(manifest) => ChangeState::Pending(Write::Create(manifest)),
            None => ChangeState::Drifted(Drift::whole(object, unknown_data(object))),
        },
    }
}

fn present(
    live: &Manifest,
    after: &Manifest,
    starts: &[Option<&Manifest>],
    secrets: Secrets<'_>,
) -> ChangeState {
    let sealed = secrets.seal_like(live, after);
    let mut known = starts.iter().flatten().copied().peekable();
    if known.peek().is_none() {
        let lacks = lacking(after.value(), sealed.value(), &MergeKeys);
        return match lacks.is_empty() {
            true => ChangeState::Done,
            // It is no matter of fields: nobody knows whose object it is.
            false => ChangeState::Drifted(Drift::whole(live.object(), describe(live, &lacks))),
        };
    }
    let standing =
        |start: &Manifest| Standing::of(sealed.value(), start.value(), after.value(), &MergeKeys);
    let others: Vec<&Manifest> = known.filter(|start| *start != after).collect();
    let Some(first) = others.iter().find(|start| !standing(start).is_after()) else {
        return ChangeState::Done;
    };
    let Some(start) = others.iter().find(|start| standing(start).is_before()) else {
        return ChangeState::Drifted(Drift::of_fields(live, standing(first).off_before));
    };
    pending(live, start, after, secrets)
}

/// The write that brings an object on from a state of it.
fn pending(
    live: &Manifest,
    start: &Manifest,
    after: &Manifest,
    secrets: Secrets<'_>,
) -> ChangeState {
    if start.pointer("/data") == after.pointer("/data") || !after.is_sealed() {
        let merged = merge(live.value(), start.value(), after.value(), &MergeKeys);
        return ChangeState::Pending(patch(live, &merged));
    }
    match secrets.open(after) {
        Some(open) => ChangeState::Pending(patch(live, &with_data(live, start, &open))),
        None => ChangeState::Drifted(Drift::whole(after.object(), unknown_data(after.object()))),
    }
}

/// An object that is to be deleted, and how it is unlike each state that it may be in.
fn removed(live: &Manifest, mut unlike: impl Iterator<Item = Vec<Difference>>) -> ChangeState {
    let first = unlike.next().unwrap_or_default();
    if !first.is_empty() && unlike.all(|other| !other.is_empty()) {
        return ChangeState::Drifted(Drift::of_fields(live, first));
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

/// Whether a field is the number of pods that a set asks for.
pub(crate) fn is_count(path: &FieldPath) -> bool {
    let pointer = Deployment::REPLICAS.pointer();
    path.to_string() == pointer.trim_start_matches('/').replace('/', ".")
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

#[cfg(test)]
mod tests;
