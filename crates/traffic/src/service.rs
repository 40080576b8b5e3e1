//! A Service as its endpoints are made: which pods it selects, and whether requests split evenly
//! over them.

use std::collections::BTreeMap;

use cutover_manifest::{Bundle, Error, Field, Fields, Manifest, ObjectRef};
use cutover_workload::{Workload, texts};
use serde::Deserialize;
use serde_json::Value;

use crate::share::Share;

/// Pods of one set: so many, with these labels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pods {
    /// The name by which the set's share is told.
    pub set: String,
    /// The labels of its pod template.
    pub labels: BTreeMap<String, String>,
    /// How many of them there are, all of them taken for ready.
    pub count: u32,
}

/// What a Service sends requests to on its pods.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
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
    /// The Service's own reference, with its version of the API.
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
    /// The labels of the pods that it leads to.
    pub const SELECTOR: Field = Field::new("/spec/selector");

    /// The ports that it has.
    pub const PORTS: Field = Field::new("/spec/ports");

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

    /// Whether this is the reference of a Service. Other APIs have a kind of this name too, as
    /// Knative's.
    ///
    /// ```
    /// use cutover_manifest::ObjectRef;
    /// use cutover_traffic::Service;
    ///
    /// assert!(Service::is(&ObjectRef::new("v1", "Service", None, "hello")));
    /// assert!(!Service::is(&ObjectRef::new("serving.knative.dev/v1", "Service", None, "hello")));
    /// ```
    pub fn is(object: &ObjectRef) -> bool {
        object.kind == "Service" && object.api_version == "v1"
    }

    /// Reads a manifest of `v1` `Service`.
    ///
    /// # Errors
    ///
    /// Where the manifest is of another kind, or a field that is read has another type than a
    /// Service's; the error names the field.
    pub fn read(manifest: &Manifest) -> Result<Self, Error> {
        is_service(manifest)?;
        let spec = manifest.fields().at("spec")?;
        let ports = spec.each("ports")?;
        let affinity = spec.read::<String>("sessionAffinity")?;
        Ok(Self {
            object: manifest.object().clone(),
            selector: match is_elsewhere(manifest) {
                true => BTreeMap::new(),
                false => spec.texts("selector")?,
            },
            ports: ports.iter().map(target).collect::<Result<_, _>>()?,
            split: split(manifest, &spec)?,
            sticky: affinity.as_deref() == Some("ClientIP"),
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

/// The Services of a bundle.
pub fn services(bundle: &Bundle) -> impl Iterator<Item = &Manifest> {
    bundle
        .iter()
        .filter(|manifest| Service::is(manifest.object()))
}

/// The labels by which a Service picks pods.
pub(crate) fn selector(service: &Manifest) -> BTreeMap<String, String> {
    match is_elsewhere(service) {
        true => BTreeMap::new(),
        false => texts(service.pointer("/spec/selector")),
    }
}

/// Whether a Service is a name for a host elsewhere: whatever its selector says, no pod is an endpoint
/// of it (pkg/controller/endpointslice: it has none of an `ExternalName`).
pub(crate) fn is_elsewhere(service: &Manifest) -> bool {
    let kind = service.pointer("/spec/type").and_then(Value::as_str);
    kind == Some("ExternalName")
}

/// Whether equality-based requirements hold for these labels. An empty selector holds for all.
pub fn selects(selector: &BTreeMap<String, String>, labels: &BTreeMap<String, String>) -> bool {
    selector
        .iter()
        .all(|(key, value)| labels.get(key) == Some(value))
}

/// Other APIs have a kind of this name too.
fn is_service(manifest: &Manifest) -> Result<(), Error> {
    let object = manifest.object();
    let identity = [
        ("/apiVersion", &object.api_version, "v1"),
        ("/kind", &object.kind, "Service"),
    ];
    for (pointer, is, wanted) in identity {
        if is != wanted {
            return Err(Error::View {
                object: Box::new(object.clone()),
                pointer: pointer.into(),
                reason: format!("invalid value: string \"{is}\", expected \"{wanted}\""),
            });
        }
    }
    Ok(())
}

fn target(port: &Fields<'_>) -> Result<Port, Error> {
    // Absent is 0, which no container has: the server refuses such a Service.
    let number = port.read::<i32>("port")?.unwrap_or(0);
    Ok(match port.read("targetPort")? {
        None => Port::Number(number),
        Some(Target::Number(number)) => Port::Number(number),
        Some(Target::Name(name)) => Port::Name(name),
    })
}

/// `targetPort`: Kubernetes' `IntOrString`.
#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "neither the number of a port nor the name of one"
)]
enum Target {
    Number(i32),
    Name(String),
}

/// The fields under which kube-proxy, or DNS, no longer picks evenly among all ready pods
/// (`pkg/proxy/topology.go`; `ServiceSpec` in kubernetes/api `core/v1/types.go`).
fn split(manifest: &Manifest, spec: &Fields<'_>) -> Result<Split, Error> {
    let is = |field: &str, value: &str| -> Result<bool, Error> {
        Ok(spec.read::<String>(field)?.as_deref() == Some(value))
    };
    let reasons = [
        (
            is("sessionAffinity", "ClientIP")?,
            "`sessionAffinity: ClientIP` keeps each client on its pod",
        ),
        (
            is("clusterIP", "None")?,
            "it is headless: clients pick a pod themselves",
        ),
        (
            spec.read::<bool>("publishNotReadyAddresses")? == Some(true),
            "`publishNotReadyAddresses` sends requests to pods that are not ready",
        ),
        (
            is("internalTrafficPolicy", "Local")?,
            "`internalTrafficPolicy: Local` splits by node",
        ),
        (
            is("externalTrafficPolicy", "Local")?,
            "`externalTrafficPolicy: Local` splits by node",
        ),
        (
            spec.read::<String>("trafficDistribution")?.is_some(),
            "`trafficDistribution` prefers pods near the client",
        ),
        (
            is_hinted(manifest)?,
            "topology hints prefer pods near the client",
        ),
    ];
    let first = reasons.iter().find(|(holds, _)| *holds);
    Ok(first.map_or(Split::Even, |(_, reason)| Split::Unknown(reason)))
}

fn is_hinted(manifest: &Manifest) -> Result<bool, Error> {
    let metadata = manifest.fields().at("metadata")?;
    let annotations = metadata.texts("annotations")?;
    Ok(
        annotations.contains_key("service.kubernetes.io/topology-mode")
            || annotations.contains_key("service.kubernetes.io/topology-aware-hints"),
    )
}
