//! Counts that others own: an autoscaler, or whoever scales what a manifest gives no number.

use std::collections::{BTreeMap, BTreeSet};

use cutover_manifest::{Bundle, Manifest, ObjectRef, Warning};
use cutover_workload::{Autoscaler, Deployment, deployments};

use crate::autoscalers::Autoscalers;
use crate::on_autoscaler::OnAutoscaler;

/// Who says how many pods a Deployment has, where its manifest alone does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    /// An autoscaler of the input.
    Autoscaler(ObjectRef),
    /// An autoscaler that goes before anything is counted: what is wanted says it from then on.
    Leaving(ObjectRef),
    /// The plan, which holds this autoscaler while it counts.
    Plan(ObjectRef),
    /// Nobody that is known: an end says no number.
    Unknown,
}

/// The Deployments whose number of pods is not the manifests' to say, each with who says it.
///
/// A number at one end alone is none: no patch may add it or take it away, since the API server
/// makes one of an absent number.
pub(crate) fn owners(
    from: &Bundle,
    to: &Bundle,
    on_autoscaler: Option<OnAutoscaler>,
) -> BTreeMap<ObjectRef, Owner> {
    let mut owners = BTreeMap::new();
    let scalers = [from, to].map(Autoscalers::of);
    for set in deployments(from).chain(deployments(to)) {
        let object = set.manifest().object();
        let [running, wanted] = scalers
            .each_ref()
            .map(|end| end.scaling(object).next().map(Autoscaler::object));
        let leaving = running.filter(|scaler| wanted.is_none() && !to.contains(scaler));
        let scaler = running.or(wanted).cloned();
        let is_said = [from, to]
            .iter()
            .filter_map(|end| end.get(object))
            .all(is_said);
        let owner = match (scaler, on_autoscaler) {
            (Some(scaler), _) if leaving.is_some() && is_said => Owner::Leaving(scaler),
            (Some(scaler), None) if leaving.is_none() => Owner::Autoscaler(scaler),
            (Some(scaler), Some(OnAutoscaler::Hold)) if is_said => Owner::Plan(scaler),
            (_, _) if is_said => continue,
            (_, _) => Owner::Unknown,
        };
        owners.insert(object.clone(), owner);
    }
    owners
}

/// What is wanted, with the numbers of pods as they are where others own them; and what a reviewer
/// should know of that.
///
/// A number that the plan says while it holds an autoscaler stays too, unless it is what is wanted:
/// what a file says of it was true when somebody wrote it.
pub(crate) fn keep(
    owners: &BTreeMap<ObjectRef, Owner>,
    given: &BTreeSet<ObjectRef>,
    is_scaled: bool,
    from: &Bundle,
    to: &mut Bundle,
) -> Vec<Warning> {
    let mut notes = Vec::new();
    for (object, owner) in owners {
        if matches!(owner, Owner::Plan(_)) && is_scaled {
            continue;
        }
        let (Some(running), Some(wanted)) = (from.get(object), to.get(object)) else {
            continue;
        };
        if let Owner::Leaving(scaler) = owner {
            let count = Deployment::of(running).replicas();
            let count = count.filter(|_| !given.contains(object));
            notes.extend(count.map(|count| leaves(wanted, scaler, count)));
            continue;
        }
        let kept = match running.pointer(Deployment::REPLICAS.pointer()) {
            Some(said) => wanted.with(Deployment::REPLICAS, said.clone()),
            None => wanted.without(Deployment::REPLICAS),
        };
        if kept != *wanted {
            notes.push(note(wanted, owner));
            to.insert(kept);
        }
    }
    notes
}

pub(crate) fn is_said(set: &Manifest) -> bool {
    Deployment::is(set.object())
        && set
            .pointer(Deployment::REPLICAS.pointer())
            .is_some_and(|said| !said.is_null())
}

fn note(wanted: &Manifest, owner: &Owner) -> Warning {
    const ALONE: &str = "leave `replicas` out of both ends, or scale in a release of its own";
    const GIVEN: &str = "give the number that runs, or leave `replicas` out of both ends";
    let (owner, hint) = match owner {
        Owner::Autoscaler(scaler) | Owner::Leaving(scaler) | Owner::Plan(scaler) => {
            (format!("{scaler} says how many pods run"), ALONE)
        }
        Owner::Unknown => ("only one end says how many pods run".to_owned(), GIVEN),
    };
    Warning::about(
        wanted.object(),
        format!(
            "{owner}: their number stays as it is, and {} with it",
            Deployment::REPLICAS
        ),
        hint,
    )
}

/// What runs is told by an autoscaler until it goes.
fn leaves(wanted: &Manifest, scaler: &ObjectRef, count: u32) -> Warning {
    Warning::about(
        wanted.object(),
        format!(
            "{scaler} goes, and says how many pods run until then: the plan counts from {count}"
        ),
        "give the number that runs, where it is another, or plan from live objects",
    )
}

#[cfg(test)]
mod tests;
