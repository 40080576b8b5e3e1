//! What a fleet file says.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use cutover_plan::{Duration, Gate, Metadata, Window};
use cutover_strategy::StrategyFile;
use serde::{Deserialize, Serialize};

use crate::amounts::{MaxConcurrency, MaxFailures};
use crate::budget::Budget;
use crate::journal::Journal;
use crate::name::{Context, Name};
use crate::policy::{OnFailure, Unmatched, Unreachable};
use crate::selector::ClusterSelector;

/// One application on several clusters: which there are, in which order they change, and how.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Fleet {
    /// The version of the format.
    pub api_version: ApiVersion,
    /// The kind of the document.
    pub kind: Kind,
    /// What the fleet is called.
    pub metadata: Metadata,
    /// What it is made of.
    pub spec: Spec,
}

/// The version of a fleet file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum ApiVersion {
    /// `cutover.dev/v1alpha1`.
    #[serde(rename = "cutover.dev/v1alpha1")]
    V1Alpha1,
}

/// The kind of a fleet file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Kind {
    /// `Fleet`.
    Fleet,
}

/// What a fleet is made of.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Spec {
    /// The clusters, in any order.
    pub clusters: Vec<Cluster>,
    /// The waves, in the order in which they change.
    pub waves: Vec<Wave>,
    /// The strategy inside each cluster, where its wave has none of its own.
    #[serde(default)]
    pub strategy: Option<StrategyFile>,
    /// What becomes of clusters that no wave selects.
    #[serde(default)]
    pub unmatched: Unmatched,
    /// What a run does about a cluster that cannot be reached when its turn has come.
    #[serde(default)]
    pub unreachable: Unreachable,
    /// What a run does where more clusters of a wave have failed than may.
    #[serde(default)]
    pub on_failure: OnFailure,
    /// How much of the fleet has to be there at any moment.
    #[serde(default)]
    pub budget: Option<Budget>,
    /// How the fleet goes back.
    #[serde(default)]
    pub undo: Undo,
    /// Where a run keeps what it has done.
    #[serde(default)]
    pub journal: Option<Journal>,
}

/// A cluster, and what of the application it has.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Cluster {
    /// By which people and waves speak of it.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub name: Name,
    /// By which waves select it, and the budget counts it.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// The context of the kubeconfig by which it is reached.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub context: Option<Context>,
    /// How much it counts in the budget.
    #[serde(default = "one")]
    pub weight: NonZeroU32,
    /// What runs: a file or a folder, from the fleet file's folder (default: what runs in the
    /// cluster).
    #[serde(default)]
    pub from: Option<String>,
    /// What is wanted, likewise, for strategies that do not say it themselves.
    #[serde(default)]
    pub to: Option<String>,
}

/// Clusters that change at the same time.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Wave {
    /// By which people speak of it.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub name: Name,
    /// Which clusters it has: `{}` is all, absent is none.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::selector::Fields>"))]
    pub cluster_selector: Option<ClusterSelector>,
    /// The label by whose values its clusters are ordered, before their names.
    #[serde(default)]
    pub sorting_label_key: Option<String>,
    /// How many of them change at once.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "serde_json::Value"))]
    pub max_concurrency: MaxConcurrency,
    /// How many of them may fail before it starts no more.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "serde_json::Value"))]
    pub max_failures: MaxFailures,
    /// How long one cluster may take, in seconds (default: as long as its plan's own limits let it).
    #[serde(default)]
    pub progress_deadline_seconds: Option<NonZeroU32>,
    /// How long a cluster is watched after it is done, before it counts as done.
    #[serde(default)]
    pub soak: Option<Duration>,
    /// What must hold before the first of its clusters, and after the last.
    #[serde(default)]
    pub gates: Gates,
    /// When the plans of its clusters may go on, in place of what their strategy says.
    #[serde(default)]
    pub window: Option<Window>,
    /// The strategy inside its clusters, in place of the fleet's.
    #[serde(default)]
    pub strategy: Option<StrategyFile>,
}

/// What must hold before and after a wave.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Gates {
    /// Before the first of its clusters changes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<Gate>,
    /// After the last of them is done, before the next wave.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<Gate>,
}

/// How a fleet goes back: wave by wave, the last one first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Undo {
    /// How many clusters of a wave go back at once (default: as many as go forward).
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "Option<serde_json::Value>"))]
    pub max_concurrency: Option<MaxConcurrency>,
}

impl Gates {
    /// Whether nothing is waited for.
    pub fn is_empty(&self) -> bool {
        self.before.is_empty() && self.after.is_empty()
    }
}

impl Fleet {
    /// The strategy inside the clusters of a wave.
    pub fn strategy(&self, wave: &Wave) -> Option<StrategyFile> {
        let own = wave.strategy.as_ref().or(self.spec.strategy.as_ref())?;
        let mut strategy = own.clone();
        if let Some(window) = &wave.window {
            strategy.window = Some(window.clone());
        }
        Some(strategy)
    }
}

fn one() -> NonZeroU32 {
    NonZeroU32::MIN
}
