//! What the strategies of this crate are told.

use std::fmt;
use std::str::FromStr;

use cutover_release::WorkloadName;
use cutover_workload::{Allowance, Amount};
use serde::{Deserialize, Serialize};

use crate::error::BadTimestamp;

/// A rolling update by the Deployment's own controller.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct Rolling {
    /// Pods above the wanted replicas (default: the Deployment's own).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_surge: Option<Amount>,
    /// Pods that may be missing (default: the Deployment's own).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_unavailable: Option<Amount>,
}

impl Rolling {
    /// The same, with so many pods above the wanted replicas.
    ///
    /// ```
    /// use cutover_rolling::Rolling;
    /// use cutover_workload::Amount;
    ///
    /// let rolling = Rolling::default().max_surge(Amount::Count(2));
    /// assert_eq!(rolling, serde_json::from_str(r#"{"maxSurge":2}"#)?);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
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

    pub(crate) fn allowance(&self) -> Allowance {
        Allowance {
            max_surge: self.max_surge,
            max_unavailable: self.max_unavailable,
        }
    }
}

/// All pods stop before new ones start: for some time nobody answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Recreate {}

/// The same version again, in new pods.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct Restart {
    /// The time that is written into the pods' annotation, as `2026-11-24T10:00:00Z`.
    pub at: Timestamp,
    /// Which Deployments (default: the only one).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub workloads: Vec<WorkloadName>,
}

impl Restart {
    /// A restart of the only Deployment, at this time.
    pub fn new(at: Timestamp) -> Self {
        Self {
            at,
            workloads: Vec::new(),
        }
    }

    /// The same, of these Deployments alone.
    #[must_use]
    pub fn workloads(mut self, names: impl IntoIterator<Item = WorkloadName>) -> Self {
        self.workloads = names.into_iter().collect();
        self
    }
}

/// Stop rolling out, keep scaling.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct Pause {
    /// Which Deployments (default: the only one).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub workloads: Vec<WorkloadName>,
}

impl Pause {
    /// The same, of these Deployments alone.
    #[must_use]
    pub fn workloads(mut self, names: impl IntoIterator<Item = WorkloadName>) -> Self {
        self.workloads = names.into_iter().collect();
        self
    }
}

/// Roll out what was held back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct Resume {
    /// Which Deployments (default: the only one).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub workloads: Vec<WorkloadName>,
}

impl Resume {
    /// The same, of these Deployments alone.
    #[must_use]
    pub fn workloads(mut self, names: impl IntoIterator<Item = WorkloadName>) -> Self {
        self.workloads = names.into_iter().collect();
        self
    }
}

/// A moment in whole seconds, as RFC 3339 writes it in UTC and as `kubectl rollout restart` does.
///
/// ```
/// use cutover_rolling::Timestamp;
///
/// let at: Timestamp = "2026-11-24T12:00:00+02:00".parse()?;
/// assert_eq!(at.to_string(), "2026-11-24T10:00:00Z");
/// assert!("yesterday".parse::<Timestamp>().is_err());
/// # Ok::<(), cutover_rolling::BadTimestamp>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Timestamp(jiff::Timestamp);

#[cfg(feature = "schema")]
cutover_workload::shape!(Timestamp, {
    "type": "string",
    "format": "date-time",
    "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}",
});

impl FromStr for Timestamp {
    type Err = BadTimestamp;

    fn from_str(text: &str) -> Result<Self, BadTimestamp> {
        let bad = || BadTimestamp(text.into());
        let at: jiff::Timestamp = text.parse().map_err(|_| bad())?;
        jiff::Timestamp::from_second(at.as_second())
            .map(Self)
            .map_err(|_| bad())
    }
}

impl TryFrom<String> for Timestamp {
    type Error = BadTimestamp;

    fn try_from(text: String) -> Result<Self, BadTimestamp> {
        text.parse()
    }
}

impl From<Timestamp> for String {
    fn from(at: Timestamp) -> Self {
        at.to_string()
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
