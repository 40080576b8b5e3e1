//! Pods, ReplicaSets and EndpointSlices, as far as gates look at them.

use std::collections::{BTreeMap, BTreeSet};

use cutover_manifest::Manifest;
use cutover_workload::texts;
use jiff::Timestamp;
use serde_json::Value;

use crate::observed::diagnosis::{Diagnosis, diagnose_pod, diagnose_replica_set};
use crate::observed::status::{condition, count, is_observed, is_terminating, time, uid};

/// A pod, as far as gates look at it.
#[derive(Clone, Debug)]
pub(crate) struct Pod {
    pub(crate) uid: String,
    pub(crate) labels: BTreeMap<String, String>,
    /// The ReplicaSet that controls it, by uid.
    pub(crate) owner: Option<String>,
    /// Neither going nor over (ActivePodsWithRanks in pkg/controller/controller_utils.go).
    pub(crate) active: bool,
    pub(crate) ready: bool,
    pub(crate) has_address: bool,
    /// The names of its containers' ports.
    pub(crate) ports: BTreeSet<String>,
    /// Why it is not ready, in its own words.
    pub(crate) diagnosis: Option<Diagnosis>,
    /// Since when it is ready or not, by its own words; else since when it is there.
    pub(crate) since: Option<Timestamp>,
}

impl Pod {
    pub(crate) fn of(manifest: &Manifest) -> Self {
        let text = |pointer| manifest.pointer(pointer).and_then(Value::as_str);
        let over = matches!(text("/status/phase"), Some("Failed" | "Succeeded"));
        let turned = condition(manifest, "Ready");
        let ready = turned.is_some_and(|ready| ready["status"] == "True");
        let since = turned.and_then(|ready| time(&ready["lastTransitionTime"]));
        let created = || time(manifest.pointer("/metadata/creationTimestamp")?);
        Self {
            uid: uid(manifest).unwrap_or_default().to_owned(),
            labels: texts(manifest.pointer("/metadata/labels")),
            owner: controller(manifest, "ReplicaSet"),
            active: !over && !is_terminating(manifest),
            ready,
            has_address: text("/status/podIP").is_some_and(|address| !address.is_empty()),
            ports: port_names(manifest),
            diagnosis: diagnose_pod(manifest),
            since: since.or_else(created),
        }
    }
}

/// A ReplicaSet of a Deployment, as far as gates look at it.
#[derive(Clone, Debug)]
pub(crate) struct ReplicaSet {
    pub(crate) uid: String,
    /// The Deployment that controls it, by uid.
    pub(crate) owner: Option<String>,
    /// Whether its controller has seen its newest generation.
    pub(crate) observed: bool,
    pub(crate) manifest: Manifest,
    /// How many of its pods have been ready for `minReadySeconds`, as its controller counts them.
    pub(crate) available: u64,
    /// Why it cannot make pods, or remove them.
    pub(crate) diagnosis: Option<String>,
}

impl ReplicaSet {
    pub(crate) fn of(manifest: &Manifest) -> Self {
        Self {
            uid: uid(manifest).unwrap_or_default().to_owned(),
            owner: controller(manifest, "Deployment"),
            observed: is_observed(manifest),
            manifest: manifest.clone(),
            available: count(manifest, "/status/availableReplicas"),
            diagnosis: diagnose_replica_set(manifest),
        }
    }
}

/// One EndpointSlice of a Service.
#[derive(Clone, Debug)]
pub(crate) struct Slice {
    /// The Service whose pods its controller lists here; none of a slice that anybody else keeps.
    pub(crate) service: Option<String>,
    pub(crate) address_type: String,
    /// The names of its ports; empty for one without a name.
    pub(crate) ports: BTreeSet<String>,
    /// The pods that receive requests, by uid.
    pub(crate) ready: BTreeSet<String>,
}

impl Slice {
    pub(crate) fn of(manifest: &Manifest) -> Self {
        let list = |pointer| {
            manifest
                .pointer(pointer)
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
        };
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let ready = list("/endpoints").filter(|endpoint| endpoint["conditions"]["ready"] != false);
        let label = |name: &str| manifest.pointer("/metadata/labels")?.get(name);
        let keeper = label("endpointslice.kubernetes.io/managed-by");
        let is_kept = keeper.is_some_and(|keeper| keeper == SLICE_CONTROLLER);
        let service = label("kubernetes.io/service-name").filter(|_| is_kept);
        Self {
            service: service.map(text),
            address_type: manifest
                .pointer("/addressType")
                .map(text)
                .unwrap_or_default(),
            ports: list("/ports").map(|port| text(&port["name"])).collect(),
            ready: ready
                .map(|endpoint| text(&endpoint["targetRef"]["uid"]))
                .collect(),
        }
    }
}

/// Who lists the pods that a Service selects (`controllerName` of
/// pkg/controller/endpointslice/endpointslice_controller.go).
const SLICE_CONTROLLER: &str = "endpointslice-controller.k8s.io";

/// Whether a ReplicaSet's pod template is its Deployment's, but for what the controller adds to it.
pub(crate) fn same_template(deployment: &Manifest, replica_set: &Manifest) -> bool {
    let same = |at, but: &[&str]| entries(deployment, at, but).eq(entries(replica_set, at, but));
    same("/spec/template/spec", &[])
        && same("/spec/template/metadata", &["creationTimestamp", "labels"])
        && same("/spec/template/metadata/labels", &["pod-template-hash"])
}

fn entries<'a>(
    manifest: &'a Manifest,
    at: &str,
    but: &[&str],
) -> impl Iterator<Item = (&'a String, &'a Value)> {
    let entries = manifest
        .pointer(at)
        .and_then(Value::as_object)
        .into_iter()
        .flatten();
    entries.filter(|(key, _)| !but.contains(&key.as_str()))
}

fn controller(manifest: &Manifest, kind: &str) -> Option<String> {
    let owners = manifest
        .pointer("/metadata/ownerReferences")
        .and_then(Value::as_array);
    let owner = owners?
        .iter()
        .find(|owner| owner["controller"] == true && owner["kind"] == kind)?;
    owner["uid"].as_str().map(Into::into)
}

fn port_names(pod: &Manifest) -> BTreeSet<String> {
    let containers = ["/spec/containers", "/spec/initContainers"];
    let containers = containers
        .iter()
        .filter_map(|pointer| pod.pointer(pointer)?.as_array())
        .flatten();
    let ports = containers
        .filter_map(|container| container["ports"].as_array())
        .flatten();
    ports
        .filter_map(|port| port["name"].as_str().map(Into::into))
        .collect()
}
