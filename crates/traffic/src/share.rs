//! Shares of requests: whole percents as people ask for them, and exact fractions as pods give
//! them.

use std::fmt;
use std::str::FromStr;

use num_rational::Ratio;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A number is not in the range that its meaning has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{value}` is not {wanted}\nhint: {hint}")]
pub struct OutOfRange {
    value: String,
    wanted: &'static str,
    hint: &'static str,
}

/// A whole percentage of requests, 0 to 100: Argo Rollouts' `setWeight`.
///
/// ```
/// use cutover_traffic::Percent;
///
/// assert_eq!(Percent::new(25)?.to_string(), "25 %");
/// assert!(Percent::new(101).is_err());
/// # Ok::<(), cutover_traffic::OutOfRange>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Value", into = "u64")]
pub struct Percent(u8);

impl Percent {
    /// 0 %: no requests.
    pub const NONE: Self = Self(0);

    /// A percentage of 0 to 100.
    ///
    /// # Errors
    ///
    /// [`OutOfRange`] above 100.
    pub fn new(value: u64) -> Result<Self, OutOfRange> {
        match u8::try_from(value) {
            Ok(small) if small <= 100 => Ok(Self(small)),
            _ => Err(Self::out_of_range(value)),
        }
    }

    fn out_of_range(value: impl ToString) -> OutOfRange {
        OutOfRange {
            value: value.to_string(),
            wanted: "a whole percentage of 0 to 100",
            hint: "write the number alone, e.g. 25",
        }
    }

    /// The number, 0 to 100.
    pub fn value(self) -> u64 {
        u64::from(self.0)
    }

    /// What is left of all requests.
    #[must_use]
    pub fn rest(self) -> Self {
        Self(100 - self.0)
    }

    /// The same as an exact fraction.
    pub fn share(self) -> Share {
        Share(Ratio::new(self.value(), 100))
    }
}

#[cfg(feature = "schema")]
cutover_workload::shape!(Percent, { "type": "integer", "minimum": 0, "maximum": 100 });

impl FromStr for Percent {
    type Err = OutOfRange;

    /// Reads what a person types: `25`, or `25%`.
    fn from_str(text: &str) -> Result<Self, OutOfRange> {
        match text.strip_suffix('%').unwrap_or(text).parse() {
            Ok(value) => Self::new(value),
            Err(_) => Err(Self::out_of_range(text)),
        }
    }
}

impl TryFrom<u64> for Percent {
    type Error = OutOfRange;

    fn try_from(value: u64) -> Result<Self, OutOfRange> {
        Self::new(value)
    }
}

impl TryFrom<Value> for Percent {
    type Error = OutOfRange;

    fn try_from(value: Value) -> Result<Self, OutOfRange> {
        match (value.as_u64(), value) {
            (Some(number), _) => Self::new(number),
            (None, Value::String(text)) => Err(Self::out_of_range(text)),
            (None, other) => Err(Self::out_of_range(other)),
        }
    }
}

impl From<Percent> for u64 {
    fn from(percent: Percent) -> Self {
        percent.value()
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} %", self.0)
    }
}

/// An exact part of the requests, from 0 to 1, written as `1/4`.
///
/// ```
/// use cutover_traffic::{Percent, Share};
///
/// let achieved = Share::of(1, 3).unwrap();
/// assert_eq!(achieved.to_string(), "1/3");
/// assert_eq!(achieved.percent(), "33 %");
/// assert_eq!(achieved.error(Percent::new(25)?), "8.3");
/// # Ok::<(), cutover_traffic::OutOfRange>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Share(Ratio<u64>);

impl Share {
    /// 0: no requests.
    pub const NONE: Self = Self(Ratio::new_raw(0, 1));
    /// 1: all requests.
    pub const ALL: Self = Self(Ratio::new_raw(1, 1));

    /// `part` of `whole`; `None` where that is no share: nothing is a part of zero.
    pub fn of(part: u64, whole: u64) -> Option<Self> {
        (whole > 0 && part <= whole).then(|| Self(Ratio::new(part, whole)))
    }

