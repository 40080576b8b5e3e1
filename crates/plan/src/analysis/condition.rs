//! When a measurement is good: the part of Argo Rollouts' expressions that compares values with
//! numbers.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// When a measurement is good: comparisons of a value with a number, joined by `&&` and `||`.
///
/// `result[0]` is the first value of a vector, `result` that of a scalar. `&&` binds closer than
/// `||`; there are no brackets. A value that is no number (`NaN`) meets no comparison but `!=`, as
/// in Argo Rollouts.
///
/// ```
/// use cutover_plan::{Condition, Observed};
///
/// let condition: Condition = "result[0] >= 0.95".parse()?;
/// assert_eq!(condition.holds(&Observed::Vector(vec![0.97])), Ok(true));
/// assert_eq!(condition.holds(&Observed::Vector(vec![f64::NAN])), Ok(false));
/// assert!(condition.holds(&Observed::Vector(vec![])).is_err());
/// assert!("result[0] >= much".parse::<Condition>().is_err());
/// # Ok::<(), cutover_plan::BadCondition>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Condition {
    text: String,
    /// One of these must hold, with all its comparisons.
    any: Vec<Vec<Comparison>>,
}

/// What a query gave.
#[derive(Clone, Debug, PartialEq)]
pub enum Observed {
    /// One number without labels, as of Prometheus' `scalar`.
    Scalar(f64),
    /// One number a series, in the server's order.
    Vector(Vec<f64>),
}

/// A text is no condition.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` compares no value with a number\nhint: write result[0] >= 0.95, or several joined by && and ||"
)]
pub struct BadCondition(String);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Comparison {
    /// Which value of a vector; none is that of a scalar.
    index: Option<usize>,
    operator: Operator,
    bound: Bound,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    AtLeast,
    AtMost,
    Equal,
    Unequal,
    Above,
    Below,
}

/// A finite number, so that it equals itself.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Bound(f64);

impl Eq for Bound {}

impl Condition {
    /// Whether it holds.
    ///
    /// # Errors
    ///
    /// In words: a value that it asks for is not there, as with an empty result.
    pub fn holds(&self, observed: &Observed) -> Result<bool, String> {
        for all in &self.any {
            if all_hold(all, observed)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What its values must be, in words: `< 0.05`, or all of it where it is more than one
    /// comparison.
    pub fn wanted(&self) -> String {
        match self.any.as_slice() {
            [all] if all.len() == 1 => format!("{} {}", all[0].operator.sign(), all[0].bound.0),
            _ => format!("as wanted: {}", self.text),
        }
    }
}

impl Observed {
    fn value(&self, index: Option<usize>) -> Result<f64, String> {
        match (self, index) {
            (Self::Scalar(value), None) => Ok(*value),
            (Self::Vector(values), Some(_)) if values.is_empty() => {
                Err("the result is empty".into())
            }
            (Self::Vector(values), Some(index)) => values.get(index).copied().ok_or_else(|| {
                format!(
                    "the result has {} values, and no result[{index}]",
                    values.len()
                )
            }),
            (Self::Vector(_), None) => Err("the result is a vector: write result[0]".into()),
            (Self::Scalar(_), Some(_)) => Err("the result is a scalar: write result".into()),
        }
    }
}

impl fmt::Display for Observed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let values = match self {
            Self::Scalar(value) => std::slice::from_ref(value),
            Self::Vector(values) => values.as_slice(),
        };
        let texts: Vec<String> = values.iter().map(f64::to_string).collect();
        f.write_str(&texts.join(" "))
    }
}

#[cfg(feature = "schema")]
cutover_workload::shape!(Condition, {
    "type": "string",
    "pattern": "^\\s*result(\\[[0-9]+\\])?\\s*(>=|<=|==|!=|>|<)\\s*[-+]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][-+]?[0-9]+)?\\s*((&&|\\|\\|)\\s*result(\\[[0-9]+\\])?\\s*(>=|<=|==|!=|>|<)\\s*[-+]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][-+]?[0-9]+)?\\s*)*$",
});

impl FromStr for Condition {
    type Err = BadCondition;

    fn from_str(text: &str) -> Result<Self, BadCondition> {
        let all = |part: &str| part.split("&&").map(comparison).collect::<Option<Vec<_>>>();
        let any = text.split("||").map(all).collect::<Option<Vec<_>>>();
        any.map(|any| Self {
            text: text.trim().into(),
            any,
        })
        .ok_or_else(|| BadCondition(text.into()))
    }
}

impl TryFrom<String> for Condition {
    type Error = BadCondition;

    fn try_from(text: String) -> Result<Self, BadCondition> {
        text.parse()
    }
}

impl From<Condition> for String {
    fn from(condition: Condition) -> Self {
        condition.text
    }
}

impl Operator {
    /// Longer signs first: one may begin with another.
    const ALL: [Self; 6] = [
        Self::AtLeast,
        Self::AtMost,
        Self::Equal,
        Self::Unequal,
        Self::Above,
        Self::Below,
    ];

