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
//! A way back goes over the same waypoints, and over others where it leaves some out. Most legs need
//! none of them.

use std::collections::{BTreeMap, BTreeSet};

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_release::with_more_ports;
use cutover_traffic::{
    Backend, Owned, PodIndex, Port, Service, ServicePort, backends, led_to, may_answer, offers,
    services,
};
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

/// What a way back passes over, since pods of the new version would come there: their ports and
/// routes it needs all the same.
pub(crate) struct PassedOver<'a> {
    /// The waypoints, in the order of the way back.
    pub(crate) points: &'a [&'a Waypoint],
    /// Routes that a workload moves itself: they stay as they are.
    pub(crate) is_moved: &'a dyn Fn(&ObjectRef) -> bool,
    /// Whether a Service is so in some state of the way forward.
    pub(crate) was_so: &'a dyn Fn(&Manifest) -> bool,
}

impl PassedOver<'_> {
    /// What ports need on the way back to a waypoint: first the pods stay as they are here, as far as
    /// they listen, and then they are as they are there. Services come last to which only the pods
    /// there listen.
    ///
    /// Where pods are replaced here just now, they go back before anything is waited for: the
    /// Services before these sets stay until then.
    pub(crate) fn between(
        &self,
        here: &Bundle,
        point: &Waypoint,
        rolling: &BTreeSet<ObjectRef>,
    ) -> Vec<Waypoint> {
        let before_late = without_late(here, &point.bundle);
        let there = before_late.as_ref().unwrap_or(&point.bundle);
        let mut bundles = self.by_ports(here, there, rolling);
        bundles.extend(before_late);
        let points = bundles.into_iter();
        points.map(|bundle| on_the_way(point, bundle)).collect()
    }

    fn by_ports(
        &self,
        here: &Bundle,
        there: &Bundle,
        rolling: &BTreeSet<ObjectRef>,
    ) -> Vec<Bundle> {
        if have_same_ports(here, there) {
            return Vec::new();
        }
        let pods_first = !listen_alike(there, here, [here, there]);
        let ports_first = !pods_first && !listen_alike(here, there, [there, here]);
        let mut ports: Vec<&Bundle> = vec![here];
        ports.extend(self.points.iter().map(|other| &other.bundle));
        ports.extend(ports_first.then_some(there));
        if ports.len() == 1 && !pods_first {
            return Vec::new();
        }
        let held = before_sets(here, rolling);
        let mut bundles = vec![here.clone()];
        for other in &ports[1..] {
            let led = self.with_ports_of(other, &bundles[bundles.len() - 1], &held);
            if !listen_alike(&led, here, [here, there]) {
                break;
            }
            bundles.push(led);
        }
        let before = bundles.len() - 1;
        // Pods go from here to there at the last ports that both listen to.
        let pass_by = usize::from(before == 0 && !pods_first).max(before);
        for other in &ports[pass_by..] {
            bundles.push(self.with_ports_of(other, there, &BTreeSet::new()));
        }
        bundles.dedup();
        bundles.pop_if(|last| last == there);
        bundles.into_iter().skip(1).collect()
    }

    /// A state with the ports and the routes of another, as far as the way forward had them so, and
    /// without the Services that are not there and to whose ports its pods do not listen; but for
    /// Services that are held.
    fn with_ports_of(&self, other: &Bundle, state: &Bundle, held: &BTreeSet<&ObjectRef>) -> Bundle {
        let [pods, others] = [state, other].map(PodIndex::of);
        let mut bundle = state.clone();
        for service in services(state).filter(|service| !held.contains(service.object())) {
            match other.get(service.object()) {
                Some(there) => bundle.extend(self.with_ports(service, there, &pods)),
                None if is_answered_alike(service, [&others, &pods]) => {}
                None => drop(bundle.remove(service.object())),
            }
        }
        for route in other {
            let is_taken = state.contains(route.object()) && !led_to(route).is_empty();
            if is_taken && !(self.is_moved)(route.object()) && is_led(&bundle, route) {
                bundle.insert(route.clone());
            }
        }
        bundle
    }

    /// A Service with the ports that it has elsewhere: by its own selector, or by that one where it
    /// selects the same pods.
    fn with_ports<'a>(
        &self,
        service: &'a Manifest,
        there: &'a Manifest,
        pods: &PodIndex<'a>,
    ) -> Option<Manifest> {
        let ports = there.pointer(Service::PORTS.pointer())?;
        let own = service.with(Service::PORTS, ports.clone());
        if (self.was_so)(&own) {
            return Some(own);
        }
        let [own, theirs] = [service, there].map(|service| {
            let behind = pods.behind(service).into_iter();
            behind.map(|pods| pods.owner).collect::<Vec<_>>()
        });
        (own == theirs).then(|| there.clone())
    }
}

