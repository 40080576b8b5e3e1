//! How many pods a workload has at any moment.

use cutover_manifest::ObjectRef;
use serde::{Deserialize, Serialize};

use crate::amount::Amount;
use crate::budget::Budget;

/// How many pods a workload has at any moment of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "Fields", into = "Fields")]
pub enum Bounds {
    /// Between two numbers.
    Fixed(Fixed),
    /// Against as many as run: another owns the count.
    Live(Live),
}

/// Bounds in numbers of pods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fixed {
    /// The pods that it runs with when no release is under way.
    pub replicas: u32,
    /// The fewest that are available and receive requests.
    pub floor: u32,
    /// The most that are alive.
    pub ceiling: u32,
    /// Whether the number was given for this plan, and the manifests do not say it.
    pub given: bool,
}

/// Bounds against as many pods as run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Live {
    /// Who owns the count, where an object of the plan does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::schema::Object>"))]
    pub autoscaler: Option<ObjectRef>,
    /// At most so many of the pods are missing.
    #[cfg_attr(feature = "schema", schemars(with = "serde_json::Value"))]
    pub missing: Amount,
    /// At most so many more are alive.
    #[cfg_attr(feature = "schema", schemars(with = "serde_json::Value"))]
    pub extra: Amount,
}

/// A field of bounds is missing, or does not go with another.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("bounds are either `replicas`, `floor` and `ceiling`, or `live`")]
struct BadBounds;

/// Bounds as a document has them.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Fields {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    replicas: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    floor: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ceiling: Option<u32>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    given: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    live: Option<Live>,
}

impl Bounds {
    /// The bounds of a workload that goes from so many pods to so many within a budget.
    pub fn within(budget: Budget, from: u32, to: u32) -> Self {
        let (before, after) = (budget.of(from), budget.of(to));
        let floor = (from - before.unavailable).min(to - after.unavailable);
        let most = |count: u32, surge: u32| count.saturating_add(surge);
        Self::Fixed(Fixed {
            replicas: from,
            floor,
            ceiling: most(from, before.surge).max(most(to, after.surge)),
            given: false,
        })
    }

    /// The numbers, where there are some.
    pub fn fixed(&self) -> Option<&Fixed> {
        match self {
            Self::Fixed(fixed) => Some(fixed),
            Self::Live(_) => None,
        }
    }

    /// The same with another floor; a live one has no number to replace.
    #[must_use]
    pub fn with_floor(self, floor: u32) -> Self {
        match self {
            Self::Fixed(fixed) => Self::Fixed(Fixed { floor, ..fixed }),
            Self::Live(live) => Self::Live(live),
        }
    }

    /// The same with another ceiling; a live one has no number to replace.
    #[must_use]
    pub fn with_ceiling(self, ceiling: u32) -> Self {
        match self {
            Self::Fixed(fixed) => Self::Fixed(Fixed { ceiling, ..fixed }),
            Self::Live(live) => Self::Live(live),
        }
    }
}

impl TryFrom<Fields> for Bounds {
    type Error = BadBounds;

    fn try_from(fields: Fields) -> Result<Self, BadBounds> {
        match (fields.replicas, fields.floor, fields.ceiling, fields.live) {
            (Some(replicas), Some(floor), Some(ceiling), None) => Ok(Self::Fixed(Fixed {
                replicas,
                floor,
                ceiling,
                given: fields.given,
            })),
            (None, None, None, Some(live)) if !fields.given => Ok(Self::Live(live)),
            _ => Err(BadBounds),
        }
    }
}

impl From<Bounds> for Fields {
    fn from(bounds: Bounds) -> Self {
        let none = Self {
            replicas: None,
            floor: None,
            ceiling: None,
            given: false,
            live: None,
        };
        match bounds {
            Bounds::Fixed(fixed) => Self {
                replicas: Some(fixed.replicas),
                floor: Some(fixed.floor),
                ceiling: Some(fixed.ceiling),
                given: fixed.given,
                ..none
            },
            Bounds::Live(live) => Self {
                live: Some(live),
                ..none
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A failure means that a document says other bounds than were meant, or none.
    #[test]
    fn bounds_are_numbers_or_live_and_nothing_between() {
        let fits = |value: serde_json::Value| {
            let bounds: Bounds = serde_json::from_value(value.clone()).unwrap();
            assert_eq!(serde_json::to_value(bounds).unwrap(), value);
        };
        fits(json!({"replicas": 3, "floor": 3, "ceiling": 4}));
        fits(json!({"replicas": 3, "floor": 3, "ceiling": 4, "given": true}));
        fits(json!({"live": {"missing": 1, "extra": "25%"}}));
        let bad = [
            json!({}),
            json!({"replicas": 3, "floor": 3}),
            json!({"replicas": 3, "floor": 3, "ceiling": 4, "live": {"missing": 1, "extra": 1}}),
            json!({"given": true, "live": {"missing": 1, "extra": 1}}),
            json!({"replicas": -3, "floor": 3, "ceiling": 4}),
        ];
        for value in bad {
            assert!(
                serde_json::from_value::<Bounds>(value.clone()).is_err(),
                "{value}"
            );
        }
    }
}
