//! A time of the week in which a step may begin.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Time, Weekday};
use serde::{Deserialize, Serialize};

/// A time of the week in which the next step may begin; it begins anew each day.
///
/// Where `to` is not after `from` the window ends on the next day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Window {
    /// The time of day at which it opens.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub from: TimeOfDay,
    /// The time of day at which it closes.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub to: TimeOfDay,
    /// On which days it opens; absent for each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<Day>,
    /// Whose clock it goes by.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub timezone: TimeZone,
}

impl Window {
    /// Whether it opens on this day.
    pub fn opens_on(&self, weekday: Weekday) -> bool {
        self.days.is_empty() || self.days.iter().any(|day| day.weekday() == weekday)
    }
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Day {
    /// Monday.
    Mon,
    /// Tuesday.
    Tue,
    /// Wednesday.
    Wed,
    /// Thursday.
    Thu,
    /// Friday.
    Fri,
    /// Saturday.
    Sat,
    /// Sunday.
    Sun,
}

impl Day {
    /// The same as jiff has it.
    pub fn weekday(self) -> Weekday {
        match self {
            Self::Mon => Weekday::Monday,
            Self::Tue => Weekday::Tuesday,
            Self::Wed => Weekday::Wednesday,
            Self::Thu => Weekday::Thursday,
            Self::Fri => Weekday::Friday,
            Self::Sat => Weekday::Saturday,
            Self::Sun => Weekday::Sunday,
        }
    }
}

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
#[error("`{0}` is not a time of day\nhint: write 09:00 or 16:30")]
pub struct BadTimeOfDay(String);

impl TimeOfDay {
    /// The same as jiff has it.
    pub fn time(self) -> Time {
        self.0
    }
}

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

/// A time zone of the IANA database, by name.
///
/// The database comes with the feature `zones`, for who carries a plan out: a name that it does not
/// have is refused then. Without it a name only has to look like one.
///
/// ```
/// use cutover_plan::TimeZone;
///
/// assert_eq!("Europe/Berlin".parse::<TimeZone>()?.to_string(), "Europe/Berlin");
/// assert!("Europe/Atlantis".parse::<TimeZone>().is_err());
/// # Ok::<(), cutover_plan::BadTimeZone>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimeZone {
    name: String,
    #[cfg(feature = "zones")]
    zone: jiff::tz::TimeZone,
}

/// A text names no time zone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a time zone\nhint: write a name of the IANA database, e.g. Europe/Berlin or UTC"
)]
pub struct BadTimeZone(String);

#[cfg(feature = "zones")]
impl TimeZone {
    /// The same as jiff has it.
    pub fn zone(&self) -> &jiff::tz::TimeZone {
        &self.zone
    }
}

impl FromStr for TimeZone {
    type Err = BadTimeZone;

    fn from_str(text: &str) -> Result<Self, BadTimeZone> {
        let bad = || BadTimeZone(text.into());
        if !is_zone_name(text) {
            return Err(bad());
        }
        Ok(Self {
            name: text.into(),
            // The zones that the program brings, and none of the machine's: the same plan is judged
            // alike everywhere.
            #[cfg(feature = "zones")]
            zone: jiff::tz::TimeZoneDatabase::bundled()
                .get(text)
                .map_err(|_| bad())?,
        })
    }
}

/// Whether a text may be the name of a zone, by the database's rules for names.
fn is_zone_name(text: &str) -> bool {
    let is_sign = |sign: char| sign.is_ascii_alphanumeric() || "+-._".contains(sign);
    text.split('/').all(|part| {
        let dots = part == "." || part == "..";
        !part.is_empty() && !dots && part.chars().all(is_sign)
    })
}

impl TryFrom<String> for TimeZone {
    type Error = BadTimeZone;

    fn try_from(text: String) -> Result<Self, BadTimeZone> {
        text.parse()
    }
}

impl From<TimeZone> for String {
    fn from(zone: TimeZone) -> Self {
        zone.name
    }
}

impl fmt::Display for TimeZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A failure means that a program without the database of zones takes a text that is no name.
    #[test]
    fn a_zone_has_a_name() {
        let check = |text: &str, expect: bool| assert_eq!(is_zone_name(text), expect, "{text}");
        check("UTC", true);
        check("Europe/Berlin", true);
        check("America/Argentina/Buenos_Aires", true);
        check("Etc/GMT+5", true);
        check("America/Port-au-Prince", true);
        check("Europe/Atlantis", true);
        check("", false);
        check("/etc/localtime", false);
        check("Europe/", false);
        check("../UTC", false);
        check("Central European Time", false);
        check("Европа/Берлин", false);
    }
}
