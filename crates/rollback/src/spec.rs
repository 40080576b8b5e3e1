//! What a rollback is told.

use cutover_release::WorkloadName;
use cutover_workload::{Allowance, Amount};
use serde::{Deserialize, Serialize};

/// Back to an earlier revision.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct Rollback {
    /// The revision (default, and for 0: the one before the newest).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_revision: Option<u64>,
    /// Which Deployments (default: the only one).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub workloads: Vec<WorkloadName>,
    /// Pods above the wanted replicas (default: the Deployment's own).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_surge: Option<Amount>,
    /// Pods that may be missing (default: the Deployment's own).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_unavailable: Option<Amount>,
}

impl Rollback {
    /// Back to this revision of the only Deployment; `Rollback::default()` goes to the one before the
    /// newest.
    ///
    /// ```
    /// use cutover_rollback::Rollback;
    ///
    /// let rollback = Rollback::to(3);
    /// assert_eq!(rollback, serde_json::from_str(r#"{"toRevision":3}"#)?);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn to(revision: u64) -> Self {
        Self {
            to_revision: Some(revision),
            ..Self::default()
        }
    }

    /// The same, of these Deployments alone.
    #[must_use]
    pub fn workloads(mut self, names: impl IntoIterator<Item = WorkloadName>) -> Self {
        self.workloads = names.into_iter().collect();
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

    pub(crate) fn allowance(&self) -> Allowance {
        Allowance {
            max_surge: self.max_surge,
            max_unavailable: self.max_unavailable,
        }
    }
}