/// A state without the Services that come there and to which none of the pods here would listen, and
/// with the routes to them as they are here.
fn without_late(here: &Bundle, there: &Bundle) -> Option<Bundle> {
    let comes = |service: &&Manifest| !here.contains(service.object());
    let coming: Vec<&Manifest> = services(there).filter(comes).collect();
    if are_answered_alike(&coming, [here, there]) {
        return None;
    }
    let [are, come] = [here, there].map(PodIndex::of);
    let mut left = there.clone();
    for service in coming {
        if !is_answered_alike(service, [&are, &come]) {
            left.remove(service.object());
        }
    }
    let mut without = left.clone();
    for route in deserted(there, &left) {
        without.remove(route.object());
        without.extend(here.get(route.object()).cloned());
    }
    Some(without)
}

/// The Services that select pods of some sets.
fn before_sets<'a>(state: &'a Bundle, sets: &BTreeSet<ObjectRef>) -> BTreeSet<&'a ObjectRef> {
    let pods = PodIndex::of(state);
    let is_before = |service: &&Manifest| {
        let mut behind = pods.behind(service).into_iter();
        behind.any(|pods| sets.contains(pods.owner))
    };
    services(state)
        .filter(is_before)
        .map(Manifest::object)
        .collect()
}

/// Whether pods of the first state listen to all ports to which pods of the second do, of the Services
/// that have others elsewhere: one that has them there too is as dead there, or as alive.
fn listen_alike(state: &Bundle, elsewhere: &Bundle, pods: [&Bundle; 2]) -> bool {
    let pods = pods.map(PodIndex::of);
    services(state).all(|service| {
        has_same_ports(service, elsewhere) || is_answered_alike(service, pods.each_ref())
    })
}

/// The same of one Service.
fn is_answered_alike<'a>(service: &'a Manifest, pods: [&PodIndex<'a>; 2]) -> bool {
    let [here, there] = pods.map(|pods| pods.behind(service));
    let mut targets = ServicePort::all(service)
        .into_iter()
        .filter_map(ServicePort::target);
    targets.all(|target| !is_lost(&target, [&here, &there]))
}

/// Whether some of the first pods do not listen to a port to which some of the second do.
fn is_lost(target: &Port, [here, there]: [&[&Owned<'_>]; 2]) -> bool {
    let answers = |pods: &&Owned<'_>| may_answer(pods.template, target);
    there.iter().any(answers) && !here.iter().all(answers)
}

/// Whether the Services of a state are reached at the same ports in another; those that are not there,
/// whether its pods listen to their ports.
fn have_same_ports(here: &Bundle, there: &Bundle) -> bool {
    let (stay, go): (Vec<&Manifest>, Vec<&Manifest>) =
        services(here).partition(|service| there.contains(service.object()));
    let mut stay = stay.into_iter();
    stay.all(|service| has_same_ports(service, there)) && are_answered_alike(&go, [there, here])
}

/// Whether a Service is there in another state, at the same ports.
fn has_same_ports(service: &Manifest, elsewhere: &Bundle) -> bool {
    let other = elsewhere.get(service.object());
    other.is_some_and(|other| ServicePort::all(service) == ServicePort::all(other))
}

/// Whether pods of the first state listen to all ports of Services to which pods of the second do.
fn are_answered_alike(services: &[&Manifest], pods: [&Bundle; 2]) -> bool {
    if services.is_empty() {
        return true;
    }
    let pods = pods.map(PodIndex::of);
    let mut services = services.iter();
    services.all(|service| is_answered_alike(service, pods.each_ref()))
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

/// The routes that lead here to a Service that is not there.
fn deserted<'a>(here: &'a Bundle, there: &Bundle) -> impl Iterator<Item = &'a Manifest> {
    let goes = |backend: &Backend| {
        let service = &backend.service;
        here.contains(service) && !there.contains(service)
    };
    here.iter()
        .filter(move |route| led_to(route).iter().any(goes))
}

/// The routes that lead there to a port that its Service does not have here.
fn arriving<'a>(here: &'a Bundle, there: &'a Bundle) -> impl Iterator<Item = &'a Manifest> {
    leaving(there, here)
}

/// Whether a route leads to no Service of a state that lacks its port; but for mirrors, whose copies
/// nobody waits for.
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
