//! Lengths of time as Kubernetes users write them.

use std::fmt;
use std::str::FromStr;

use jiff::fmt::friendly::{Spacing, SpanParser, SpanPrinter};
use jiff::{SignedDuration, fmt::friendly::Designator};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A length of time in whole seconds, written as Go does: `90s` is read, `1m30s` is printed.
///
/// A bare number is seconds, as in Argo Rollouts' `pause.duration`. What else a library reads, as
/// `2 days`, is none: a JSON Schema says the same by a pattern.
///
/// ```
/// use cutover_plan::Duration;
///
/// let duration: Duration = "90s".parse()?;
/// assert_eq!((duration.seconds(), duration.to_string()), (90, "1m30s".to_owned()));
/// assert!("soon".parse::<Duration>().is_err());
/// # Ok::<(), cutover_plan::BadDuration>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "Value", into = "String")]
pub struct Duration(u32);

/// A text is no length of time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a length of time in whole seconds\nhint: write 30s, 5m or 1h30m")]
pub struct BadDuration(String);

impl Duration {
    /// A duration of so many whole seconds.
    pub const fn of_seconds(seconds: u32) -> Self {
        Self(seconds)
    }

    /// The length in seconds.
    pub const fn seconds(self) -> u32 {
        self.0
    }
}

#[cfg(feature = "schema")]
cutover_workload::shape!(Duration, {
    "type": ["string", "integer"],
    "minimum": 0,
    "maximum": u32::MAX,
    "pattern": "^([0-9]{1,9}|(?=[0-9])([0-9]{1,5}h)?([0-9]{1,7}m)?([0-9]{1,9}s)?)$",
});

impl FromStr for Duration {
    type Err = BadDuration;

    fn from_str(text: &str) -> Result<Self, BadDuration> {
        if let Ok(seconds) = text.parse() {
            return Ok(Self(seconds));
        }
        let bad = || BadDuration(text.into());
        if !is_plain(text) {
            return Err(bad());
        }
        let duration = SpanParser::new().parse_duration(text).map_err(|_| bad())?;
        match u32::try_from(duration.as_secs()) {
            Ok(seconds) if duration.subsec_nanos() == 0 => Ok(Self(seconds)),
            _ => Err(bad()),
        }
    }
}

impl TryFrom<Value> for Duration {
    type Error = BadDuration;

    fn try_from(value: Value) -> Result<Self, BadDuration> {
        match value {
            Value::String(text) => text.parse(),
            other => other.to_string().parse(),
        }
    }
}

impl From<Duration> for String {
    fn from(duration: Duration) -> Self {
        duration.to_string()
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let printer = SpanPrinter::new()
            .designator(Designator::Compact)
            .spacing(Spacing::None);
        f.write_str(&printer.duration_to_string(&SignedDuration::from_secs(self.0.into())))
    }
}

/// Whether it has hours, minutes and seconds in this order, each once at most and in whole numbers.
fn is_plain(text: &str) -> bool {
    let mut rest = text;
    for unit in ['h', 'm', 's'] {
        let after = rest.trim_start_matches(|sign: char| sign.is_ascii_digit());
        if after.len() < rest.len() {
            rest = after.strip_prefix(unit).unwrap_or(rest);
        }
    }
    rest.is_empty() && !text.is_empty()
}
