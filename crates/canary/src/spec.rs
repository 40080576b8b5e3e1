//! What a canary is told.

use cutover_plan::{Analysis, Duration};
use cutover_traffic::Percent;
use cutover_workload::{Allowance, Amount};
use serde::{Deserialize, Serialize};

/// A canary: weights, analyses and pauses, in order. Field names are Argo Rollouts'.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Canary {
    /// What happens, one after the other.
    pub steps: Vec<Step>,
    /// Pods above the wanted replicas; the Deployment's own where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<serde_json::Value>"))]
    pub max_surge: Option<Amount>,
    /// Pods that may be missing; the Deployment's own where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<serde_json::Value>"))]
    pub max_unavailable: Option<Amount>,
    /// How far, in percentage points, a share may lie from its weight; as far as it must where
    /// nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<u8>"))]
    pub tolerance: Option<Percent>,
}

impl Canary {
    /// The budget that it says.
    pub(crate) fn allowance(&self) -> Allowance {
        Allowance {
            max_surge: self.max_surge,
            max_unavailable: self.max_unavailable,
        }
    }
}

/// One thing that a canary does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub enum Step {
    /// Ask other systems: all of them must agree before the next step.
    Analysis(Vec<Analysis>),
    /// Wait for a length of time, or, without one, for a person.
    Pause {
        /// For how long.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
        duration: Option<Duration>,
    },
    /// Give the new version this share of the requests.
    SetWeight(#[cfg_attr(feature = "schema", schemars(with = "u8"))] Percent),
}
