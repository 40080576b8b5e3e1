//! What an adoption is told.

use cutover_release::WorkloadName;
use cutover_workload::{Allowance, Amount};
use serde::{Deserialize, Serialize};

/// The label that tells a set, on the pods and in the Services before them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct Adopt {
    /// Which Deployments; the only one where none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<String>"))]
    pub workloads: Vec<WorkloadName>,
    /// Pods above the wanted replicas; the Deployment's own where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<serde_json::Value>"))]
    pub max_surge: Option<Amount>,
    /// Pods that may be missing; the Deployment's own where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<serde_json::Value>"))]
    pub max_unavailable: Option<Amount>,
}

impl Adopt {
    pub(crate) fn allowance(&self) -> Allowance {
        Allowance {
            max_surge: self.max_surge,
            max_unavailable: self.max_unavailable,
        }
    }
}
