//! Services and routes that the release would leave without those that they serve.

use std::collections::{BTreeMap, BTreeSet};

use cutover_manifest::{Bundle, Manifest, ObjectRef, Warning};
use cutover_traffic::{Backend, Owned, PodIndex, Service, backends, offers};
use cutover_workload::{Deployment, Workload};

use crate::kinds;
use crate::ports::{Served, has_ports};
use crate::refusal::{Gathered, Refusals, refuse};
use crate::release::Release;

/// Refuses a Service that is left without pods, whose named ports its pods newly lack, or that would
/// newly send requests to pods of a Deployment that is no part of what it served.
pub fn services(bundle: &Bundle, from: &Bundle, workloads: &[Workload]) -> Result<(), Refusals> {
    let (index, before) = (PodIndex::of(bundle), PodIndex::of(from));
    let kin = kin(workloads);
    let mut refused = Gathered::default();
    for manifest in cutover_traffic::services(bundle) {
        let service = Service::read(manifest)?;
        if service.selector.is_empty() {
            continue;
        }
        let selected = index.selected(manifest.object().namespace.as_deref(), &service.selector);
        let served = Served::of(from, &before, &service.object)?;
        if !served.pods.is_empty() {
            refused.note(matches_something(&service, &selected));
        }
        // Pods that end get requests at no port that they do not have.
        for pods in selected.iter().filter(|pods| pods.are_lasting()) {
            refused.note(has_ports(&service, pods, &served));
        }
        refused.note(no_strangers(&service, &selected, &served.pods, from, &kin));
    }
    refused.judge()
}

