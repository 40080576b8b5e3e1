//! A Deployment, and what its controller keeps of it.

use std::sync::Arc;

use cutover_manifest::Manifest;
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::{Amount, Budget, Labels, Template, Uid, number, object, stamp, texts};

/// The annotations that the Deployment controller writes.
pub(crate) mod annotation {
    pub(crate) const REVISION: &str = "deployment.kubernetes.io/revision";
    pub(crate) const HISTORY: &str = "deployment.kubernetes.io/revision-history";
    pub(crate) const DESIRED: &str = "deployment.kubernetes.io/desired-replicas";
    pub(crate) const MAX: &str = "deployment.kubernetes.io/max-replicas";
    pub(crate) const ROLLBACK: &str = "deprecated.deployment.rollback.to";
    pub(crate) const APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";
    /// What is not copied from a Deployment to its ReplicaSets.
    pub(crate) const OWN: [&str; 6] = [REVISION, HISTORY, DESIRED, MAX, ROLLBACK, APPLIED];
}

#[derive(Clone, Debug)]
pub(crate) struct Deployment {
    pub(crate) uid: Uid,
    pub(crate) manifest: Manifest,
    pub(crate) spec: DeploymentSpec,
    pub(crate) status: DeploymentStatus,
    /// When its deadline has to be looked at.
    pub(crate) check_at: Option<Timestamp>,
}

impl Deployment {
    pub(crate) fn new(uid: Uid, manifest: Manifest) -> Self {
        let spec = DeploymentSpec::of(&manifest);
        Self {
            uid,
            manifest,
            spec,
            status: DeploymentStatus::default(),
            check_at: None,
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

    pub(crate) fn annotations(&self) -> Labels {
        texts(&self.manifest.value()["metadata"]["annotations"])
    }

    /// 0 where it has none, or one that is no number: its controller goes by nothing else then.
    pub(crate) fn revision(&self) -> u64 {
        let revision = &self.manifest.value()["metadata"]["annotations"][annotation::REVISION];
        match revision.as_str().map(str::parse) {
            Some(Ok(revision)) => revision,
            Some(Err(_)) | None => 0,
        }
    }

    /// Whether the stored status says that the rollout is over.
    pub(crate) fn is_complete(&self) -> bool {
        self.status.is_complete(&self.spec)
    }
}

/// What a Deployment asks for, read once where it is written.
#[derive(Clone, Debug)]
pub(crate) struct DeploymentSpec {
    pub(crate) generation: u64,
    pub(crate) replicas: u32,
    pub(crate) template: Arc<Template>,
    pub(crate) recreate: bool,
    pub(crate) paused: bool,
    pub(crate) budget: Budget,
    pub(crate) min_ready_seconds: u32,
    /// `progressDeadlineSeconds`; none is no deadline.
    pub(crate) deadline: Option<u32>,
    pub(crate) history_limit: Option<u32>,
}

impl DeploymentSpec {
    pub(crate) fn of(manifest: &Manifest) -> Self {
        let (metadata, spec) = (&manifest.value()["metadata"], &manifest.value()["spec"]);
        let replicas = number(&spec["replicas"]).unwrap_or(1);
        let recreate = spec["strategy"]["type"] == "Recreate";
        let limit = |name: &str| number(&spec[name]).filter(|limit| *limit < MAX_INT32);
        Self {
            generation: metadata["generation"].as_u64().unwrap_or(1),
            replicas,
            template: Arc::new(Template::of(&spec["template"])),
            recreate,
            paused: spec["paused"] == true,
            budget: if recreate {
                Budget::NONE
            } else {
                budget(&spec["strategy"], replicas)
            },
            min_ready_seconds: number(&spec["minReadySeconds"]).unwrap_or(0),
            deadline: limit("progressDeadlineSeconds"),
            history_limit: limit("revisionHistoryLimit"),
        }
    }

    /// The most pods a rollout may have.
    pub(crate) fn ceiling(&self) -> u32 {
        self.replicas + self.budget.surge
    }

    /// The fewest pods that a rollout leaves available.
    pub(crate) fn floor(&self) -> u32 {
        if self.recreate {
            0
        } else {
            self.replicas - self.budget.unavailable
        }
    }
}

fn budget(strategy: &Value, replicas: u32) -> Budget {
    let amount =
        |name: &str| Amount::of(&strategy["rollingUpdate"][name]).unwrap_or(Amount::Count(0));
    Budget::resolve(amount("maxSurge"), amount("maxUnavailable"), replicas)
}

const MAX_INT32: u32 = 2_147_483_647;

/// What the controller says of a Deployment.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct DeploymentStatus {
    pub(crate) observed: u64,
    pub(crate) replicas: u32,
    pub(crate) updated: u32,
    pub(crate) ready: u32,
    pub(crate) available: u32,
    pub(crate) unavailable: u32,
    pub(crate) terminating: u32,
    pub(crate) conditions: Vec<Condition>,
}

impl DeploymentStatus {
    pub(crate) fn is_complete(&self, spec: &DeploymentSpec) -> bool {
        [self.updated, self.replicas, self.available] == [spec.replicas; 3]
            && self.observed >= spec.generation
    }

