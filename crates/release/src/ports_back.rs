//! Ports on the way back, where pods are replaced in place.

use std::collections::BTreeSet;

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_traffic::{Owned, PodIndex, Service, ServicePort, listens, services};
use cutover_workload::Deployment;

use crate::kinds;
use crate::refusal::{Refusals, refuse};
use crate::release::Release;

/// Refuses a Service that leads, in no state of the plan, to ports on which pods of before and of after
/// both answer, where the way back from its end replaces the one by the other. That nobody answers while
/// all pods of `recreated` sets are replaced at once is somebody's wish.
///
/// # Errors
///
/// Each such Service, with its pods.
pub fn ports_back(
    states: &[Bundle],
    release: &Release,
    recreated: &BTreeSet<ObjectRef>,
) -> Result<(), Refusals> {
    let [before, after] = [release.from(), release.to()].map(PodIndex::of);
    for wanted in services(release.to()) {
        let service = wanted.object();
        let known = release.from().get(service);
        let known = known.filter(|known| ServicePort::all(known) != ServicePort::all(wanted));
        let was = known.map(|known| before.behind(known)).unwrap_or_default();
        for is in after.behind(wanted) {
            let was = was.iter().find(|was| was.owner == is.owner);
            let Some(was) = was.filter(|was| was.template != is.template) else {
                continue;
            };
            let is_replaced = runs(release, is.owner) && !recreated.contains(is.owner);
            let mut seen = states.iter().filter_map(|state| state.get(service));
            if is_replaced && !seen.any(|service| answer_alike(&[was, is], service)) {
                return Err(nobody_answers(service, is.owner));
            }
        }
    }
    Ok(())
}

fn nobody_answers(service: &ObjectRef, set: &ObjectRef) -> Refusals {
    let reason = format!(
        "the old and the new pods of {set} listen to different ports: on the way back from the last \
         step nobody would answer its requests"
    );
    let hint = "give the port one name in the containers of both, and let the Service lead to that \
                name; or let the containers listen on both ports for a release";
    refuse(kinds::PORT, service, Service::PORTS.pointer(), reason, hint)
}

/// Whether a set has pods at both ends.
fn runs(release: &Release, set: &ObjectRef) -> bool {
    let mut ends = [release.from(), release.to()].into_iter();
    ends.all(|end| {
        let set = end.get(set).filter(|set| Deployment::is(set.object()));
        set.is_some_and(|set| Deployment::of(set).replicas() != Some(0))
    })
}

/// Whether pods of two versions listen to the same of a Service's ports.
fn answer_alike(pods: &[&Owned<'_>; 2], service: &Manifest) -> bool {
    let ports = ServicePort::all(service).into_iter();
    let mut targets = ports.filter_map(ServicePort::target);
    targets.all(|target| {
        let [was, is] = pods.map(|pods| listens(pods.template, &target));
        was == is
    })
}