fn matches_something(service: &Service, selected: &[&Owned<'_>]) -> Result<(), Refusals> {
    if !selected.is_empty() {
        return Ok(());
    }
    let reason = format!("`{}` matches no pods any more", written(&service.selector));
    Err(refuse(
        kinds::NO_PODS_BEHIND,
        &service.object,
        "/spec/selector",
        reason,
        LABELS,
    ))
}

const LABELS: &str = "give the pods these labels, or the Service the labels of its pods; leave out a Service whose pods are not in the input";

/// A selector as kubectl has it.
fn written(selector: &BTreeMap<String, String>) -> String {
    let pairs = selector.iter().map(|(key, value)| format!("{key}={value}"));
    pairs.collect::<Vec<_>>().join(",")
}

/// Services that come and that select no pods of the input: an operator's, or a label is misspelt.
///
/// # Errors
///
/// A Service that cannot be read.
pub(crate) fn without_pods(from: &Bundle, to: &Bundle) -> Result<Vec<Warning>, Refusals> {
    let index = PodIndex::of(to);
    let mut found = Vec::new();
    for manifest in cutover_traffic::services(to) {
        let service = Service::read(manifest)?;
        let is_new = !from.contains(&service.object) && !service.selector.is_empty();
        if is_new && index.behind(manifest).is_empty() {
            let selector = written(&service.selector);
            found.push(Warning::about(
                &service.object,
                format!("/spec/selector: `{selector}` matches no pods of the input"),
                MADE_ELSEWHERE,
            ));
        }
    }
    Ok(found)
}

const MADE_ELSEWHERE: &str =
    "check how its labels are spelt, where nobody else (an operator) makes its pods";

/// A Service that served somebody may newly serve other sets of the same workload, and new objects,
/// but nobody else.
fn no_strangers(
    service: &Service,
    selected: &[&Owned<'_>],
    served: &[&Owned<'_>],
    from: &Bundle,
    kin: &BTreeMap<ObjectRef, usize>,
) -> Result<(), Refusals> {
    let known: BTreeSet<&ObjectRef> = served.iter().map(|pods| pods.owner).collect();
    let families: BTreeSet<&usize> = known.iter().filter_map(|owner| kin.get(*owner)).collect();
    let stranger = selected.iter().map(|pods| pods.owner).find(|owner| {
        let familiar = kin
            .get(*owner)
            .is_some_and(|family| families.contains(family));
        from.contains(owner) && !known.contains(owner) && !familiar
    });
    match stranger.filter(|_| !known.is_empty()) {
        Some(owner) => {
            let hint = "make the selector narrower, or give those pods other labels";
            Err(refuse(
                kinds::STRANGERS,
                &service.object,
                "/spec/selector",
                format!("it would newly send requests to {owner}"),
                hint,
            ))
        }
        None => Ok(()),
    }
}

/// Sets by the workload that they belong to.
fn kin(workloads: &[Workload]) -> BTreeMap<ObjectRef, usize> {
    let sets = workloads.iter().enumerate();
    sets.flat_map(|(at, workload)| workload.objects().map(move |object| (object.clone(), at)))
        .collect()
}

/// Refuses a Service whose Deployments go, or leave it, while only pods come that no plan waits for:
/// those of a StatefulSet, say. It would stand without ready pods.
pub(crate) fn left_alone(release: &Release) -> Result<(), Refusals> {
    let [before, after] = [release.from(), release.to()].map(PodIndex::of);
    let mut refused = Gathered::default();
    for manifest in cutover_traffic::services(release.to()) {
        let service = Service::read(manifest)?;
        let served = Served::of(release.from(), &before, &service.object)?;
        let selected = after.selected(manifest.object().namespace.as_deref(), &service.selector);
        let serves = |pods: &&Owned<'_>| {
            let set = release.from().get(pods.owner);
            Deployment::is(pods.owner)
                && set.is_some_and(|set| Deployment::of(set).replicas() != Some(0))
        };
        let is_seen = |pods: &&Owned<'_>| {
            let mut known = served.pods.iter();
            Deployment::is(pods.owner) || known.any(|known| known.owner == pods.owner)
        };
        if !served.pods.iter().any(serves) || selected.iter().any(is_seen) {
            continue;
        }
        refused.note(
            selected
                .first()
                .map_or(Ok(()), |pods| Err(unseen(&service, pods.owner))),
        );
    }
    refused.judge()
}

fn unseen(service: &Service, owner: &ObjectRef) -> Refusals {
    let reason = format!(
        "its pods would all be of {owner}, whose pods no plan waits for: it would stand without any that is ready"
    );
    let hint = "let both stand side by side in a release of their own, and take the old one away once the new pods are ready";
    let pointer = "/spec/selector";
    refuse(
        kinds::NOT_WAITED_FOR,
        &service.object,
        pointer,
        reason,
        hint,
    )
}

/// Refuses a route that the release leads to no Service; one that did before is others' care.
pub(crate) fn routes(release: &Release) -> Result<(), Refusals> {
    let (from, bundle) = (release.from(), release.to());
    let all = bundle.iter().flat_map(|route| {
        backends(route)
            .into_iter()
            .map(move |backend| (route, backend))
    });
    let known = |route: &Manifest, service: &ObjectRef| {
        let before = from.get(route.object()).map(backends).unwrap_or_default();
        let leads_there = before.iter().any(|backend| backend.service == *service);
        leads_there && !from.contains(service)
    };
    let mut missing = all.filter(|(route, backend)| {
        !bundle.contains(&backend.service) && !known(route, &backend.service)
    });
    missing.next().map_or(Ok(()), |(route, backend)| {
        let reason = format!(
            "{} is not in the input: requests to it would fail",
            backend.service
        );
        let hint = "give the Service too, or let the route lead to one that is there";
        Err(refuse(
            kinds::NO_SERVICE,
            route.object(),
            &backend.pointer,
            reason,
            hint,
        ))
    })
}

/// Refuses a state in which a route leads to a port that its Service does not have, where it was not
/// so before the release.
///
/// # Errors
///
/// The route, with the field that says the port.
pub fn route_ports(state: &Bundle, release: &Release) -> Result<(), Refusals> {
    let lacks = |bundle: &Bundle, backend: &Backend| {
        let port = backend.port.as_ref();
        let service = bundle.get(&backend.service);
        service
            .zip(port)
            .is_some_and(|(service, port)| !offers(service, port))
    };
    for route in state.iter() {
        let before = release.from().get(route.object()).map(backends);
        let before = before.unwrap_or_default();
        let same = |backend: &Backend, one: &Backend| {
            (&one.service, &one.port) == (&backend.service, &backend.port)
        };
        let lacked = |backend: &Backend| {
            let led_there = before.iter().any(|one| same(backend, one));
            led_there && lacks(release.from(), backend)
        };
        for backend in backends(route) {
            if lacks(state, &backend) && !lacked(&backend) {
                return Err(no_such_port(route, &backend));
            }
        }
    }
    Ok(())
}

fn no_such_port(route: &Manifest, backend: &Backend) -> Refusals {
    let port = backend.port.as_ref().map(ToString::to_string);
    refuse(
        kinds::PORT,
        route.object(),
        &backend.port_pointer,
        format!(
            "{} has no port {}: requests to it would fail",
            backend.service,
            port.unwrap_or_default()
        ),
        "keep the Service's port, or let the route lead to one that it has",
    )
}
