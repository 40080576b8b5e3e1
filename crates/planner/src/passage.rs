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
//! A way back goes over the same waypoints, and over others (`passed_over.rs`) where it leaves some out.
//! Most legs need none of them.

use std::collections::BTreeMap;

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_release::with_more_ports;
use cutover_traffic::{Backend, PodIndex, Port, Service, ServicePort, led_to, services};
use serde_json::Value;

use crate::answered::{deserted, has, have_same_ports, is_answered_alike, is_led, is_lost};
use crate::waypoint::{Waypoint, on_the_way};

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

fn between(here: &Bundle, there: &Bundle) -> Vec<Bundle> {
    let early = early(here, there);
    let mut between = Vec::from_iter(early.clone());
    let here = early.as_ref().unwrap_or(here);
    match closed(here, there) {
        None => between.extend(led(here, there)),
        Some(closed) => {
            between.extend(led(here, &closed));
            between.push(closed.clone());
            between.extend(led(&closed, there));
        }
    }
    between
}

/// The same with Services that already lead where they will, since pods come that do not listen where
/// they lead now, and those that are here do listen there.
fn early(here: &Bundle, there: &Bundle) -> Option<Bundle> {
    if have_same_ports(here, there) {
        return None;
    }
    let [are, come] = [here, there].map(PodIndex::of);
    let mut early = here.clone();
    for service in services(here) {
        let Some(after) = there.get(service.object()) else {
            continue;
        };
        let ports = ServicePort::all(after).into_iter();
        let ports: Value = ports.map(|port| port.entry().clone()).collect();
        let led = service.with(Service::PORTS, ports);
        if !is_answered_alike(service, [&come, &are]) && is_answered_alike(&led, [&are, &come]) {
            early.insert(led);
        }
    }
    (early != *here).then_some(early)
}

/// The same without the ports that go with the leg and to which some pods there, of those that the
/// Service selects by then, no longer listen, or without the whole Service where that goes; and with
/// the routes that lead there, off them.
fn closed(here: &Bundle, there: &Bundle) -> Option<Bundle> {
    let pods = [here, there].map(PodIndex::of);
    let mut closed = here.clone();
    for service in services(here) {
        match there.get(service.object()) {
            Some(after) => closed.extend(narrowed(service, after, &pods)),
            None if is_answered_alike(service, [&pods[1], &pods[0]]) => {}
            None => drop(closed.remove(service.object())),
        }
    }
    if closed == *here {
        return None;
    }
    let off = leaving(here, &closed).chain(deserted(here, &closed));
    let off = off.filter_map(|route| there.get(route.object()));
    let off: Vec<Manifest> = off
        .filter(|route| is_led(&closed, route))
        .cloned()
        .collect();
    closed.extend(off);
    Some(closed)
}

/// A Service without the ports that go and that pods there do not answer; none where it has no such
/// port, or no other.
fn narrowed<'a>(
    here: &'a Manifest,
    there: &Manifest,
    pods: &[PodIndex<'a>; 2],
) -> Option<Manifest> {
    let (before, after) = (ServicePort::all(here), ServicePort::all(there));
    let [was, is] = pods.each_ref().map(|pods| pods.behind(here));
    let lost = |target: Port| is_lost(&target, [&is, &was]);
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
    for backend in leaving(here, there).flat_map(led_to) {
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
        .filter(move |route| led_to(route).iter().any(loses))
}

/// The routes that lead there to a port that its Service does not have here.
fn arriving<'a>(here: &'a Bundle, there: &'a Bundle) -> impl Iterator<Item = &'a Manifest> {
    leaving(there, here)
}
