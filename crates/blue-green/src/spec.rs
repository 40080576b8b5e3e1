//! What a blue/green is told.

use cutover_plan::{Analysis, Duration, Gate, Pause};
use cutover_workload::{Allowance, Amount};
use serde::{Deserialize, Serialize};

/// A blue/green behind one Service. Field names are Argo Rollouts'.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BlueGreen {
    /// The Service whose requests switch. Other Services before the same pods switch with it.
    pub active_service: String,
    /// A Service that shows the new version before it serves; made for the length of the plan where
    /// the input has none of that name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preview_service: Option<String>,
    /// The namespace of both, where names repeat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Pods of the new version while it is looked at; all of them where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preview_replica_count: Option<u32>,
    /// Other systems that must agree before the Service switches.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pre_promotion_analysis: Vec<Analysis>,
    /// Other systems that must agree after it, while the old version stands ready.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub post_promotion_analysis: Vec<Analysis>,
    /// After how many seconds the Service switches; it waits for a person where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_promotion_seconds: Option<u32>,
    /// For how many seconds the old version stands ready after the switch.
    #[serde(default = "half_a_minute")]
    pub scale_down_delay_seconds: u32,
    /// Pods above the wanted replicas while the Deployment's own pods are replaced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<serde_json::Value>"))]
    pub max_surge: Option<Amount>,
    /// Pods that may be missing meanwhile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<serde_json::Value>"))]
    pub max_unavailable: Option<Amount>,
}

/// As in Argo Rollouts: long enough for every node to have followed the switch.
fn half_a_minute() -> u32 {
    30
}

impl BlueGreen {
    /// A blue/green of this Service that waits for a person.
    pub fn new(active_service: impl Into<String>) -> Self {
        Self {
            active_service: active_service.into(),
            preview_service: None,
            namespace: None,
            preview_replica_count: None,
            pre_promotion_analysis: Vec::new(),
            post_promotion_analysis: Vec::new(),
            auto_promotion_seconds: None,
            scale_down_delay_seconds: half_a_minute(),
            max_surge: None,
            max_unavailable: None,
        }
    }

    pub(crate) fn allowance(&self) -> Allowance {
        Allowance {
            max_surge: self.max_surge,
            max_unavailable: self.max_unavailable,
        }
    }

    /// What is waited for before the switch.
    pub(crate) fn approval(&self) -> Gate {
        Gate::Pause(Pause {
            duration: self.auto_promotion_seconds.map(Duration::of_seconds),
        })
    }

    /// What is waited for after it.
    pub(crate) fn delay(&self) -> Gate {
        let delay = Duration::of_seconds(self.scale_down_delay_seconds);
        Gate::Pause(Pause::of(delay))
    }
}
