//! What may not be otherwise for a while, where both ends have it.
//!
//! A step may change anything on the way to the end, and what it takes for that is counted: pods, ports
//! that nobody answers, shares. What is not counted (an address, a protocol, whether pods that are not
//! ready get requests) is as at one of the ends, or nobody knows what becomes of requests.

use std::collections::BTreeSet;

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_plan::{Change, Step};
use cutover_traffic::{Service, ServicePort, backends, services};
use serde_json::Value;

use crate::broken::{Broken, Place};
use crate::parts::Parts;

/// The ends of a plan.
pub(crate) struct Between {
    pub(crate) start: Bundle,
    pub(crate) end: Bundle,
}

impl Between {
    /// What a step leaves otherwise than at both ends.
    pub(crate) fn broken(
        &self,
        step: &Step,
        after: &Bundle,
        parts: &Parts<'_>,
        place: Place,
    ) -> Vec<Broken> {
        let objects = step.changes.iter().map(Change::object);
        let wrong = objects.filter_map(|object| {
            let reason = self.reason(object, after, parts)?;
            Some(Broken::object(place, object, reason))
        });
        wrong.collect()
    }

    fn reason(
        &self,
        object: &ObjectRef,
        after: &Bundle,
        parts: &Parts<'_>,
    ) -> Option<&'static str> {
        if gives_addresses(object) && after.contains(object) {
            return self.other_endpoints(object, after);
        }
        let start = self.start.get(object)?;
        if !after.contains(object) && has_others_in_it(object) {
            return Some("it goes, and what is in it with it: nothing brings that back");
        }
        let end = self.end.get(object)?;
        let Some(now) = after.get(object) else {
            return Some("it is there at both ends, and goes for a while");
        };
        if Service::is(object) {
            return service([start, end], now);
        }
        let is_counted = parts.workloads_of(object).next().is_some();
        if is_counted || now == start || now == end {
            return None;
        }
        let mut states = [start, end, now].into_iter();
        states
            .any(|route| !backends(route).is_empty())
            .then_some("it leads requests elsewhere for a while than at both ends")
    }

    /// Addresses that somebody writes behind a Service that selects pods.
    fn other_endpoints(&self, object: &ObjectRef, after: &Bundle) -> Option<&'static str> {
        let label = "/metadata/labels/kubernetes.io~1service-name";
        let named = after.get(object)?.pointer(label);
        let name = named.and_then(Value::as_str).unwrap_or(&object.name);
        let is_it = |service: &&Manifest| {
            let service = service.object();
            service.name == name && service.namespace == object.namespace
        };
        let selects = |state: &Bundle| services(state).find(is_it).is_some_and(selects_pods);
        [&self.start, &self.end, after]
            .into_iter()
            .any(selects)
            .then_some("it puts addresses behind a Service that selects pods")
    }
}

fn selects_pods(service: &Manifest) -> bool {
    let read = Service::read(service);
    read.is_ok_and(|service| !service.selector.is_empty())
}

/// What of a Service is neither as at the one end nor as at the other.
fn service(ends: [&Manifest; 2], now: &Manifest) -> Option<&'static str> {
    let [was, is, keys] = [ends[0], ends[1], now].map(|service| {
        let ports = ServicePort::all(service).into_iter();
        ports.map(|port| port.key()).collect::<BTreeSet<_>>()
    });
    if !was.intersection(&is).all(|key| keys.contains(key)) {
        return Some("it is without a port for a while that it has at both ends");
    }
    if !keys.iter().all(|key| was.contains(key) || is.contains(key)) {
        return Some("it has a port for a while that it has at no end");
    }
    let now = frame(now);
    let is_as_at_an_end = ends.into_iter().any(|end| frame(end) == now);
    (!is_as_at_an_end).then_some(
        "it is otherwise for a while than at both ends, in more than its selector and ports",
    )
}

/// A Service without what is counted elsewhere. Its labels and annotations are left in: by some of them
/// others (kube-proxy, a cloud's load balancer) leave it alone, or serve it otherwise.
fn frame(service: &Manifest) -> Value {
    let mut frame = service.value().clone();
    if let Some(spec) = frame.get_mut("spec").and_then(Value::as_object_mut) {
        spec.retain(|name, _| !["selector", "ports"].contains(&name.as_str()));
    }
    frame
}

/// Whether objects of this kind are the endpoints of Services.
fn gives_addresses(object: &ObjectRef) -> bool {
    matches!(object.kind.as_str(), "Endpoints" | "EndpointSlice")
}

/// Whether other objects go with one of this kind.
fn has_others_in_it(object: &ObjectRef) -> bool {
    matches!(
        object.kind.as_str(),
        "Namespace" | "CustomResourceDefinition"
    )
}
