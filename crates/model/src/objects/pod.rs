//! A pod of a ReplicaSet.

use std::cell::OnceCell;
use std::sync::Arc;

use cutover_manifest::Manifest;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::template::Container;
use super::{Header, Labels, PodSpec, Template, Uid, stamp};

#[derive(Clone, Debug)]
pub(crate) struct Pod {
    pub(crate) header: Header,
    /// The ReplicaSet.
    pub(crate) owner: Uid,
    pub(crate) owner_name: Arc<str>,
    /// The Deployment that the ReplicaSet is of, or was.
    pub(crate) deployment: Arc<str>,
    pub(crate) template: Arc<Template>,
    pub(crate) labels: Arc<Labels>,
    /// What it runs: the template's, and what a webhook put in.
    pub(crate) spec: Arc<PodSpec>,
    pub(crate) phase: Phase,
    /// The number of its address, once it has one.
    pub(crate) address: Option<u32>,
    /// Since when it is ready.
    pub(crate) ready: Option<Timestamp>,
    /// When it last became ready or stopped to be.
    pub(crate) ready_changed: Timestamp,
    /// Why a container does not run, as `ImagePullBackOff`.
    pub(crate) waiting: Option<&'static str>,
    pub(crate) restarts: u32,
    /// `deletionTimestamp`: when its grace is over.
    pub(crate) deleted: Option<Timestamp>,
    /// What happens to it next, and when.
    pub(crate) next: Option<(Timestamp, Next)>,
    pub(crate) shown: OnceCell<Manifest>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    Pending,
    /// No node has room for it.
    Unschedulable,
    Running,
    /// Evicted: it stays, and counts for nobody.
    Failed,
}

/// What happens to a pod by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// The scheduler looks for a node.
    Schedule,
    Start,
    BecomeReady,
    /// Its program ends.
    Crash,
    /// It has been ready for `minReadySeconds`.
    CountAsAvailable,
    /// Its kubelet notices its deletion, and tells its program.
    Stop,
    /// Its program has ended after its deletion.
    Go,
}

impl Pod {
    /// Whether it counts as one of its owner's pods.
    pub(crate) fn is_active(&self) -> bool {
        self.deleted.is_none() && self.phase != Phase::Failed
    }

    pub(crate) fn is_ready(&self) -> bool {
        self.is_active() && self.ready.is_some()
    }

    /// Whether it counts as available: ready for longer than so many seconds.
    pub(crate) fn is_available(&self, min_ready_seconds: u32, now: Timestamp) -> bool {
        let long = |since: Timestamp| {
            min_ready_seconds == 0 || since.as_second() + i64::from(min_ready_seconds) < now.as_second()
        };
        self.is_active() && self.ready.is_some_and(long)
    }

    pub(crate) fn deletion_cost(&self) -> i64 {
        let cost = self.template.annotations.get("controller.kubernetes.io/pod-deletion-cost");
        cost.and_then(|cost| cost.parse().ok()).unwrap_or(0)
    }

    pub(crate) fn ip(&self) -> Option<String> {
        let number = self.address?;
        Some(format!("10.{}.{}.{}", 128 + (number >> 16 & 127), number >> 8 & 255, number & 255))
    }

    pub(crate) fn show(&self) -> Option<Manifest> {
        if self.shown.get().is_none() {
            let _ = self.shown.set(Manifest::new(self.value()).ok()?);
        }
        self.shown.get().cloned()
    }

    fn value(&self) -> Value {
        json!({
            "apiVersion": "v1", "kind": "Pod",
            "metadata": self.metadata(), "spec": self.spec(), "status": self.status(),
        })
    }

    fn metadata(&self) -> Value {
        let mut metadata = self.header.metadata(("apps/v1", "ReplicaSet", &self.owner_name, self.owner));
        metadata["generateName"] = format!("{}-", self.owner_name).into();
        metadata["labels"] = json!(*self.labels);
        if !self.template.annotations.is_empty() {
            metadata["annotations"] = json!(self.template.annotations);
        }
        if let Some(at) = self.deleted {
            metadata["deletionTimestamp"] = stamp(at);
            metadata["deletionGracePeriodSeconds"] = self.spec.grace_seconds.into();
        }
        metadata
    }

    fn spec(&self) -> Value {
        let mut spec = self.spec.value.clone();
        if self.phase != Phase::Unschedulable && spec.is_object() {
            spec["nodeName"] = "node-0".into();
        }
        spec
    }

    fn status(&self) -> Value {
        let mut status = Map::new();
        let phase = match self.phase {
            Phase::Pending | Phase::Unschedulable => "Pending",
            Phase::Running => "Running",
            Phase::Failed => "Failed",
        };
        status.insert("phase".into(), phase.into());
        status.insert("conditions".into(), self.conditions());
        if self.phase == Phase::Failed {
            status.insert("reason".into(), "Evicted".into());
            status.insert("message".into(), "The node was low on resource: memory.".into());
        }
        if self.phase != Phase::Unschedulable {
            status.insert("startTime".into(), stamp(self.header.created));
            status.insert("containerStatuses".into(), self.containers());
        }
        if let Some(ip) = self.ip() {
            status.insert("podIPs".into(), json!([{"ip": ip}]));
            status.insert("podIP".into(), ip.into());
        }
        Value::Object(status)
    }

    fn conditions(&self) -> Value {
        if self.phase == Phase::Unschedulable {
            return json!([{
                "type": "PodScheduled", "status": "False", "reason": "Unschedulable",
                "message": "0/1 nodes are available: 1 Insufficient cpu.",
                "lastTransitionTime": stamp(self.header.created),
            }]);
        }
        let changed = stamp(self.ready_changed);
        let mut ready = json!({"type": "Ready", "status": "True", "lastTransitionTime": changed});
        if self.ready.is_none() {
            ready["status"] = "False".into();
            ready["reason"] = "ContainersNotReady".into();
        }
        let scheduled = json!({"type": "PodScheduled", "status": "True", "lastTransitionTime": stamp(self.header.created)});
        json!([ready, scheduled])
    }

    fn containers(&self) -> Value {
        self.spec.containers.iter().map(|container| self.container(container)).collect()
    }

    fn container(&self, container: &Container) -> Value {
        let ready = self.ready.is_some();
        json!({
            "name": container.name, "image": container.image, "ready": ready,
            "started": self.phase == Phase::Running && self.waiting.is_none(),
            "restartCount": self.restarts, "state": self.state(container),
        })
    }

    fn state(&self, container: &Container) -> Value {
        match (self.waiting, self.phase) {
            (Some(reason), _) => {
                json!({"waiting": {"reason": reason, "message": waiting_message(reason, &container.image)}})
            }
            (None, Phase::Running) => json!({"running": {"startedAt": stamp(self.header.created)}}),
            (None, Phase::Failed) => json!({"terminated": {"reason": "Evicted", "exitCode": 137}}),
            (None, _) => json!({"waiting": {"reason": "ContainerCreating"}}),
        }
    }
}

fn waiting_message(reason: &str, image: &str) -> String {
    match reason {
        "CrashLoopBackOff" => "back-off 10s restarting failed container".to_owned(),
        _ => format!("Back-off pulling image \"{image}\""),
    }
}
