//! The EndpointSlice controller: which pods a Service leads to, slice by slice of equal port
//! numbers.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use super::replica_set::suffix;
use crate::objects::{Endpoint, Phase, Pod, Service, Slice, SlicePort, Uid, number, selects};
use crate::server::Server;

/// Looks at a Service once and writes its slices.
pub(crate) fn sync(server: &mut Server, uid: Uid, now: Timestamp) {
    let Some(service) = server.services.get(&uid) else {
        return;
    };
    if service.selector.is_empty() {
        return;
    }
    let mut wanted = wanted(server, service);
    let present: Vec<_> = server
        .slices
        .values()
        .filter(|slice| slice.service == uid)
        .collect();
    let present: Vec<_> = present
        .iter()
        .map(|slice| (slice.header.uid, slice.ports.clone()))
        .collect();
    for (slice, ports) in present {
        match wanted.remove(&ports) {
            Some(endpoints) => update(server, slice, endpoints),
            None => server.remove(slice, now),
        }
    }
    for (ports, endpoints) in wanted {
        add(server, uid, ports, endpoints, now);
    }
}

/// The endpoints, by the numbers of their ports; one empty slice where there is none.
fn wanted(server: &Server, service: &Service) -> BTreeMap<Vec<SlicePort>, Vec<Endpoint>> {
    let mut slices: BTreeMap<_, Vec<_>> = BTreeMap::new();
    let namespace = service.namespace();
    let selected = |pod: &&Pod| {
        pod.phase != Phase::Failed
            && *pod.header.namespace == *namespace
            && selects(&service.selector, &pod.labels)
    };
    for pod in server.pods.values().filter(selected) {
        if let Some(ip) = pod.ip() {
            slices
                .entry(ports(service, pod))
                .or_default()
                .push(endpoint(service, pod, ip));
        }
    }
    if slices.is_empty() {
        slices.insert(Vec::new(), Vec::new());
    }
    slices
}

/// The Service's ports as this pod has them; a name that it lacks is left out.
fn ports(service: &Service, pod: &Pod) -> Vec<SlicePort> {
    let port = |target: &Value| match target {
        Value::String(name) => pod.spec.port(name),
        other => number(other),
    };
    let resolved = service.ports.iter().filter_map(|(name, protocol, target)| {
        Some(SlicePort {
            name: name.clone(),
            protocol: protocol.clone(),
            number: port(target)?,
        })
    });
    resolved.collect()
}

fn endpoint(service: &Service, pod: &Pod, ip: String) -> Endpoint {
    let (serving, terminating) = (pod.ready.is_some(), pod.deleted.is_some());
    Endpoint {
        pod: pod.header.uid,
        pod_name: pod.header.name.clone(),
        ip,
        ready: service.publish_not_ready || (serving && !terminating),
        serving: service.publish_not_ready || serving,
        terminating,
    }
}

fn update(server: &mut Server, uid: Uid, endpoints: Vec<Endpoint>) {
    if let Some(slice) = server
        .slices
        .get_mut(&uid)
        .filter(|slice| slice.endpoints != endpoints)
    {
        slice.endpoints = endpoints;
        server.slice_changed(uid);
    }
}

fn add(
    server: &mut Server,
    service: Uid,
    ports: Vec<SlicePort>,
    endpoints: Vec<Endpoint>,
    now: Timestamp,
) {
    let Some(own) = server.services.get(&service) else {
        return;
    };
    let (name, namespace) = (own.name().to_owned(), own.namespace().into());
    let mut header = server.header(String::new(), namespace, now);
    header.name = format!("{name}-{}", suffix(header.uid));
    let slice = Slice {
        header,
        service,
        service_name: name,
        generation: 1,
        ports,
        endpoints,
        shown: OnceCell::new(),
    };
    server.add_slice(slice);
}
