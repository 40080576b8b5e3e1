//! What a blue/green is told.

use std::fmt;
use std::str::FromStr;

use cutover_plan::{Analysis, Duration, Gate, Pause};
use cutover_release::OnAutoscaler;
use cutover_workload::{Allowance, Amount};
use serde::{Deserialize, Serialize};

/// A blue/green behind one Service. Field names are Argo Rollouts'.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct BlueGreen {
    /// The Service whose requests switch. Other Services before the same pods switch with it.
    pub active_service: String,
    /// A Service that shows the new version before it serves; made for the length of the plan where
    /// the input has none of that name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preview_service: Option<String>,
    /// The two Deployments that take turns, by name. Where none are named, they are told by a
    /// label that is meant for it, or by their names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<[String; 2]>"))]
    pub slots: Option<Slots>,
    /// The namespace of both, where names repeat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Pods of the new version while it is looked at (default: all of them).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preview_replica_count: Option<u32>,
    /// Other systems that must agree before the Service switches.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pre_promotion_analysis: Vec<Analysis>,
    /// Other systems that must agree after it, while the old version stands ready.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub post_promotion_analysis: Vec<Analysis>,
    /// After how many seconds the Service switches (default: it waits for a person).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_promotion_seconds: Option<u32>,
    /// For how many seconds the old version stands ready after the switch.
    #[serde(default = "half_a_minute")]
    pub scale_down_delay_seconds: u32,
    /// Pods above the wanted replicas while the Deployment's own pods are replaced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_surge: Option<Amount>,
    /// Pods that may be missing meanwhile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_unavailable: Option<Amount>,
    /// What is done about autoscalers of the sets whose pods are counted (default: such a release is
    /// refused).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub autoscaler: Option<OnAutoscaler>,
}

/// The names of two Deployments that take turns behind a Service.
///
/// ```
/// use cutover_blue_green::Slots;
///
/// let slots: Slots = "hello,hello-green".parse()?;
/// assert_eq!(slots.to_string(), "hello,hello-green");
/// assert!("hello".parse::<Slots>().is_err());
/// # Ok::<(), cutover_blue_green::BadSlots>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct Slots([String; 2]);

/// A text does not name two slots.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` does not name two slots\nhint: name two Deployments, as hello,hello-green")]
pub struct BadSlots(String);

impl Slots {
    /// The slot beside the one of this name; `None` where that is none.
    pub(crate) fn beside(&self, name: &str) -> Option<&str> {
        match &self.0 {
            [one, other] if one == name => Some(other),
            [other, one] if one == name => Some(other),
            _ => None,
        }
    }
}

impl TryFrom<Vec<String>> for Slots {
    type Error = BadSlots;

    fn try_from(names: Vec<String>) -> Result<Self, BadSlots> {
        match <[String; 2]>::try_from(names) {
            Ok([one, other]) if one != other && !one.is_empty() && !other.is_empty() => {
                Ok(Self([one, other]))
            }
            Ok(names) => Err(BadSlots(names.join(","))),
            Err(names) => Err(BadSlots(names.join(","))),
        }
    }
}

impl FromStr for Slots {
    type Err = BadSlots;

    /// Reads what a person types: `hello,hello-green`.
    fn from_str(text: &str) -> Result<Self, BadSlots> {
        let names: Vec<String> = text.split(',').map(Into::into).collect();
        names.try_into()
    }
}

impl From<Slots> for Vec<String> {
    fn from(Slots(names): Slots) -> Self {
        names.into()
    }
}

impl fmt::Display for Slots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(","))
    }
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
            slots: None,
            namespace: None,
            preview_replica_count: None,
            pre_promotion_analysis: Vec::new(),
            post_promotion_analysis: Vec::new(),
            auto_promotion_seconds: None,
            scale_down_delay_seconds: half_a_minute(),
            max_surge: None,
            max_unavailable: None,
            autoscaler: None,
        }
    }

    /// The same, with a Service that shows the new version before it serves.
    #[must_use]
    pub fn preview_service(mut self, name: impl Into<String>) -> Self {
        self.preview_service = Some(name.into());
        self
    }

    /// The same, where these two Deployments take turns.
    #[must_use]
    pub fn slots(mut self, slots: Slots) -> Self {
        self.slots = Some(slots);
        self
    }

    /// The same, which switches after so many seconds and waits for nobody.
    #[must_use]
    pub fn auto_promotion_seconds(mut self, seconds: u32) -> Self {
        self.auto_promotion_seconds = Some(seconds);
        self
    }

    /// The same, with so many pods above the wanted replicas.
    #[must_use]
    pub fn max_surge(mut self, amount: Amount) -> Self {
        self.max_surge = Some(amount);
        self
    }

    /// The same, where so many pods may be missing.
    #[must_use]
    pub fn max_unavailable(mut self, amount: Amount) -> Self {
        self.max_unavailable = Some(amount);
        self
    }

    /// The same, where this is done about autoscalers.
    #[must_use]
    pub fn autoscaler(mut self, what: OnAutoscaler) -> Self {
        self.autoscaler = Some(what);
        self
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
