//! Ports of Services and pods that listen to them, and routes and the Services that they lead to, in two
//! states.

use cutover_manifest::{Bundle, Manifest};
use cutover_traffic::{
    Backend, Owned, PodIndex, Port, ServicePort, backends, led_to, may_answer, offers, services,
};

/// Whether pods of the first index listen to all ports of a Service to which pods of the second do.
pub(crate) fn is_answered_alike<'a>(service: &'a Manifest, pods: [&PodIndex<'a>; 2]) -> bool {
    let [here, there] = pods.map(|pods| pods.behind(service));
    let mut targets = ServicePort::all(service)
        .into_iter()
        .filter_map(ServicePort::target);
    targets.all(|target| !is_lost(&target, [&here, &there]))
}

/// Whether some of the first pods do not listen to a port to which some of the second do.
pub(crate) fn is_lost(target: &Port, [here, there]: [&[&Owned<'_>]; 2]) -> bool {
    let answers = |pods: &&Owned<'_>| may_answer(pods.template, target);
    there.iter().any(answers) && !here.iter().all(answers)
}

/// Whether the Services of a state are reached at the same ports in another; those that are not there,
/// whether its pods listen to their ports.
pub(crate) fn have_same_ports(here: &Bundle, there: &Bundle) -> bool {
    let (stay, go): (Vec<&Manifest>, Vec<&Manifest>) =
        services(here).partition(|service| there.contains(service.object()));
    if !stay
        .into_iter()
        .all(|service| has_same_ports(service, there))
    {
        return false;
    }
    // Pods are looked for where a Service goes alone.
    go.is_empty() || {
        let [come, are] = [there, here].map(PodIndex::of);
        let mut go = go.into_iter();
        go.all(|service| is_answered_alike(service, [&come, &are]))
    }
}

/// Whether a Service is there in another state, at the same ports.
pub(crate) fn has_same_ports(service: &Manifest, elsewhere: &Bundle) -> bool {
    let other = elsewhere.get(service.object());
    other.is_some_and(|other| ServicePort::all(service) == ServicePort::all(other))
}

/// The routes that lead here to a Service that is not there.
pub(crate) fn deserted<'a>(here: &'a Bundle, there: &Bundle) -> impl Iterator<Item = &'a Manifest> {
    let goes = |backend: &Backend| {
        let service = &backend.service;
        here.contains(service) && !there.contains(service)
    };
    here.iter()
        .filter(move |route| led_to(route).iter().any(goes))
}

/// Whether a route leads to no Service of a state that lacks its port; but for mirrors, whose copies
/// nobody waits for.
pub(crate) fn is_led(state: &Bundle, route: &Manifest) -> bool {
    let backends = backends(route);
    !backends
        .iter()
        .any(|backend| has(state, backend) == Some(false))
}

/// Whether a Service has the port that a route means; nothing where one of them is not there.
pub(crate) fn has(state: &Bundle, backend: &Backend) -> Option<bool> {
    let service = state.get(&backend.service)?;
    Some(offers(service, backend.port.as_ref()?))
}
