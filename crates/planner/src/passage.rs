//! Waypoints between a strategy's, where requests come in at other ports.
//!
//! A route leads to a port that a Service has, and a port leads to pods that listen to it. So where
//! both ends of a leg differ in ports, it goes in parts:
//!
//! ```text
//! here ─▶ closed ─▶ open ─▶ led ─▶ there
//!         │         │       └ the routes lead as they do there
//!         │         └ Services have the ports of both ends that routes need
//!         └ Services without the ports to which only pods of `here` listen
//! ```
//!
//! A way back goes over the same waypoints. Most legs need none of them.

use std::collections::BTreeMap;

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_release::{listens, with_more_ports};
use cutover_traffic::{Backend, PodIndex, Port, Service, ServicePort, backends, offers, services};
use cutover_workload::texts;
use serde_json::Value;

use crate::waypoint::Waypoint;

/// The waypoints of a plan, the start among them, with those that ports need between them.
pub(crate) fn by_ports(points: Vec<Waypoint>) -> Vec<Waypoint> {
    let mut all: Vec<Waypoint> = Vec::new();
    for point in points {
        if let Some(last) = all.last() {
            let between = between(&last.bundle, &point.bundle);
            let on_the_way = between.into_iter().map(|bundle| on_the_way(&point, bundle));
            all.extend(on_the_way.collect::<Vec<_>>());
        }
        all.push(point);
    }
    all
}

/// A waypoint on the way to another: what that asks for is asked for there alone.
fn on_the_way(point: &Waypoint, bundle: Bundle) -> Waypoint {
    Waypoint {
        gates: Vec::new(),
        shares: Vec::new(),
        bundle,
        ..point.clone()
    }
}

fn between(here: &Bundle, there: &Bundle) -> Vec<Bundle> {
    match closed(here, there) {
        None => led(here, there),
        Some(closed) => {
            let mut between = led(here, &closed);
            between.push(closed.clone());
            between.extend(led(&closed, there));
            between
        }
    }
}

/// The same without the ports that go with the leg and to which some pods there, of those that the
/// Service selects by then, no longer listen; and with the routes that lead there, off them.
fn closed(here: &Bundle, there: &Bundle) -> Option<Bundle> {
    let pods = [here, there].map(PodIndex::of);
    let mut closed = here.clone();
    for service in services(here) {
        let narrow = there
            .get(service.object())
            .and_then(|after| narrowed(service, after, &pods));
        closed.extend(narrow);
    }
    if closed == *here {
        return None;
    }
    let off = leaving(here, &closed).filter_map(|route| there.get(route.object()));
    let off: Vec<Manifest> = off
        .filter(|route| is_led(&closed, route))
        .cloned()
        .collect();
    closed.extend(off);
    Some(closed)
}

/// A Service without the ports that go and that pods there do not answer; none where it has no such
/// port, or no other.
fn narrowed(here: &Manifest, there: &Manifest, pods: &[PodIndex<'_>; 2]) -> Option<Manifest> {
    let (before, after) = (ServicePort::all(here), ServicePort::all(there));
    let selector = texts(here.pointer(Service::SELECTOR.pointer()));
    let namespace = here.object().namespace.as_deref();
    let [was, is] = pods
        .each_ref()
        .map(|pods| pods.selected(namespace, &selector));
    let lost = |target: Port| {
        let listened = was.iter().any(|pods| listens(pods.template, &target));
        listened && is.iter().any(|pods| !listens(pods.template, &target))
    };
    let goes = |port: &ServicePort<'_>| !after.iter().any(|one| one.key() == port.key());
    let mut kept = before.clone();
    kept.retain(|port| !(goes(port) && port.target().is_some_and(lost)));
    if kept.len() == before.len() || kept.is_empty() {
        return None;
    }
    let entries: Value = kept.iter().map(|port| port.entry().clone()).collect();
    Some(here.with(Service::PORTS, entries))
}

/// The states between two, where routes lead to ports that come or leave ports that go.
fn led(here: &Bundle, there: &Bundle) -> Vec<Bundle> {
    let mut led = there.clone();
    for (service, ports) in left(here, there) {
        let more = led
            .get(&service)
            .map(|service| with_more_ports(service, &ports));
        led.extend(more);
    }
    let mut open = led.clone();
    for route in arriving(here, there) {
        open.remove(route.object());
        open.extend(here.get(route.object()).cloned());
    }
    let mut states = vec![open, led];
    states.dedup();
    states.retain(|state| state != here && state != there);
    states
}

/// The ports that routes lead to here, and that their Services do not have there.
fn left<'a>(here: &'a Bundle, there: &Bundle) -> BTreeMap<ObjectRef, Vec<ServicePort<'a>>> {
    let mut left: BTreeMap<ObjectRef, Vec<ServicePort<'_>>> = BTreeMap::new();
    for backend in leaving(here, there).flat_map(backends) {
        let (Some(port), Some(service)) = (&backend.port, here.get(&backend.service)) else {
            continue;
        };
        let ports = ServicePort::all(service).into_iter();
        let ports = ports.filter(|one| one.is(port));
        left.entry(backend.service).or_default().extend(ports);
    }
    left
}

/// The routes that lead here to a port that its Service has, and there has no more.
fn leaving<'a>(here: &'a Bundle, there: &'a Bundle) -> impl Iterator<Item = &'a Manifest> {
    let lost = [Some(true), Some(false)];
    let loses = move |backend: &Backend| [here, there].map(|state| has(state, backend)) == lost;
    here.iter()
        .filter(move |route| backends(route).iter().any(loses))
}

/// The routes that lead there to a port that its Service does not have here.
fn arriving<'a>(here: &'a Bundle, there: &'a Bundle) -> impl Iterator<Item = &'a Manifest> {
    leaving(there, here)
}

/// Whether a route leads to no Service of a state that lacks its port.
fn is_led(state: &Bundle, route: &Manifest) -> bool {
    let backends = backends(route);
    !backends
        .iter()
        .any(|backend| has(state, backend) == Some(false))
}

/// Whether a Service has the port that a route means; nothing where one of them is not there.
fn has(state: &Bundle, backend: &Backend) -> Option<bool> {
    let service = state.get(&backend.service)?;
    Some(offers(service, backend.port.as_ref()?))
}
