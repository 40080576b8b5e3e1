//! A Service as its endpoints are made: which pods it selects, and whether requests split evenly
//! over them.

use std::collections::BTreeMap;

use cutover_manifest::{Error, Manifest, ObjectRef};
use cutover_workload::Workload;
use k8s_openapi::api::core::v1 as core;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use crate::share::Share;

/// Pods of one set: so many, with these labels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pods {
    /// The set's name.
    pub set: String,
    /// The labels of its pod template.
    pub labels: BTreeMap<String, String>,
    /// How many pods.
    pub count: u32,
}

/// What a Service sends requests to on its pods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Port {
    /// A port by number: whether anybody listens there cannot be seen in a manifest.
    Number(i32),
    /// A container port by name: a pod without it is dropped from that port silently.
    Name(String),
}

/// Whether a Service's requests split by pods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Split {
    /// Each pod has the same chance for each new connection (kube-proxy in iptables and nftables
    /// mode).
    Even,
    /// The share is unknown, for this reason.
    Unknown(&'static str),
}

/// A Service as far as requests go. Read-only: changes are made to the manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// The object itself.
    pub object: ObjectRef,
    /// The labels a pod must have; empty for a Service that selects nobody by itself.
    pub selector: BTreeMap<String, String>,
    /// Where its ports lead.
    pub ports: Vec<Port>,
    /// Whether requests split by pods.
    pub split: Split,
    /// Whether a client stays with the pod that it met first (`sessionAffinity: ClientIP`).
    pub sticky: bool,
}

/// How a Service splits that sends requests to pods of others too.
const SHARED: Split =
    Split::Unknown("pods of others, which the release does not replace, are behind it too");

impl Service {
    /// One of a workload's Services: how it splits is unknown where it is shared.
    ///
    /// # Errors
    ///
    /// A manifest that is no Service.
    pub fn of_workload(manifest: &Manifest, workload: &Workload) -> Result<Self, Error> {
        let mut service = Self::read(manifest)?;
        let routers = &workload.routers;
        if routers
            .iter()
            .any(|router| router.shared && router.object == service.object)
        {
            service.split = SHARED;
        }
        Ok(service)
    }

    /// Reads a manifest of `v1` `Service`.
    ///
    /// # Errors
    ///
    /// Where the manifest does not have a Service's types; the error names the field.
    pub fn read(manifest: &Manifest) -> Result<Self, Error> {
        let service: core::Service = manifest.view()?;
        let spec = service.spec.unwrap_or_default();
        let sticky = spec.session_affinity.as_deref() == Some("ClientIP");
        let split = split(&spec, manifest);
        let ports = spec.ports.unwrap_or_default().iter().map(target).collect();
        Ok(Self {
            object: manifest.object().clone(),
            selector: spec.selector.unwrap_or_default(),
            ports,
            split,
            sticky,
        })
    }

    /// Whether pods with these labels, in the Service's namespace, are endpoints of it.
    ///
    /// A Service without a selector has the endpoints that somebody writes, so it selects nobody.
    pub fn selects(&self, labels: &BTreeMap<String, String>) -> bool {
        !self.selector.is_empty() && selects(&self.selector, labels)
    }

    /// The share of new connections for each set that receives any.
    ///
    /// Exact in expectation where [`Service::split`] is [`Split::Even`] and all pods are ready;
    /// empty where the Service has no pods at all.
    pub fn shares(&self, pods: &[Pods]) -> BTreeMap<String, Share> {
        let selected: Vec<&Pods> = pods
            .iter()
            .filter(|pods| pods.count > 0 && self.selects(&pods.labels))
            .collect();
        let total = selected.iter().map(|pods| u64::from(pods.count)).sum();
        let share =
            |pods: &Pods| Some((pods.set.clone(), Share::of(u64::from(pods.count), total)?));
        selected.into_iter().filter_map(share).collect()
    }
}

/// Whether equality-based requirements hold for these labels. An empty selector holds for all.
pub fn selects(selector: &BTreeMap<String, String>, labels: &BTreeMap<String, String>) -> bool {
    selector
        .iter()
        .all(|(key, value)| labels.get(key) == Some(value))
}

fn target(port: &core::ServicePort) -> Port {
    match &port.target_port {
        None => Port::Number(port.port),
        Some(IntOrString::Int(number)) => Port::Number(*number),
        Some(IntOrString::String(name)) => Port::Name(name.clone()),
    }
}

/// The fields under which kube-proxy, or DNS, no longer picks evenly among all ready pods
/// (`pkg/proxy/topology.go`; `ServiceSpec` in kubernetes/api `core/v1/types.go`).
fn split(spec: &core::ServiceSpec, manifest: &Manifest) -> Split {
    let local = Some("Local");
    let hints = [
        "service.kubernetes.io~1topology-mode",
        "service.kubernetes.io~1topology-aware-hints",
    ];
    let hinted = hints.iter().any(|key| {
        manifest
            .pointer(&format!("/metadata/annotations/{key}"))
            .is_some()
    });
    let reasons = [
        (
            spec.session_affinity.as_deref() == Some("ClientIP"),
            "`sessionAffinity: ClientIP` keeps each client on its pod",
        ),
        (
            spec.cluster_ip.as_deref() == Some("None"),
            "it is headless: clients pick a pod themselves",
        ),
        (
            spec.publish_not_ready_addresses == Some(true),
            "`publishNotReadyAddresses` sends requests to pods that are not ready",
        ),
        (
            spec.internal_traffic_policy.as_deref() == local,
            "`internalTrafficPolicy: Local` splits by node",
        ),
        (
            spec.external_traffic_policy.as_deref() == local,
            "`externalTrafficPolicy: Local` splits by node",
        ),
        (
            spec.traffic_distribution.is_some(),
            "`trafficDistribution` prefers pods near the client",
        ),
        (hinted, "topology hints prefer pods near the client"),
    ];
    reasons
        .iter()
        .find(|(holds, _)| *holds)
        .map_or(Split::Even, |(_, reason)| Split::Unknown(reason))
}
