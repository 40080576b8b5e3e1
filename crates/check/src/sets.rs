//! What may become of a set in one change.

use cutover_manifest::{Manifest, ObjectRef};
use cutover_plan::{Change, Outdated};
use cutover_workload::{Deployment, MOST_PODS};
use serde_json::Value;

use crate::broken::{Broken, Place};
use crate::counts::Crowd;

const REPLICAS: &str = "/spec/replicas";

/// What a change does to a set that no plan may.
pub(crate) fn broken(
    crowd: &Crowd,
    change: &Change,
    [before, after]: [Option<&Manifest>; 2],
    place: Place,
) -> Option<Broken> {
    let object = change.object();
    if !is_set(change) {
        return None;
    }
    let Some(pods) = crowd.pods.get(object) else {
        let reason = "it is a set of no workload, so nothing is promised of its pods";
        return Some(Broken::object(place, object, reason));
    };
    if let Some(reason) = replaced_wrongly(change, before, place) {
        return Some(Broken::object(place, object, reason));
    }
    // A way back waits for no pods of the new version to be ready: it counts them.
    let is_counted = matches!(place, Place::Undo { .. }) && pods.alive.is_known();
    if pods.rolling && !is_counted && !is_taken_back(before, after, place) {
        let reason = "it is changed while its pods are replaced, and no gate has seen that end";
        return Some(Broken::object(place, object, reason));
    }
    if crowd.writers.write(object) {
        let reason = "an autoscaler may write it too: nothing holds one, or no gate has seen that";
        return Some(Broken::field(place, object, REPLICAS, reason));
    }
    if pods.live.is_some() && counts_differ(before, after) {
        let reason = "others say how many pods it has, and it is written";
        return Some(Broken::field(place, object, REPLICAS, reason));
    }
    after.and_then(|after| of_manifest(object, before, after, place))
}

/// Whether a set that stays is given another number of pods, or loses what it says of it.
fn counts_differ(before: Option<&Manifest>, after: Option<&Manifest>) -> bool {
    let ends = before.zip(after);
    ends.is_some_and(|(before, after)| before.pointer(REPLICAS) != after.pointer(REPLICAS))
}

/// Whether a change is one of a set, or of pods.
fn is_set(change: &Change) -> bool {
    match change {
        Change::Create(_) | Change::Delete(_) | Change::Patch(_) => {
            Deployment::is(change.object()) || Deployment::was(change.object())
        }
        Change::Replace(_) => true,
    }
}

/// Why a plan may not delete the pods of a set for its controller to make them anew.
fn replaced_wrongly(change: &Change, set: Option<&Manifest>, place: Place) -> Option<&'static str> {
    let Change::Replace(replace) = change else {
        return None;
    };
    if Deployment::is(&replace.object) {
        return Some("its controller replaces its pods by itself, and the plan deletes them");
    }
    let update = set.and_then(|set| set.pointer("/spec/updateStrategy/type"));
    let on_delete = update.is_some_and(|update| update == "OnDelete");
    match (place, replace.pods) {
        (Place::Undo { .. }, Outdated::Stuck) => None,
        (Place::Undo { .. }, Outdated::Outdated) => {
            Some("a way back deletes pods that are not stuck")
        }
        (Place::Plan | Place::Step(_), Outdated::Outdated | Outdated::Stuck) if on_delete => None,
        (Place::Plan | Place::Step(_), Outdated::Outdated | Outdated::Stuck) => {
            Some("its pods are deleted, and its controller is not told to wait for that")
        }
    }
}

/// A set that is on its way is changed by a way back alone, which leaves its count: it gives back
/// what the step has changed beside, e.g. a pause, with the template.
fn is_taken_back(before: Option<&Manifest>, after: Option<&Manifest>, place: Place) -> bool {
    let (Place::Undo { .. }, Some(before), Some(after)) = (place, before, after) else {
        return false;
    };
    Deployment::of(before).replicas() == Deployment::of(after).replicas()
}

fn of_manifest(
    object: &ObjectRef,
    before: Option<&Manifest>,
    after: &Manifest,
    place: Place,
) -> Option<Broken> {
    let broken = |pointer, reason| Some(Broken::field(place, object, pointer, reason));
    if !is_count(after.pointer(REPLICAS)) {
        return broken(REPLICAS, "it is no count of pods");
    }
    let selector = "/spec/selector";
    if before.is_some_and(|before| before.pointer(selector) != after.pointer(selector)) {
        return broken(selector, "it never changes");
    }
    let labels = "/spec/template/metadata/labels";
    let as_before = before.is_some_and(|before| before.pointer(labels) == after.pointer(labels));
    let set = Deployment::of(after);
    let own = set.selector().is_ok_and(|own| own.matches(&set.labels()));
    match as_before || own {
        true => None,
        false => broken(labels, "its selector does not match its pods"),
    }
}

/// Whether the server reads the number as it is counted here; of an absent one it makes one.
fn is_count(replicas: Option<&Value>) -> bool {
    match replicas {
        None | Some(Value::Null) => true,
        Some(count) => count
            .as_u64()
            .is_some_and(|count| count <= MOST_PODS.into()),
    }
}
