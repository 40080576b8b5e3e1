//! How many pods a workload has at any moment.

use cutover_manifest::ObjectRef;
use serde::{Deserialize, Serialize};

use crate::amount::{Amount, MOST_PODS};
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
    pub missing: Amount,
    /// At most so many more are alive.
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

/// What stands for a count that is not known, where pods must be counted: percentages of it are
/// whole pods.
///
/// What holds of it holds of any other number, since a live workload has one set, whose count no
/// plan changes, and its budget is compared for all numbers ([`Live::admits`]).
const ANY: u32 = 100;

impl Live {
    /// As many pods as run, within a budget.
    pub fn within(budget: Budget) -> Self {
        Self {
            autoscaler: None,
            missing: budget.max_unavailable,
            extra: budget.max_surge,
        }
    }

    /// The pods that may be missing, and come beside, as a budget.
    pub fn budget(&self) -> Budget {
        Budget {
            max_surge: self.extra,
            max_unavailable: self.missing,
        }
    }

    /// Whether a set that is rolled under this budget keeps to the bounds, however many pods run.
    ///
    /// ```
    /// use cutover_workload::{Amount, Budget, Live};
    ///
    /// let quarter = Budget::default();
    /// let one = Budget { max_surge: Amount::Count(1), max_unavailable: Amount::Count(0) };
    /// assert!(Live::within(quarter).admits(quarter));
    /// // Of three pods 25 % are none, of eight they are two.
    /// assert!(!Live::within(one).admits(quarter));
    /// ```
    pub fn admits(&self, budget: Budget) -> bool {
        let most = self.budget();
        numbers_of_pods().all(|replicas| {
            let (slack, most) = (budget.of(replicas), most.of(replicas));
            slack.surge <= most.surge && slack.unavailable <= most.unavailable
        })
    }

    /// Whether so many are available, however many pods run: a percentage of them, since no count
    /// is kept where others may ask for none.
    pub fn keeps(&self, fewest: Amount) -> bool {
        let budget = self.budget();
        let available = |replicas: u32| replicas - budget.of(replicas).unavailable;
        let mut counts = numbers_of_pods().chain([0]);
        counts.all(|replicas| available(replicas) >= fewest.up(replicas))
    }

    /// Whether so many are alive at most, however many pods run.
    pub fn stays_under(&self, most: Amount) -> bool {
        let budget = self.budget();
        let alive = |replicas: u32| replicas.saturating_add(budget.of(replicas).surge);
        numbers_of_pods().all(|replicas| alive(replicas) <= most.up(replicas))
    }
}

impl Bounds {
    /// The bounds of a workload that goes from so many pods to so many within a budget.
    pub fn within(budget: Budget, from: u32, to: u32) -> Self {
        Self::Fixed(numbers(budget, from, to))
    }

    /// The same, where the number was given for this plan; a live one has none.
    #[must_use]
    pub fn given(self) -> Self {
        match self {
            Self::Fixed(fixed) => Self::Fixed(Fixed {
                given: true,
                ..fixed
            }),
            Self::Live(live) => Self::Live(live),
        }
    }

    /// Whether the number was given for this plan, and the manifests do not say it.
    pub fn is_given(&self) -> bool {
        match self {
            Self::Fixed(fixed) => fixed.given,
            Self::Live(_) => false,
        }
    }

    /// The numbers; of a live count those of a hundred pods, which stand for any number.
    pub(crate) fn numbers(&self) -> Fixed {
        match self {
            Self::Fixed(fixed) => *fixed,
            Self::Live(live) => numbers(live.budget(), ANY, ANY),
        }
    }

    /// The live count, where it is one.
    pub fn live(&self) -> Option<&Live> {
        match self {
            Self::Fixed(_) => None,
            Self::Live(live) => Some(live),
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

/// Numbers that stand for all: a percentage grows by the same number with each hundred pods, so that
/// the first hundred tell it from another, and the most that there can be tells it from a count.
fn numbers_of_pods() -> impl Iterator<Item = u32> {
    (1..=100).chain([MOST_PODS])
}

fn numbers(budget: Budget, from: u32, to: u32) -> Fixed {
    let (before, after) = (budget.of(from), budget.of(to));
    let floor = (from - before.unavailable).min(to - after.unavailable);
    let most = |count: u32, surge: u32| count.saturating_add(surge);
    Fixed {
        replicas: from,
        floor,
        ceiling: most(from, before.surge).max(most(to, after.surge)),
        given: false,
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

    /// A failure means that a roll takes more pods from an application than its plan promises.
    #[test]
    fn a_budget_is_held_against_any_number_of_pods() {
        let amount = |text: &str| text.parse::<Amount>().unwrap();
        let budget = |surge: &str, unavailable: &str| Budget {
            max_surge: amount(surge),
            max_unavailable: amount(unavailable),
        };
        let check = |promised: (&str, &str), own: (&str, &str), expect| {
            let live = Live::within(budget(promised.0, promised.1));
            assert_eq!(
                live.admits(budget(own.0, own.1)),
                expect,
                "{promised:?} {own:?}"
            );
        };
        check(("25%", "25%"), ("25%", "25%"), true);
        check(("25%", "25%"), ("20%", "10%"), true);
        check(("25%", "25%"), ("26%", "25%"), false);
        check(("25%", "25%"), ("1", "0"), true);
        check(("25%", "25%"), ("2", "0"), false);
        check(("1", "1"), ("1", "0"), true);
        check(("1", "1"), ("0", "1"), true);
        check(("4000000", "0"), ("1%", "0"), false);
        // Both come to nothing where there are few pods, and one is missing then.
        check(("25%", "25%"), ("0", "25%"), false);
        check(("0", "25%"), ("0", "25%"), true);
        check(("0", "100%"), ("0", "1"), true);
    }

    /// A failure means that a bound of somebody's own is said to hold of a number that nobody knows.
    #[test]
    fn no_count_is_kept_of_a_number_that_nobody_knows() {
        let amount = |text: &str| text.parse::<Amount>().unwrap();
        let live = |surge: &str, unavailable: &str| {
            Live::within(Budget {
                max_surge: amount(surge),
                max_unavailable: amount(unavailable),
            })
        };
        let quarter = live("25%", "25%");
        assert!(quarter.keeps(amount("75%")) && !quarter.keeps(amount("76%")));
        assert!(!quarter.keeps(amount("1")) && quarter.keeps(amount("0")));
        assert!(quarter.stays_under(amount("125%")) && !quarter.stays_under(amount("124%")));
        assert!(!quarter.stays_under(amount("500")));
        // Of one pod none is left.
        assert!(!live("0", "25%").keeps(amount("1%")));
        assert!(!live("1", "0").stays_under(amount("100%")));
        assert!(live("1", "0").keeps(amount("100%")));
    }

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