    fn sign(self) -> &'static str {
        match self {
            Self::AtLeast => ">=",
            Self::AtMost => "<=",
            Self::Equal => "==",
            Self::Unequal => "!=",
            Self::Above => ">",
            Self::Below => "<",
        }
    }

    #[expect(
        clippy::float_cmp,
        reason = "`==` means what it says: 0 errors are exactly 0"
    )]
    fn holds(self, value: f64, bound: f64) -> bool {
        match self {
            Self::AtLeast => value >= bound,
            Self::AtMost => value <= bound,
            Self::Equal => value == bound,
            Self::Unequal => value != bound,
            Self::Above => value > bound,
            Self::Below => value < bound,
        }
    }
}

fn all_hold(all: &[Comparison], observed: &Observed) -> Result<bool, String> {
    for Comparison {
        index,
        operator,
        bound,
    } in all
    {
        if !operator.holds(observed.value(*index)?, bound.0) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn comparison(text: &str) -> Option<Comparison> {
    let rest = text.trim().strip_prefix("result")?.trim_start();
    let (index, rest) = match rest.strip_prefix('[') {
        Some(rest) => {
            let (index, rest) = rest.split_once(']')?;
            let Ok(index) = index.trim().parse() else {
                return None;
            };
            (Some(index), rest.trim_start())
        }
        None => (None, rest),
    };
    let (operator, number) = Operator::ALL
        .into_iter()
        .find_map(|operator| Some((operator, rest.strip_prefix(operator.sign())?)))?;
    match number.trim().parse::<f64>() {
        Ok(bound) if bound.is_finite() => Some(Comparison {
            index,
            operator,
            bound: Bound(bound),
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_and_what_is_refused() {
        let check = |text: &str, expect: bool| {
            assert_eq!(text.parse::<Condition>().is_ok(), expect, "{text}")
        };
        check("result[0] >= 0.95", true);
        check("result<1", true);
        check(" result[ 2 ] != -1e3 ", true);
        check("result[0] > 1 && result[0] < 5 || result[1] == 0", true);
        check("", false);
        check("result", false);
        check("result[0]", false);
        check("result[0] = 1", false);
        check("result[0] => 1", false);
        check("result[-1] > 1", false);
        check("result[0] > NaN", false);
        check("result[0] > inf", false);
        check("result[0] > 95%", false);
        check("0.95 <= result[0]", false);
        check("len(result) == 0", false);
        check("result[0] > 1 &&", false);
        check("results[0] > 1", false);
    }

    #[test]
    fn when_it_holds() {
        let check = |text: &str, observed: Observed, expect: Result<bool, &str>| {
            let condition: Condition = text.parse().unwrap();
            assert_eq!(
                condition.holds(&observed),
                expect.map_err(str::to_owned),
                "{text} of {observed}"
            );
        };
        let vector = |values: &[f64]| Observed::Vector(values.to_vec());
        check("result[0] >= 0.95", vector(&[0.95]), Ok(true));
        check("result[0] >= 0.95", vector(&[0.949]), Ok(false));
        check("result[0] < 5", vector(&[f64::NAN]), Ok(false));
        check("result[0] == 0", vector(&[f64::NAN]), Ok(false));
        check("result[0] != 0", vector(&[f64::NAN]), Ok(true));
        check("result[0] < 5", vector(&[f64::INFINITY]), Ok(false));
        check("result[0] == 0", vector(&[-0.0]), Ok(true));
        check("result[1] <= 2", vector(&[9.0, 2.0]), Ok(true));
        check("result > 1", Observed::Scalar(2.0), Ok(true));
        check(
            "result[0] > 1 && result[0] < 3 || result[0] == 7",
            vector(&[7.0]),
            Ok(true),
        );
        check(
            "result[0] > 1 && result[0] < 3 || result[0] == 7",
            vector(&[3.0]),
            Ok(false),
        );
        // What decides already is not followed by what cannot be asked.
        check("result[0] > 1 || result[5] > 1", vector(&[2.0]), Ok(true));
        check("result[0] < 5", vector(&[]), Err("the result is empty"));
        check(
            "result[1] < 5",
            vector(&[1.0]),
            Err("the result has 1 values, and no result[1]"),
        );
        check(
            "result < 5",
            vector(&[1.0]),
            Err("the result is a vector: write result[0]"),
        );
        check(
            "result[0] < 5",
            Observed::Scalar(1.0),
            Err("the result is a scalar: write result"),
        );
    }

    #[test]
    fn it_says_what_is_wanted() {
        let check = |text: &str, expect: &str| {
            assert_eq!(text.parse::<Condition>().unwrap().wanted(), expect)
        };
        check("result[0] < 0.05", "< 0.05");
        check(
            "result[0]>1&&result[0]<5",
            "as wanted: result[0]>1&&result[0]<5",
        );
    }
}
