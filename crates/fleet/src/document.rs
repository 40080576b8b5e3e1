//! The fleet plan: a document that stands alone.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use cutover_manifest::Digest;
use cutover_plan::{API_VERSION, Duration, Metadata, Plan};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::budget::Budget;
use crate::error::Error;
use crate::file::Gates;
use crate::journal::Journal;
use crate::name::{Context, Name};
use crate::policy::{OnFailure, Unreachable};

/// The `kind` of fleet plans.
pub const KIND: &str = "FleetPlan";

/// The plans of all clusters of a fleet, wave by wave, under one digest.
///
/// It holds all that a reader recounts and a run reads, with names and numbers; the paths of the
/// manifests stay out. `P` is [`Plan`] as it is read, and a checked one in a
/// [`CheckedFleet`](crate::CheckedFleet).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FleetPlan<P = Plan> {
    /// The version of the format, `cutover.dev/v1alpha1`.
    pub api_version: String,
    /// The kind of the document, `FleetPlan`.
    pub kind: String,
    /// What the fleet is called.
    pub metadata: Metadata,
    /// What is done where, and when.
    pub spec: FleetSpec<P>,
    /// The digest of all that is above: what a reviewer approves.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub digest: Digest,
}

/// What a fleet plan says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FleetSpec<P = Plan> {
    /// What a run does about a cluster that cannot be reached when its turn has come.
    #[serde(default, skip_serializing_if = "Unreachable::is_fail")]
    pub unreachable: Unreachable,
    /// What a run does where more clusters of a wave have failed than may.
    #[serde(default, skip_serializing_if = "OnFailure::is_stop")]
    pub on_failure: OnFailure,
    /// How much of the fleet has to be there at any moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget: Option<Budget>,
    /// Where a run keeps what it has done; absent: whoever runs it says where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub journal: Option<Journal>,
    /// The waves, in the order in which they change; they go back in reverse.
    pub waves: Vec<PlannedWave>,
    /// The clusters that no wave has, and that stay as they are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<String>"))]
    pub unmatched: Vec<Name>,
    /// The plans of the clusters, each under its digest: clusters that are alike share one.
    #[cfg_attr(feature = "schema", schemars(with = "BTreeMap<String, P>"))]
    pub plans: BTreeMap<Digest, P>,
}

/// Clusters that change at the same time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlannedWave {
    /// What it is called.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub name: Name,
    /// How many of its clusters change at once.
    pub max_concurrency: u32,
    /// How many of them may fail before it starts no more.
    pub max_failures: u32,
    /// How many of them go back at once; absent: as many as change at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undo_max_concurrency: Option<u32>,
    /// How long one cluster may take, in seconds; absent: as long as its plan's own limits let it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress_deadline_seconds: Option<NonZeroU32>,
    /// How long a cluster is watched after it is done, before it counts as done; absent: not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub soak: Option<Duration>,
    /// What must hold before the first of its clusters, and after the last.
    #[serde(default, skip_serializing_if = "Gates::is_empty")]
    pub gates: Gates,
    /// Its clusters, in the order in which they start.
    pub clusters: Vec<PlannedCluster>,
}

/// A cluster and its plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlannedCluster {
    /// What it is called.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub name: Name,
    /// The context of the kubeconfig by which it is reached; absent: no run reaches it, its files are
    /// written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub context: Option<Context>,
    /// How much it counts in the budget.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub weight: NonZeroU32,
    /// The value of the label by which the budget counts; absent where it counts all together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted_as: Option<String>,
    /// The digest of its plan.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub plan: Digest,
}

impl PlannedWave {
    /// How many of its clusters go back at once.
    pub fn undo_concurrency(&self) -> u32 {
        self.undo_max_concurrency.unwrap_or(self.max_concurrency)
    }
}

impl FleetPlan {
    /// A fleet plan that says this, with its digest.
    ///
    /// # Errors
    ///
    /// A number past 64 bits: it has no digest.
    pub fn new(name: impl Into<String>, spec: FleetSpec) -> Result<Self, Error> {
        let mut fleet = Self {
            api_version: API_VERSION.into(),
            kind: KIND.into(),
            metadata: Metadata { name: name.into() },
            spec,
            digest: Digest::of(&Value::Null)?,
        };
        fleet.digest = fleet.made_digest()?;
        Ok(fleet)
    }
}

impl<P> FleetPlan<P> {
    /// The same fleet plan, with what becomes of its plans.
    pub(crate) fn try_with_plans<Q, E>(
        self,
        make: impl FnOnce(BTreeMap<Digest, P>) -> Result<BTreeMap<Digest, Q>, E>,
    ) -> Result<FleetPlan<Q>, E> {
        let spec = FleetSpec {
            unreachable: self.spec.unreachable,
            on_failure: self.spec.on_failure,
            budget: self.spec.budget,
            journal: self.spec.journal,
            waves: self.spec.waves,
            unmatched: self.spec.unmatched,
            plans: make(self.spec.plans)?,
        };
        Ok(FleetPlan {
            api_version: self.api_version,
            kind: self.kind,
            metadata: self.metadata,
            spec,
            digest: self.digest,
        })
    }

    /// All clusters that have a plan, in the order of the waves.
    pub fn clusters(&self) -> impl Iterator<Item = &PlannedCluster> {
        self.spec.waves.iter().flat_map(|wave| &wave.clusters)
    }

    /// The wave of this name.
    pub fn wave(&self, name: &str) -> Option<&PlannedWave> {
        self.spec.waves.iter().find(|wave| &*wave.name == name)
    }
}

impl<P: Serialize> FleetPlan<P> {
    /// The fleet plan as a document.
    ///
    /// # Errors
    ///
    /// None in practice: all that it is made of has text for keys.
    pub fn to_value(&self) -> Result<Value, Error> {
        serde_json::to_value(self).map_err(|error| Error::Unwritable(error.to_string()))
    }

    /// The digest of the whole document but for `digest` itself.
    pub(crate) fn made_digest(&self) -> Result<Digest, Error> {
        let mut value = self.to_value()?;
        if let Some(document) = value.as_object_mut() {
            document.remove("digest");
        }
        Ok(Digest::of(&value)?)
    }
}

fn one() -> NonZeroU32 {
    NonZeroU32::MIN
}

fn is_one(weight: &NonZeroU32) -> bool {
    *weight == NonZeroU32::MIN
}
