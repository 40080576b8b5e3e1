//! A pod of a ReplicaSet.

use std::cell::OnceCell;
use std::sync::Arc;

use cutover_manifest::Manifest;
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::template::Container;
use super::{Header, Labels, PodSpec, Template, Uid, labels, manifest, object, stamp};

#[derive(Clone, Debug)]
pub(crate) struct Pod {
    pub(crate) header: Header,
    /// The ReplicaSet that controls it.
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
    pub(crate) address: Option<u64>,
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
    /// Its program ends by itself, which counts as a restart.
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
            min_ready_seconds == 0
                || since.as_second() + i64::from(min_ready_seconds) < now.as_second()
        };
        self.is_active() && self.ready.is_some_and(long)
    }

    /// What its annotation says, where that is a number.
    pub(crate) fn deletion_cost(&self) -> i64 {
        let cost = self
            .template
            .annotations
            .get("controller.kubernetes.io/pod-deletion-cost");
        match cost.map(|cost| cost.parse()) {
            Some(Ok(cost)) => cost,
            Some(Err(_)) | None => 0,
        }
    }

    pub(crate) fn ip(&self) -> Option<String> {
        let number = self.address?;
        Some(format!(
            "10.{}.{}.{}",
            128 + (number >> 16 & 127),
            number >> 8 & 255,
            number & 255
        ))
    }

    pub(crate) fn show(&self) -> Manifest {
        self.shown.get_or_init(|| manifest(self.value())).clone()
    }

    fn value(&self) -> Value {
        object([
            ("apiVersion", "v1".into()),
            ("kind", "Pod".into()),
            ("metadata", self.metadata()),
            ("spec", self.spec()),
            ("status", self.status()),
        ])
    }

    fn metadata(&self) -> Value {
        let mut metadata =
            self.header
                .metadata(("apps/v1", "ReplicaSet", &self.owner_name, self.owner));
        metadata["generateName"] = format!("{}-", self.owner_name).into();
        metadata["labels"] = labels(&self.labels);
        if !self.template.annotations.is_empty() {
            metadata["annotations"] = labels(&self.template.annotations);
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
            status.insert(
                "message".into(),
                "The node was low on resource: memory.".into(),
            );
        }
        if self.phase != Phase::Unschedulable {
            status.insert("startTime".into(), stamp(self.header.created));
            status.insert("containerStatuses".into(), self.containers());
        }
        if let Some(ip) = self.ip() {
            status.insert(
                "podIPs".into(),
                vec![object([("ip", ip.as_str().into())])].into(),
            );
            status.insert("podIP".into(), ip.into());
        }
        Value::Object(status)
    }

    fn conditions(&self) -> Value {
        let condition = |kind: &str, holds: bool, since: Timestamp| {
            let status = if holds { "True" } else { "False" };
            object([
                ("type", kind.into()),
                ("status", status.into()),
                ("lastTransitionTime", stamp(since)),
            ])
        };
        let scheduled = self.phase != Phase::Unschedulable;
        let mut ready = condition("Ready", self.ready.is_some(), self.ready_changed);
        let mut on_node = condition("PodScheduled", scheduled, self.header.created);
        if !scheduled {
            on_node["reason"] = "Unschedulable".into();
            on_node["message"] = "0/1 nodes are available: 1 Insufficient cpu.".into();
            return vec![on_node].into();
        }
        if self.ready.is_none() {
            ready["reason"] = "ContainersNotReady".into();
        }
        vec![ready, on_node].into()
    }

    fn containers(&self) -> Value {
        self.spec
            .containers
            .iter()
            .map(|container| self.container(container))
            .collect()
    }

    fn container(&self, container: &Container) -> Value {
        let started = self.phase == Phase::Running && self.waiting.is_none();
        let mut status = object([
            ("name", container.name.as_str().into()),
            ("image", container.image.as_str().into()),
            ("ready", self.ready.is_some().into()),
            ("started", started.into()),
            ("restartCount", self.restarts.into()),
            ("state", self.state(container)),
        ]);
        if self.restarts > 0 {
            let ended = object([("reason", "Error".into()), ("exitCode", 1.into())]);
            status["lastState"] = object([("terminated", ended)]);
        }
        status
    }

    fn state(&self, container: &Container) -> Value {
        let (name, inner) = match (self.waiting, self.phase) {
            (Some(reason), _) => {
                let message = waiting_message(reason, &container.image);
                (
                    "waiting",
                    object([("reason", reason.into()), ("message", message.into())]),
                )
            }
            (None, Phase::Running) => (
                "running",
                object([("startedAt", stamp(self.header.created))]),
            ),
            (None, Phase::Failed) => (
                "terminated",
                object([("reason", "Evicted".into()), ("exitCode", 137.into())]),
            ),
            (None, _) => ("waiting", object([("reason", "ContainerCreating".into())])),
        };
        object([(name, inner)])
    }
}

fn waiting_message(reason: &str, image: &str) -> String {
    match reason {
        "CrashLoopBackOff" => "back-off 10s restarting failed container".to_owned(),
        _ => format!("Back-off pulling image \"{image}\""),
    }
}
