//! Whose clock a time is by.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

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

#[cfg(feature = "schema")]
cutover_workload::shape!(TimeZone, { "type": "string", "pattern": "^[A-Za-z0-9+._-]+(/[A-Za-z0-9+._-]+)*$" });

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