    /// This part of another; the smaller of both, which is more, where the numbers are too large.
    #[must_use]
    pub fn times(self, other: Self) -> Self {
        let [(one, whole), (two, of)] = [self.numbers(), other.numbers()];
        reduced(one * two, whole * of).unwrap_or_else(|| self.min(other))
    }

    /// Both together, and all at most; all too where the numbers are too large.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        let [(one, whole), (two, of)] = [self.numbers(), other.numbers()];
        let sum = (one * of).checked_add(two * whole);
        let sum = sum.and_then(|sum| reduced(sum, whole * of));
        sum.unwrap_or(Self::ALL)
    }

    /// How many pods it is of so many, any part of one counted as a whole one.
    ///
    /// ```
    /// use cutover_traffic::Share;
    ///
    /// assert_eq!(Share::of(1, 4).unwrap().pods_of(3), 1);
    /// assert_eq!(Share::of(1, 2).unwrap().pods_of(3), 2);
    /// assert_eq!(Share::NONE.pods_of(3), 0);
    /// ```
    pub fn pods_of(self, pods: u32) -> u32 {
        let (part, whole) = self.numbers();
        let pods_up = (part * u128::from(pods)).div_ceil(whole);
        // A share is a part of the pods: it is no more than they are.
        u32::try_from(pods_up).unwrap_or(pods)
    }

    /// Part and whole, in numbers that can be multiplied.
    fn numbers(self) -> (u128, u128) {
        ((*self.0.numer()).into(), (*self.0.denom()).into())
    }

    /// How far two shares lie apart, exactly.
    pub fn distance(self, other: Self) -> Ratio<u64> {
        if self > other {
            self.0 - other.0
        } else {
            other.0 - self.0
        }
    }

    /// For people: rounded to a whole percent, as `33 %`; never `0 %` or `100 %` where it is not
    /// so.
    pub fn percent(self) -> String {
        let rounded = (self.0 * 100).round().to_integer();
        match rounded {
            0 if self != Self::NONE => "< 1 %".into(),
            100 if self != Self::ALL => "> 99 %".into(),
            whole => format!("{whole} %"),
        }
    }

    /// For people: how many percentage points lie between this share and what was asked, as `8.3`.
    pub fn error(self, asked: Percent) -> String {
        let tenths = (self.distance(asked.share()) * 1000).round().to_integer();
        if tenths.is_multiple_of(10) {
            (tenths / 10).to_string()
        } else {
            format!("{}.{}", tenths / 10, tenths % 10)
        }
    }

    /// Whether this share is within `tolerance` percentage points of what was asked.
    pub fn within(self, tolerance: Percent, asked: Percent) -> bool {
        self.distance(asked.share()) <= tolerance.share().0
    }
}

/// A share in its smallest numbers; none where these are too large, or where it is more than all.
fn reduced(part: u128, whole: u128) -> Option<Share> {
    let ratio = Ratio::new(part, whole);
    match (u64::try_from(*ratio.numer()), u64::try_from(*ratio.denom())) {
        (Ok(part), Ok(whole)) => Share::of(part, whole),
        _ => None,
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.0.numer(), self.0.denom())
    }
}

impl From<Share> for String {
    fn from(share: Share) -> Self {
        share.to_string()
    }
}

impl TryFrom<String> for Share {
    type Error = OutOfRange;

    fn try_from(text: String) -> Result<Self, OutOfRange> {
        text.parse()
    }
}

impl FromStr for Share {
    type Err = OutOfRange;

    fn from_str(text: &str) -> Result<Self, OutOfRange> {
        let bad = || OutOfRange {
            value: text.into(),
            wanted: "a share of 0/1 to 1/1",
            hint: "write it as 1/4",
        };
        let (part, whole) = text.split_once('/').ok_or_else(bad)?;
        match (part.parse(), whole.parse()) {
            (Ok(part), Ok(whole)) => Self::of(part, whole).ok_or_else(bad),
            _ => Err(bad()),
        }
    }
}
