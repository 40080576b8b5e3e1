//! Ports on the way back, where pods are replaced in place.

use std::collections::BTreeSet;

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_traffic::{Owned, PodIndex, Port, Service, ServicePort, listens, may_answer, services};
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
            let pods = [(*was, known), (is, Some(wanted))];
            if is_replaced && !seen.any(|service| answer_alike(&pods, service)) {
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

/// Whether pods of two versions answer at the same of a Service's ports.
fn answer_alike(pods: &[(&Owned<'_>, Option<&Manifest>); 2], service: &Manifest) -> bool {
    let mut targets = targets(service);
    targets.all(|target| {
        let mut both = pods.iter();
        // What says nothing of where it listens, before and after, says nothing of a difference.
        let is_unsaid = both.all(|(pods, _)| says_nothing(pods, &target));
        let [was, is] = pods.map(|(pods, service)| answers(pods, service, &target));
        is_unsaid || was == is
    })
}

fn says_nothing(pods: &Owned<'_>, target: &Port) -> bool {
    may_answer(pods.template, target) && !listens(pods.template, target)
}

/// Whether pods answer at a port: they declare it, or nothing at all, and their Service led there.
fn answers(pods: &Owned<'_>, service: Option<&Manifest>, target: &Port) -> bool {
    let mut led = service.into_iter().flat_map(targets);
    listens(pods.template, target) || says_nothing(pods, target) && led.any(|one| one == *target)
}

fn targets(service: &Manifest) -> impl Iterator<Item = Port> {
    let ports = ServicePort::all(service).into_iter();
    ports.filter_map(ServicePort::target)
}