    pub(crate) fn condition(&self, kind: &str) -> Option<&Condition> {
        self.conditions
            .iter()
            .find(|condition| condition.kind == kind)
    }

    /// Sets a condition; one of the same status and reason stays as it is, one of the same status
    /// keeps its transition.
    pub(crate) fn set(&mut self, mut new: Condition) {
        if let Some(old) = self.condition(new.kind) {
            if (old.status, old.reason) == (new.status, new.reason) {
                return;
            }
            if old.status == new.status {
                new.changed = old.changed;
            }
        }
        self.remove(new.kind);
        self.conditions.push(new);
    }

    pub(crate) fn remove(&mut self, kind: &str) {
        self.conditions.retain(|condition| condition.kind != kind);
    }

    pub(crate) fn value(&self) -> Value {
        let counts = [
            ("observedGeneration", self.observed),
            ("replicas", self.replicas.into()),
            ("updatedReplicas", self.updated.into()),
            ("readyReplicas", self.ready.into()),
            ("availableReplicas", self.available.into()),
            ("unavailableReplicas", self.unavailable.into()),
        ];
        let mut value: Map<_, _> = present(&counts).collect();
        value.insert("terminatingReplicas".into(), self.terminating.into());
        if !self.conditions.is_empty() {
            value.insert(
                "conditions".into(),
                self.conditions.iter().map(Condition::value).collect(),
            );
        }
        Value::Object(value)
    }
}

/// The counts that Kubernetes shows: zeros are left out.
pub(super) fn present<'a>(
    counts: &'a [(&'a str, u64)],
) -> impl Iterator<Item = (String, Value)> + 'a {
    let shown = counts.iter().filter(|(_, count)| *count > 0);
    shown.map(|(name, count)| ((*name).to_owned(), (*count).into()))
}

/// A condition of a Deployment or a ReplicaSet.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Condition {
    pub(crate) kind: &'static str,
    pub(crate) status: &'static str,
    pub(crate) reason: &'static str,
    pub(crate) message: String,
    /// `lastUpdateTime`.
    pub(crate) updated: Timestamp,
    /// `lastTransitionTime`.
    pub(crate) changed: Timestamp,
}

impl Condition {
    pub(crate) fn new(
        kind: &'static str,
        status: &'static str,
        reason: &'static str,
        message: String,
        now: Timestamp,
    ) -> Self {
        Self {
            kind,
            status,
            reason,
            message,
            updated: now,
            changed: now,
        }
    }

    pub(crate) fn value(&self) -> Value {
        object([
            ("type", self.kind.into()),
            ("status", self.status.into()),
            ("reason", self.reason.into()),
            ("message", self.message.as_str().into()),
            ("lastUpdateTime", stamp(self.updated)),
            ("lastTransitionTime", stamp(self.changed)),
        ])
    }
}
