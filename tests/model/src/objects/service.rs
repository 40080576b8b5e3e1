//! A Service, and objects that no controller here looks at.

use cutover_manifest::Manifest;
use serde_json::Value;

use super::{Labels, items, text, texts};

/// An object that is kept as it was written.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    pub(crate) manifest: Manifest,
}

/// A Service with what its endpoints are made by.
#[derive(Clone, Debug)]
pub(crate) struct Service {
    pub(crate) manifest: Manifest,
    /// Empty where somebody else keeps its endpoints.
    pub(crate) selector: Labels,
    /// Name, protocol, and the number or name of the pods' port.
    pub(crate) ports: Vec<(String, String, Value)>,
    pub(crate) publish_not_ready: bool,
}

impl Service {
    pub(crate) fn new(manifest: Manifest) -> Self {
        let spec = &manifest.value()["spec"];
        let port = |port: &Value| {
            (
                text(&port["name"]),
                text(&port["protocol"]),
                port["targetPort"].clone(),
            )
        };
        Self {
            selector: texts(&spec["selector"]),
            ports: items(&spec["ports"]).map(port).collect(),
            publish_not_ready: spec["publishNotReadyAddresses"] == true,
            manifest,
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.manifest.object().name
    }

    pub(crate) fn namespace(&self) -> &str {
        self.manifest
            .object()
            .namespace
            .as_deref()
            .unwrap_or_default()
    }
}
