//! How many clusters: a number, or a part of those of a wave.

use std::fmt;
use std::str::FromStr;

use cutover_workload::Amount;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How many clusters of a wave change at once: a whole number from 1, or a part of those that the
/// wave has, rounded down and never none.
///
/// ```
/// use cutover_fleet::MaxConcurrency;
///
/// let quarter: MaxConcurrency = "25%".parse()?;
/// assert_eq!((quarter.of(10), quarter.of(3)), (2, 1));
/// assert!("0".parse::<MaxConcurrency>().is_err());
/// # Ok::<(), cutover_fleet::BadAmount>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Value", into = "Value")]
pub struct MaxConcurrency(Amount);

/// How many clusters of a wave may fail before it starts no more: a whole number, or a part of those
/// that the wave has, rounded up.
///
/// ```
/// use cutover_fleet::MaxFailures;
///
/// let tenth: MaxFailures = "10%".parse()?;
/// assert_eq!((tenth.of(10), tenth.of(11)), (1, 2));
/// # Ok::<(), cutover_fleet::BadAmount>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Value", into = "Value")]
pub struct MaxFailures(Amount);

/// A value is no number of clusters.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadAmount {
    /// Neither a whole number nor a percentage.
    #[error("`{0}` is neither a number of clusters nor a percentage\nhint: write 2 or 25%")]
    Form(String),
    /// No cluster at all would ever change.
    #[error(
        "maxConcurrency is 0, so that no cluster would ever change\nhint: write 1 or more, or a percentage"
    )]
    None,
}

impl MaxConcurrency {
    /// So many at once.
    ///
    /// # Errors
    ///
    /// [`BadAmount::None`] for none.
    pub fn new(amount: Amount) -> Result<Self, BadAmount> {
        match amount {
            Amount::Count(0) => Err(BadAmount::None),
            Amount::Count(_) | Amount::Percent(_) => Ok(Self(amount)),
        }
    }

    /// How many at once of a wave of so many clusters: one at least, and all of them at most.
    pub fn of(self, clusters: u32) -> u32 {
        self.0.down(clusters).min(clusters).max(1)
    }
}

impl MaxFailures {
    /// Any amount; waves refuse one that is more than they have.
    pub fn new(amount: Amount) -> Self {
        Self(amount)
    }

    /// How many of a wave of so many clusters; it may be more than there are.
    pub fn of(self, clusters: u32) -> u32 {
        self.0.up(clusters)
    }
}

impl Default for MaxConcurrency {
    /// One after the other.
    fn default() -> Self {
        Self(Amount::Count(1))
    }
}

impl Default for MaxFailures {
    /// None may fail.
    fn default() -> Self {
        Self(Amount::Count(0))
    }
}

impl TryFrom<Value> for MaxConcurrency {
    type Error = BadAmount;

    fn try_from(value: Value) -> Result<Self, BadAmount> {
        Self::new(amount(&value)?)
    }
}

impl TryFrom<Value> for MaxFailures {
    type Error = BadAmount;

    fn try_from(value: Value) -> Result<Self, BadAmount> {
        Ok(Self(amount(&value)?))
    }
}

impl FromStr for MaxConcurrency {
    type Err = BadAmount;

    fn from_str(text: &str) -> Result<Self, BadAmount> {
        Self::new(typed(text)?)
    }
}

impl FromStr for MaxFailures {
    type Err = BadAmount;

    fn from_str(text: &str) -> Result<Self, BadAmount> {
        Ok(Self(typed(text)?))
    }
}

impl From<MaxConcurrency> for Value {
    fn from(amount: MaxConcurrency) -> Self {
        amount.0.into()
    }
}

impl From<MaxFailures> for Value {
    fn from(amount: MaxFailures) -> Self {
        amount.0.into()
    }
}

impl fmt::Display for MaxFailures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

fn amount(value: &Value) -> Result<Amount, BadAmount> {
    Amount::read(value).map_err(|_| BadAmount::Form(value.to_string()))
}

fn typed(text: &str) -> Result<Amount, BadAmount> {
    text.parse().map_err(|_| BadAmount::Form(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A failure means that more clusters change or fail at once than whoever wrote the fleet meant.
    #[test]
    fn parts_of_a_wave_are_rounded_to_the_safe_side() {
        let check = |value: Value, clusters, concurrency, failures| {
            let most: MaxConcurrency = serde_json::from_value(value.clone()).unwrap();
            let failing: MaxFailures = serde_json::from_value(value.clone()).unwrap();
            let rounded = (most.of(clusters), failing.of(clusters));
            assert_eq!(rounded, (concurrency, failures), "{value} of {clusters}");
        };
        check(json!("25%"), 1, 1, 1);
        check(json!("25%"), 3, 1, 1);
        check(json!("25%"), 4, 1, 1);
        check(json!("25%"), 7, 1, 2);
        check(json!("25%"), 8, 2, 2);
        check(json!("25%"), 1000, 250, 250);
        check(json!("33%"), 100, 33, 33);
        check(json!("33%"), 101, 33, 34);
        check(json!("0%"), 5, 1, 0);
        check(json!("1%"), 1000, 10, 10);
        check(json!("1%"), 1001, 10, 11);
        check(json!("100%"), 5, 5, 5);
        check(json!("200%"), 5, 5, 10);
        check(json!(1), 5, 1, 1);
        check(json!(5), 5, 5, 5);
        check(json!(9), 5, 5, 9);
    }

    /// A failure means that a number is taken for another one, or for a part.
    #[test]
    fn what_is_no_number_of_clusters_is_refused() {
        let check = |value: Value, expect: &str| {
            let read = serde_json::from_value::<MaxConcurrency>(value.clone());
            assert_eq!(read.unwrap_err().to_string(), expect, "{value}");
        };
        let form = |text: &str| {
            format!(
                "`{text}` is neither a number of clusters nor a percentage\nhint: write 2 or 25%"
            )
        };
        check(json!("2"), &form("\"2\""));
        check(json!(-1), &form("-1"));
        check(json!(1.5), &form("1.5"));
        check(json!("-1%"), &form("\"-1%\""));
        check(json!("1.5%"), &form("\"1.5%\""));
        check(json!("all"), &form("\"all\""));
        check(json!(true), &form("true"));
        check(json!(4294967296_u64), &form("4294967296"));
        check(
            json!(0),
            "maxConcurrency is 0, so that no cluster would ever change\nhint: write 1 or more, or a percentage",
        );
        assert!(serde_json::from_value::<MaxFailures>(json!("2")).is_err());
        assert!(serde_json::from_value::<MaxFailures>(json!(0)).is_ok());
    }
}
