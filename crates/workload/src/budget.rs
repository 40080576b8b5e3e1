//! How many pods more, and how many fewer, a workload may have while it changes.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::amount::{Amount, MOST_PODS};

/// `maxSurge` and `maxUnavailable`, as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Budget {
    /// Pods above the wanted replicas.
    pub max_surge: Amount,
    /// Pods that may be missing from the wanted replicas.
    pub max_unavailable: Amount,
}

/// What a strategy says of the budget; the rest is the Deployment's own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Allowance {
    /// Pods above the wanted replicas.
    pub max_surge: Option<Amount>,
    /// Pods that may be missing from the wanted replicas.
    pub max_unavailable: Option<Amount>,
}

impl Allowance {
    /// The budget where the Deployment's own is this.
    pub fn over(self, own: Budget) -> Budget {
        Budget {
            max_surge: self.max_surge.unwrap_or(own.max_surge),
            max_unavailable: self.max_unavailable.unwrap_or(own.max_unavailable),
        }
    }
}

/// A budget resolved for a number of replicas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slack {
    /// Pods above the wanted replicas.
    pub surge: u32,
    /// Pods that may be missing, never more than there are replicas.
    pub unavailable: u32,
}

impl Budget {
    /// Resolves percentages as the Deployment controller does: surge up, unavailable down, and
    /// where both come to zero one pod may be unavailable (`ResolveFenceposts` in
    /// `pkg/controller/deployment/util`).
    ///
    /// ```
    /// use cutover_workload::{Amount, Budget, Slack};
    ///
    /// let budget = Budget { max_surge: Amount::Percent(25), max_unavailable: Amount::Percent(25) };
    /// assert_eq!(budget.of(3), Slack { surge: 1, unavailable: 0 });
    /// let none = Budget { max_surge: Amount::Count(0), max_unavailable: Amount::Percent(1) };
    /// assert_eq!(none.of(3), Slack { surge: 0, unavailable: 1 });
    /// ```
    pub fn of(self, replicas: u32) -> Slack {
        let surge = self.max_surge.up(replicas);
        let unavailable = match self.max_unavailable.down(replicas) {
            0 if surge == 0 => 1,
            pods => pods,
        };
        Slack {
            surge,
            unavailable: unavailable.min(replicas),
        }
    }

    /// Why the API server does not take this as a Deployment's `rollingUpdate`, where it does not
    /// (`ValidateRollingUpdateDeployment` in `pkg/apis/apps/validation`).
    pub fn check(self) -> Result<(), String> {
        let none = |amount| matches!(amount, Amount::Count(0) | Amount::Percent(0));
        for (field, amount) in [
            ("maxSurge", self.max_surge),
            ("maxUnavailable", self.max_unavailable),
        ] {
            if matches!(amount, Amount::Count(count) if count > MOST_PODS) {
                return Err(format!(
                    "{field} is {amount}, which is more than the API server counts"
                ));
            }
        }
        match self.max_unavailable {
            Amount::Percent(percent) if percent > 100 => {
                Err(format!("maxUnavailable is {percent}%, which is above 100%"))
            }
            unavailable if none(unavailable) && none(self.max_surge) => Err(
                "maxSurge and maxUnavailable are both zero, so that no pod could be replaced"
                    .into(),
            ),
            _ => Ok(()),
        }
    }

    /// The Deployment's `spec.strategy` that says this.
    pub fn strategy(self) -> Value {
        json!({ "type": "RollingUpdate", "rollingUpdate": { "maxSurge": self.max_surge, "maxUnavailable": self.max_unavailable } })
    }
}

impl Default for Budget {
    /// What Kubernetes takes where a Deployment says nothing: a quarter each (`apps/v1` types.go).
    fn default() -> Self {
        Self {
            max_surge: Amount::Percent(25),
            max_unavailable: Amount::Percent(25),
        }
    }
}
