//! Numbers of pods that were given for the plan alone.

use std::collections::BTreeMap;

use cutover_check::Checked;
use cutover_manifest::{ObjectRef, Warning, listing};

const HINT: &str =
    "check it against the cluster: the plan's promises are as good as the number it was given";

/// The workloads whose number of pods is not the manifests' to say, told once for all that were
/// given the same.
pub(super) fn given(plan: &Checked) -> impl Iterator<Item = Warning> {
    let mut given: BTreeMap<u32, Vec<&ObjectRef>> = BTreeMap::new();
    for workload in &plan.spec.workloads {
        if workload.bounds.is_given() {
            let sets = given.entry(workload.replicas()).or_default();
            sets.extend(workload.objects().next());
        }
    }
    given.into_iter().map(|(number, sets)| Warning {
        object: match sets.as_slice() {
            [only] => Some((*only).clone()),
            _ => None,
        },
        place: None,
        message: message(number, &sets),
        hint: Some(HINT.to_owned()),
    })
}

fn message(number: u32, sets: &[&ObjectRef]) -> String {
    match sets {
        [_] => format!(
            "the manifest does not say how many pods run; the plan was given the number {number}"
        ),
        all => format!(
            "the manifests do not say how many pods run, of {}; the plan was given the number {number} for each",
            listing(all)
        ),
    }
}
