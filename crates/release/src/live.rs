//! Counts that others own: an autoscaler, or whoever scales what a manifest gives no number.

use std::collections::BTreeMap;

use cutover_manifest::{Bundle, Manifest, ObjectRef, Warning};
use cutover_workload::{Deployment, deployments};

use crate::autoscalers::{scaler_of, scalers};

const REPLICAS: &str = "/spec/replicas";

/// The Deployments whose number of pods is not the manifests' to say, each with its autoscaler
/// where it has one.
///
/// A number at one end alone is none: no patch may add it or take it away, since the API server
/// makes one of an absent number.
pub(crate) fn live(from: &Bundle, to: &Bundle) -> BTreeMap<ObjectRef, Option<ObjectRef>> {
    let scalers = scalers(from, to);
    let sets = deployments(from).chain(deployments(to));
    let live = sets.filter_map(|set| {
        let object = set.manifest().object();
        let autoscaler = scaler_of(object, &scalers).map(|scaler| scaler.object().clone());
        (autoscaler.is_some() || !is_said(set)).then(|| (object.clone(), autoscaler))
    });
    live.collect()
}

/// What is wanted, with the numbers of pods as they are where others own them; and what a reviewer
/// should know of that.
pub(crate) fn keep(
    live: &BTreeMap<ObjectRef, Option<ObjectRef>>,
    from: &Bundle,
    to: &mut Bundle,
) -> Vec<Warning> {
    let mut notes = Vec::new();
    for (object, autoscaler) in live {
        let (Some(running), Some(wanted)) = (from.get(object), to.get(object)) else {
            continue;
        };
        let kept = match running.pointer(REPLICAS) {
            Some(said) => wanted.set(REPLICAS, said.clone()),
            None => wanted.without(REPLICAS),
        };
        if kept != *wanted {
            notes.push(note(wanted, autoscaler.as_ref()));
            to.insert(kept);
        }
    }
    notes
}

fn is_said(set: Deployment<'_>) -> bool {
    set.manifest()
        .pointer(REPLICAS)
        .is_some_and(|said| !said.is_null())
}

fn note(wanted: &Manifest, autoscaler: Option<&ObjectRef>) -> Warning {
    let owner = match autoscaler {
        Some(autoscaler) => format!("{autoscaler} says how many pods run"),
        None => "only one end says how many pods run".to_owned(),
    };
    Warning {
        object: Some(wanted.object().clone()),
        place: None,
        message: format!("{owner}: their number stays as it is, and {REPLICAS} with it"),
        hint: Some("leave `replicas` out of both ends, or scale in a release of its own".into()),
    }
}

#[cfg(test)]
mod tests;
