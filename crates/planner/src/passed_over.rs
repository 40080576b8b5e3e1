//! Waypoints of a way back that leaves some of the way forward out, where requests come in at other
//! ports.

use std::collections::BTreeSet;

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_traffic::{PodIndex, Service, led_to, services};

use crate::answered::{deserted, has_same_ports, have_same_ports, is_answered_alike, is_led};
use crate::waypoint::{Waypoint, on_the_way};

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

    /// The states between, where the Services of both ends are reached at different ports.
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
    let mut coming = services(there).filter(comes).peekable();
    coming.peek()?;
    let [are, come] = [here, there].map(PodIndex::of);
    let late = coming.filter(|service| !is_answered_alike(service, [&are, &come]));
    let mut left = there.clone();
    for service in late {
        left.remove(service.object());
    }
    if left == *there {
        return None;
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
