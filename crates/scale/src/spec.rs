//! What a scaling is told.

use std::num::NonZeroU32;

use cutover_release::{OnAutoscaler, WorkloadName};
use serde::{Deserialize, Serialize};

/// So many pods, at once or as a ramp.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct Scale {
    /// The pods wanted.
    pub replicas: u32,
    /// How many pods come or go in one step at most (default: all at once).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_step: Option<NonZeroU32>,
    /// Which Deployments (default: the only one).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub workloads: Vec<WorkloadName>,
    /// What is done about autoscalers of the sets whose pods are counted (default: such a release is
    /// refused).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub autoscaler: Option<OnAutoscaler>,
}

impl Scale {
    /// The only Deployment with so many pods, all at once.
    ///
    /// ```
    /// use cutover_scale::Scale;
    ///
    /// let ramp = Scale::new(6).max_step(2.try_into()?);
    /// assert_eq!(ramp, serde_json::from_str(r#"{"replicas":6,"maxStep":2}"#)?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(replicas: u32) -> Self {
        Self {
            replicas,
            max_step: None,
            workloads: Vec::new(),
            autoscaler: None,
        }
    }

    /// The same as a ramp, of so many pods a step at most.
    #[must_use]
    pub fn max_step(mut self, pods: NonZeroU32) -> Self {
        self.max_step = Some(pods);
        self
    }

    /// The same, of these Deployments alone.
    #[must_use]
    pub fn workloads(mut self, names: impl IntoIterator<Item = WorkloadName>) -> Self {
        self.workloads = names.into_iter().collect();
        self
    }

    /// The same, where this is done about autoscalers.
    #[must_use]
    pub fn autoscaler(mut self, what: OnAutoscaler) -> Self {
        self.autoscaler = Some(what);
        self
    }
}
