//! Services that lead to pods of the release at one end, and to addresses of others at the other.

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_traffic::{PodIndex, Service, services};
use cutover_workload::Deployment;

use crate::kinds;
use crate::refusal::{Gathered, Refusals, refuse};
use crate::release::Release;

/// Refuses a Service that begins or ceases to select the pods of a Deployment that changes: where it
/// has no selector, or another name stands for it (`ExternalName`), nobody here knows who answers.
///
/// # Errors
///
/// All such Services, each with the Deployment.
pub(crate) fn elsewhere(release: &Release) -> Result<(), Refusals> {
    let pods = [release.from(), release.to()].map(PodIndex::of);
    let mut refused = Gathered::default();
    for after in services(release.to()) {
        let Some(before) = release.from().get(after.object()) else {
            continue;
        };
        let set = match [selects_nobody(before)?, selects_nobody(after)?] {
            [true, false] => changing(after, &pods[1], release),
            [false, true] => changing(before, &pods[0], release),
            [true, true] | [false, false] => continue,
        };
        if let Some(set) = set {
            refused.note(Err(at_once(after.object(), set)));
        }
    }
    refused.judge()
}

fn at_once(service: &ObjectRef, set: &ObjectRef) -> Refusals {
    let reason = format!(
        "it leads to pods of {set}, which changes, at one end, and to addresses of others at the other"
    );
    let hint = "let it lead there in a release of its own, before this one or after it";
    refuse(kinds::ELSEWHERE, service, "/spec/selector", reason, hint)
}

fn selects_nobody(service: &Manifest) -> Result<bool, Refusals> {
    Ok(Service::read(service)?.selector.is_empty())
}

/// A Deployment among those whose pods a Service selects that both ends have, and that changes.
fn changing<'a>(
    service: &'a Manifest,
    pods: &PodIndex<'a>,
    release: &Release,
) -> Option<&'a ObjectRef> {
    let differs = |set: &ObjectRef| {
        let [from, to]: [&Bundle; 2] = [release.from(), release.to()];
        from.contains(set) && to.contains(set) && from.get(set) != to.get(set)
    };
    let behind = pods.behind(service).into_iter();
    let mut sets = behind
        .map(|pods| pods.owner)
        .filter(|owner| Deployment::is(owner));
    sets.find(|set| differs(set))
}
