//! How an object is not as the plan has it, and the writes that go over that where a person says so.

use cutover_manifest::{Bundle, Manifest, MergeKeys, ObjectRef};
use cutover_patch::{Difference, Standing, merge};
use cutover_workload::Deployment;

use super::writer::{describe, there};
use super::{ChangeState, being_deleted, pending, removed};
use crate::api::effect::Write;
use crate::api::guard::patch;
use crate::autoscalers::as_counted;
use crate::observed::status::is_terminating;
use crate::path::Path;
use crate::reason::Reason;
use crate::secrets::Secrets;

/// How an object is not as the plan has it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Drift {
    pub(crate) object: ObjectRef,
    /// The fields that differ; none where that is no matter of fields, and of a Secret, whose values
    /// nobody keeps.
    pub(crate) fields: Vec<Difference>,
    pub(crate) reason: Reason,
}

impl Drift {
    /// An object that is not there, or should not be, or of which nothing more is known.
    pub(crate) fn whole(object: &ObjectRef, reason: impl Into<Reason>) -> Self {
        Self {
            object: object.clone(),
            fields: Vec::new(),
            reason: reason.into(),
        }
    }

    /// Fields of a live object that the plan has otherwise.
    pub(crate) fn of_fields(live: &Manifest, off: Vec<Difference>) -> Self {
        let reason = describe(live, &off).into();
        Self {
            object: live.object().clone(),
            fields: if live.is_secret() { Vec::new() } else { off },
            reason,
        }
    }
}

/// All drift in one text, a line a field.
pub(crate) fn told(drift: &[Drift]) -> String {
    let lines: Vec<&str> = drift.iter().map(|drift| drift.reason.message()).collect();
    lines.join("\n")
}

/// Where the live object is not as it is after so many steps, in its planned fields; none where it
/// is.
pub(crate) fn drift(
    path: &Path,
    state: &Bundle,
    object: &ObjectRef,
    live: Option<&Manifest>,
    secrets: Secrets<'_>,
) -> Option<Drift> {
    match (live, state.get(object)) {
        (None, None) => None,
        // The step in whose middle the run turned round did not come to create it.
        (None, Some(_)) if path.halfway().is_some_and(|state| !state.contains(object)) => None,
        (None, Some(_)) => Some(Drift::whole(object, format!("{object}: it is gone"))),
        (Some(live), None) if is_terminating(live) => None,
        (Some(live), None) => Some(Drift::whole(object, format!("{object}: {}", there(live)))),
        (Some(live), Some(_)) if is_terminating(live) => {
            Some(Drift::whole(object, being_deleted(object)))
        }
        (Some(live), Some(here)) => {
            let live_as_counted = as_counted(&secrets.seal_like(live, here), here, state);
            let off = off(path, state, here, &live_as_counted);
            (!off.is_empty()).then(|| Drift::of_fields(live, off))
        }
    }
}

/// Where a live object differs from a state of it in the fields that the plan ever changes, or
/// counts; each once.
fn off(path: &Path, state: &Bundle, here: &Manifest, live: &Manifest) -> Vec<Difference> {
    let mut off: Vec<Difference> = Vec::new();
    for other in others(path, state, here) {
        let standing = Standing::of(live.value(), other.value(), here.value(), &MergeKeys);
        for found in standing.off_after {
            if !off.contains(&found) {
                off.push(found);
            }
        }
    }
    off
}

/// Other states of an object, by which its planned fields are known.
fn others(path: &Path, state: &Bundle, here: &Manifest) -> Vec<Manifest> {
    let object = here.object();
    let uncounted = path
        .counts(object)
        .then(|| here.without(Deployment::REPLICAS));
    path.others(object, state)
        .cloned()
        .chain(uncounted)
        .collect()
}

/// The write that brings an object back to a state of it in its planned fields, over what somebody
/// else has written there.
pub(crate) fn restored(path: &Path, state: &Bundle, live: &Manifest) -> Option<Write> {
    let here = state.get(live.object())?;
    let mut target = live.value().clone();
    for other in others(path, state, here) {
        target = merge(&target, other.value(), here.value(), &MergeKeys);
    }
    (target != *live.value()).then(|| patch(live, &target))
}

/// A step's change of an object over what somebody else has written there: what the step itself does
/// not change stays as it is.
pub(crate) fn overruling(
    path: &Path,
    number: usize,
    live: &Manifest,
    secrets: Secrets<'_>,
) -> Option<ChangeState> {
    let object = live.object();
    let Some(after) = path.after(number).get(object) else {
        return Some(removed(live, [Vec::new()].into_iter()));
    };
    let start = path.before(number).get(object)?;
    let merged = merge(live.value(), start.value(), after.value(), &MergeKeys);
    match merged == *live.value() {
        true => Some(ChangeState::Done),
        false => Some(pending(live, start, after, secrets)),
    }
}
