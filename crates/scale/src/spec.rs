//! What a scaling is told.

use std::num::NonZeroU32;

use cutover_release::{OnAutoscaler, WorkloadName};
use serde::{Deserialize, Serialize};

/// So many pods, at once or as a ramp.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Scale {
    /// The pods wanted.
    pub replicas: u32,
    /// How many pods come or go in one step at most; all at once where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_step: Option<NonZeroU32>,
    /// Which Deployments; the only one where none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<String>"))]
    pub workloads: Vec<WorkloadName>,
    /// What is done about autoscalers of the sets whose pods are counted; such a release is refused
    /// where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub autoscaler: Option<OnAutoscaler>,
}
