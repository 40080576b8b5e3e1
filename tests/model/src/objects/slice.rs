//! An EndpointSlice: pods of a Service that have the same port numbers.

use std::cell::OnceCell;

use cutover_manifest::Manifest;
use serde_json::Value;

use super::{Header, Uid, manifest, object};

#[derive(Clone, Debug)]
pub(crate) struct Slice {
    pub(crate) header: Header,
    pub(crate) service: Uid,
    pub(crate) service_name: String,
    pub(crate) generation: u64,
    pub(crate) ports: Vec<SlicePort>,
    pub(crate) endpoints: Vec<Endpoint>,
    pub(crate) shown: OnceCell<Manifest>,
}

/// A port of a Service as the pods of a slice have it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SlicePort {
    pub(crate) name: String,
    pub(crate) protocol: String,
    pub(crate) number: u32,
}

/// A pod behind a Service.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Endpoint {
    pub(crate) pod: Uid,
    pub(crate) pod_name: String,
    pub(crate) ip: String,
    pub(crate) ready: bool,
    pub(crate) serving: bool,
    pub(crate) terminating: bool,
}

impl Slice {
    pub(crate) fn show(&self) -> Manifest {
        self.shown.get_or_init(|| manifest(self.value())).clone()
    }

    fn value(&self) -> Value {
        let mut metadata =
            self.header
                .metadata(("v1", "Service", &self.service_name, self.service));
        metadata["generateName"] = format!("{}-", self.service_name).into();
        metadata["generation"] = self.generation.into();
        metadata["labels"] = object([
            (
                "kubernetes.io/service-name",
                self.service_name.as_str().into(),
            ),
            (
                "endpointslice.kubernetes.io/managed-by",
                "endpointslice-controller.k8s.io".into(),
            ),
        ]);
        let endpoints = self
            .endpoints
            .iter()
            .map(|endpoint| endpoint.value(&self.header.namespace));
        let mut value = object([
            ("apiVersion", "discovery.k8s.io/v1".into()),
            ("kind", "EndpointSlice".into()),
            ("addressType", "IPv4".into()),
            ("metadata", metadata),
            ("endpoints", endpoints.collect()),
        ]);
        if !self.ports.is_empty() {
            value["ports"] = self.ports.iter().map(SlicePort::value).collect();
        }
        value
    }
}

impl SlicePort {
    fn value(&self) -> Value {
        object([
            ("name", self.name.as_str().into()),
            ("port", self.number.into()),
            ("protocol", self.protocol.as_str().into()),
        ])
    }
}

impl Endpoint {
    fn value(&self, namespace: &str) -> Value {
        let conditions = object([
            ("ready", self.ready.into()),
            ("serving", self.serving.into()),
            ("terminating", self.terminating.into()),
        ]);
        let target = object([
            ("kind", "Pod".into()),
            ("name", self.pod_name.as_str().into()),
            ("namespace", namespace.into()),
            ("uid", self.pod.to_string().into()),
        ]);
        object([
            ("addresses", vec![self.ip.as_str()].into()),
            ("conditions", conditions),
            ("nodeName", "node-0".into()),
            ("targetRef", target),
        ])
    }
}
