//! Steps: changes, and the gates that must hold before the next one.

use cutover_manifest::{Manifest, ObjectRef};
use cutover_patch::Patch;
use cutover_traffic::{Percent, Share};
use serde::{Deserialize, Serialize};

use crate::analysis::{Job, Metric, Smoke, Webhook};
use crate::digest::Digest;
use crate::duration::Duration;

/// One ordered group of changes, followed by its gates.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Step {
    /// The waypoint that it leads to, as `canary-25`.
    pub phase: String,
    /// What it does, in words.
    pub name: String,
    /// What it means for requests; absent where nothing changes and only a gate is waited for.
    #[serde(rename = "move", default, skip_serializing_if = "Option::is_none")]
    pub movement: Option<Move>,
    /// The changes, in the order in which they are made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
    /// The weights that are reached with this step.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shares: Vec<Weight>,
    /// The time limit of the gates that look at pods and endpoints: pauses and analyses have their
    /// own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub within: Option<Duration>,
    /// What must hold, all together, before the next step.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gates: Vec<Gate>,
    /// The digest of the state after this step.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub after: Digest,
}

/// What a step means for requests, in the order of a leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Move {
    /// Add what will serve.
    Expand,
    /// Move requests.
    Shift,
    /// Replace the pods of a set that serves, by its own controller.
    Roll,
    /// Remove what no longer serves.
    Contract,
}

/// One change of one object, with its inverse.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum Change {
    /// Create the object; the inverse deletes it.
    Create {
        /// Which object.
        #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Object"))]
        object: ObjectRef,
        /// The object as it is created.
        #[cfg_attr(
            feature = "schema",
            schemars(with = "serde_json::Map<String, serde_json::Value>")
        )]
        manifest: Manifest,
    },
    /// Delete the object; the inverse creates it again.
    Delete {
        /// Which object.
        #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Object"))]
        object: ObjectRef,
        /// The object as it was.
        #[cfg_attr(
            feature = "schema",
            schemars(with = "serde_json::Map<String, serde_json::Value>")
        )]
        manifest: Manifest,
    },
    /// Patch the object (RFC 6902).
    Patch {
        /// Which object.
        #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Object"))]
        object: ObjectRef,
        /// The operations, guards first.
        #[cfg_attr(
            feature = "schema",
            schemars(with = "Vec<serde_json::Map<String, serde_json::Value>>")
        )]
        ops: Patch,
        /// The operations that take it back.
        #[cfg_attr(
            feature = "schema",
            schemars(with = "Vec<serde_json::Map<String, serde_json::Value>>")
        )]
        inverse: Patch,
    },
}

impl Change {
    /// The object that is changed.
    pub fn object(&self) -> &ObjectRef {
        match self {
            Self::Create { object, .. }
            | Self::Delete { object, .. }
            | Self::Patch { object, .. } => object,
        }
    }

    /// The change that takes this one back.
    ///
    /// ```
    /// use cutover_manifest::Manifest;
    /// use cutover_plan::Change;
    /// use serde_json::json;
    ///
    /// let manifest = Manifest::new(json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}))?;
    /// let create = Change::Create { object: manifest.object().clone(), manifest };
    /// assert!(matches!(create.inverse(), Change::Delete { .. }));
    /// assert_eq!(create.inverse().inverse(), create);
    /// # Ok::<(), cutover_manifest::Error>(())
    /// ```
    #[must_use]
    pub fn inverse(&self) -> Self {
        match self.clone() {
            Self::Create { object, manifest } => Self::Delete { object, manifest },
            Self::Delete { object, manifest } => Self::Create { object, manifest },
            Self::Patch {
                object,
                ops,
                inverse,
            } => Self::Patch {
                object,
                ops: inverse,
                inverse: ops,
            },
        }
    }
}

/// What must hold before the next step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub enum Gate {
    /// Exactly so many pods of the set, all of its present template, all ready for
    /// `minReadySeconds`.
    ///
    /// Pods are counted by owner, and only while active: not terminating, not `Failed` or
    /// `Succeeded`.
    Available {
        /// The Deployment.
        #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Object"))]
        object: ObjectRef,
        /// How many pods.
        replicas: u32,
    },
    /// Exactly so many pods of the set, ready or not.
    Settled {
        /// The Deployment.
        #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Object"))]
        object: ObjectRef,
        /// How many pods.
        replicas: u32,
    },
    /// The Service's EndpointSlices list just the ready pods that it selects, for each port.
    Endpoints {
        /// The Service.
        #[cfg_attr(feature = "schema", schemars(with = "crate::schema::Object"))]
        object: ObjectRef,
    },
    /// A length of time, or, without one, a person.
    Pause {
        /// For how long.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
        duration: Option<Duration>,
    },
    /// Requests whose answers must have a status.
    Smoke(Smoke),
    /// A Prometheus query whose values must meet a condition.
    Metric(Metric),
    /// A Job that must complete.
    Job(Job),
    /// Somebody who may say no.
    Webhook(Webhook),
}

impl Gate {
    /// Whether it looks at pods or endpoints, and so is under the step's time limit.
    pub fn is_observed(&self) -> bool {
        matches!(
            self,
            Self::Available { .. } | Self::Settled { .. } | Self::Endpoints { .. }
        )
    }
}

/// A share of requests for a workload's new version: as asked, and as its pods give it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Weight {
    /// The workload, with its namespace where it has one: `hello` or `prod/hello`.
    pub workload: String,
    /// `setWeight`, in percent.
    #[cfg_attr(feature = "schema", schemars(with = "u8"))]
    pub asked: Percent,
    /// The nearest share that whole pods can give.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub achieved: Share,
    /// How far apart the two are, in percentage points.
    pub error: String,
}

impl Weight {
    /// What was asked for a workload, and what its pods give.
    pub fn new(workload: String, asked: Percent, achieved: Share) -> Self {
        Self {
            workload,
            asked,
            achieved,
            error: achieved.error(asked),
        }
    }
}
