//! A ReplicaSet of a Deployment.

use std::cell::OnceCell;
use std::sync::Arc;

use cutover_manifest::Manifest;
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::deployment::present;
use super::{Condition, Header, Labels, Template, Uid, annotation, labels, manifest, object};

#[derive(Clone, Debug)]
pub(crate) struct ReplicaSet {
    pub(crate) header: Header,
    pub(crate) deployment: Uid,
    pub(crate) deployment_name: String,
    pub(crate) generation: u64,
    pub(crate) replicas: u32,
    pub(crate) min_ready_seconds: u32,
    pub(crate) template: Arc<Template>,
    /// The template's labels and `pod-template-hash`.
    pub(crate) labels: Arc<Labels>,
    pub(crate) annotations: Labels,
    pub(crate) status: ReplicaSetStatus,
    /// When a pod that could not be made is tried again.
    pub(crate) retry: Option<Retry>,
    pub(crate) shown: OnceCell<Manifest>,
}

/// Waiting before another try, longer each time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Retry {
    pub(crate) at: Timestamp,
    pub(crate) seconds: u32,
}

/// What the controller says of a ReplicaSet.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ReplicaSetStatus {
    pub(crate) observed: u64,
    pub(crate) replicas: u32,
    pub(crate) ready: u32,
    pub(crate) available: u32,
    pub(crate) terminating: u32,
    pub(crate) failure: Option<Condition>,
}

impl ReplicaSet {
    /// A number that the Deployment controller keeps in an annotation; 0 where it has not, or
    /// somebody has written what is no number.
    pub(crate) fn noted(&self, annotation: &str) -> u64 {
        match self.annotations.get(annotation).map(|text| text.parse()) {
            Some(Ok(number)) => number,
            Some(Err(_)) | None => 0,
        }
    }

    pub(crate) fn revision(&self) -> u64 {
        self.noted(annotation::REVISION)
    }

    pub(crate) fn show(&self) -> Manifest {
        self.shown.get_or_init(|| manifest(self.value())).clone()
    }

    fn value(&self) -> Value {
        object([
            ("apiVersion", "apps/v1".into()),
            ("kind", "ReplicaSet".into()),
            ("metadata", self.metadata()),
            ("spec", self.spec()),
            ("status", self.status.value()),
        ])
    }

    fn metadata(&self) -> Value {
        let owner = (
            "apps/v1",
            "Deployment",
            &*self.deployment_name,
            self.deployment,
        );
        let mut metadata = self.header.metadata(owner);
        metadata["generation"] = self.generation.into();
        metadata["labels"] = labels(&self.labels);
        metadata["annotations"] = labels(&self.annotations);
        metadata
    }

    fn spec(&self) -> Value {
        let mut template = self.template.value.clone();
        template["metadata"]["labels"] = labels(&self.labels);
        let mut spec = object([
            ("replicas", self.replicas.into()),
            ("selector", object([("matchLabels", labels(&self.labels))])),
            ("template", template),
        ]);
        if self.min_ready_seconds > 0 {
            spec["minReadySeconds"] = self.min_ready_seconds.into();
        }
        spec
    }
}

impl ReplicaSetStatus {
    fn value(&self) -> Value {
        let counts = [
            ("observedGeneration", self.observed),
            ("fullyLabeledReplicas", self.replicas.into()),
            ("readyReplicas", self.ready.into()),
            ("availableReplicas", self.available.into()),
        ];
        let mut value: Map<_, _> = present(&counts).collect();
        value.insert("replicas".into(), self.replicas.into());
        value.insert("terminatingReplicas".into(), self.terminating.into());
        if let Some(failure) = &self.failure {
            let mut condition = failure.value();
            condition
                .as_object_mut()
                .map(|members| members.remove("lastUpdateTime"));
            value.insert("conditions".into(), vec![condition].into());
        }
        Value::Object(value)
    }
}
