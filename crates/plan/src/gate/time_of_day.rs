//! A time of day.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Time;
use serde::{Deserialize, Serialize};

/// A time of day to the minute, `00:00` to `23:59`.
///
/// ```
/// use cutover_plan::TimeOfDay;
///
/// assert_eq!("09:00".parse::<TimeOfDay>()?.to_string(), "09:00");
/// assert!("24:00".parse::<TimeOfDay>().is_err());
/// # Ok::<(), cutover_plan::BadTimeOfDay>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimeOfDay(Time);

/// A text is no time of day.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a time of day\nhint: write 09:00 or 16:30, and 00:00 for midnight")]
pub struct BadTimeOfDay(String);

impl TimeOfDay {
    /// The same as jiff has it.
    pub fn time(self) -> Time {
        self.0
    }
}

#[cfg(feature = "schema")]
cutover_workload::shape!(TimeOfDay, { "type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$" });

impl FromStr for TimeOfDay {
    type Err = BadTimeOfDay;

    fn from_str(text: &str) -> Result<Self, BadTimeOfDay> {
        let bad = || BadTimeOfDay(text.into());
        let (hour, minute) = text.split_once(':').ok_or_else(bad)?;
        let two = |digits: &str| -> Result<i8, BadTimeOfDay> {
            let plain = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
            let number = digits.parse().map_err(|_| bad())?;
            if plain { Ok(number) } else { Err(bad()) }
        };
        let time = Time::new(two(hour)?, two(minute)?, 0, 0);
        time.map(Self).map_err(|_| bad())
    }
}

impl TryFrom<String> for TimeOfDay {
    type Error = BadTimeOfDay;

    fn try_from(text: String) -> Result<Self, BadTimeOfDay> {
        text.parse()
    }
}

impl From<TimeOfDay> for String {
    fn from(time: TimeOfDay) -> Self {
        time.to_string()
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0.hour(), self.0.minute())
    }
}
