//! The Deployment controller's numbers: `maxSurge` and `maxUnavailable`, rounded as it rounds them.
//!
//! Written from Kubernetes' own rules and not shared with the planner: a mistake of the one shows
//! against the other.

use serde_json::Value;

/// A number of pods or a percentage of the replicas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Amount {
    Count(u32),
    Percent(u32),
}

impl Amount {
    /// `None` for what is neither.
    pub(crate) fn of(value: &Value) -> Option<Self> {
        match value {
            Value::String(text) => match text.strip_suffix('%')?.parse() {
                Ok(percent) => Some(Self::Percent(percent)),
                Err(_) => None,
            },
            other => Some(Self::Count(super::template::number(other)?)),
        }
    }

    /// Whether it is zero as it is written; `1%` of 3 is not.
    pub(crate) fn is_zero(self) -> bool {
        matches!(self, Self::Count(0) | Self::Percent(0))
    }

    fn of_replicas(self, replicas: u32, round_up: bool) -> u32 {
        match self {
            Self::Count(count) => count,
            Self::Percent(percent) => {
                let hundredfold = u64::from(percent) * u64::from(replicas);
                let pods = if round_up {
                    hundredfold.div_ceil(100)
                } else {
                    hundredfold / 100
                };
                u32::try_from(pods).unwrap_or(u32::MAX)
            }
        }
    }
}

/// How many pods a rolling Deployment may have beyond, and may lack of, its replicas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Budget {
    pub(crate) surge: u32,
    pub(crate) unavailable: u32,
}

impl Budget {
    /// What `ResolveFenceposts`, `MaxSurge` and `MaxUnavailable` say together.
    pub(crate) fn resolve(surge: Amount, unavailable: Amount, replicas: u32) -> Self {
        let surge = surge.of_replicas(replicas, true);
        let unavailable = unavailable.of_replicas(replicas, false);
        let unavailable = if surge == 0 && unavailable == 0 {
            1
        } else {
            unavailable
        };
        Self {
            surge,
            unavailable: unavailable.min(replicas),
        }
    }

    /// Of a Deployment that recreates its pods.
    pub(crate) const NONE: Self = Self {
        surge: 0,
        unavailable: 0,
    };
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn surge_rounds_up_and_unavailable_down() {
        let check = |surge: Value, unavailable: Value, replicas: u32, expect: (u32, u32)| {
            let amount = |value: &Value| Amount::of(value).unwrap();
            let budget = Budget::resolve(amount(&surge), amount(&unavailable), replicas);
            assert_eq!(
                (budget.surge, budget.unavailable),
                expect,
                "{surge} {unavailable} of {replicas}"
            );
        };
        check(json!("25%"), json!("25%"), 3, (1, 0));
        check(json!("25%"), json!("25%"), 10, (3, 2));
        check(json!(1), json!(0), 3, (1, 0));
        check(json!(0), json!("1%"), 3, (0, 1));
        check(json!(0), json!("1%"), 0, (0, 0));
        check(json!("150%"), json!(9), 4, (6, 4));
    }

    #[test]
    fn a_bare_string_is_no_amount() {
        for bad in [json!("3"), json!(-1), json!("x%"), json!(1.5), json!(null)] {
            assert_eq!(Amount::of(&bad), None, "{bad}");
        }
    }
}
