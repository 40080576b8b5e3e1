//! A time of the week in which a step may begin.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Weekday;
use serde::{Deserialize, Serialize};

use super::day::{BadDay, Day};
use super::time_of_day::{BadTimeOfDay, TimeOfDay};
use super::time_zone::{BadTimeZone, TimeZone};

/// A time of the week in which the next step may begin; it begins anew each day.
///
/// Where `to` is not after `from` the window ends on the next day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Window {
    /// The time of day at which it opens.
    pub from: TimeOfDay,
    /// The time of day at which it closes.
    pub to: TimeOfDay,
    /// On which days it opens; absent for each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<Day>,
    /// Whose clock it goes by.
    pub timezone: TimeZone,
}

impl Window {
    /// Whether it opens on this day.
    pub fn opens_on(&self, weekday: Weekday) -> bool {
        self.days.is_empty() || self.days.iter().any(|day| day.weekday() == weekday)
    }
}

/// A text does not say a window.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadWindow {
    /// One of its days is none.
    #[error(transparent)]
    Day(#[from] BadDay),
    /// Not of the form `FROM-TO`.
    #[error("`{0}` does not say from when to when\nhint: write 09:00-16:00")]
    Hours(String),
    /// It has no place for one of the three.
    #[error("`{0}` does not say a window\nhint: write Mon-Fri 09:00-16:00 Europe/Berlin")]
    Incomplete(String),
    /// It opens or closes at no time of day.
    #[error(transparent)]
    TimeOfDay(#[from] BadTimeOfDay),
    /// Its time zone is none.
    #[error(transparent)]
    TimeZone(#[from] BadTimeZone),
    /// It ends with its hours.
    #[error("`{0}` names no time zone\nhint: write {0} Europe/Berlin, or {0} UTC")]
    Zoneless(String),
}

/// As a text it is `Mon-Fri 09:00-16:00 Europe/Berlin`: days as ranges and lists, none for every
/// day, from when to when, and the time zone.
///
/// ```
/// use cutover_plan::{Day, Window};
///
/// let window: Window = "Mon,Thu-Fri 09:00-16:00 Europe/Berlin".parse()?;
/// assert_eq!(window.days, [Day::Mon, Day::Thu, Day::Fri]);
/// assert_eq!(window.to_string(), "Mon, Thu, Fri 09:00-16:00 Europe/Berlin");
///
/// let night: Window = "22:00-04:00 UTC".parse()?;
/// assert!(night.days.is_empty());
/// # Ok::<(), cutover_plan::BadWindow>(())
/// ```
impl FromStr for Window {
    type Err = BadWindow;

    fn from_str(text: &str) -> Result<Self, BadWindow> {
        let words: Vec<&str> = text.split_whitespace().collect();
        if words.last().is_some_and(|last| last.contains(':')) {
            return Err(BadWindow::Zoneless(words.join(" ")));
        }
        let [days @ .., hours, timezone] = words.as_slice() else {
            return Err(BadWindow::Incomplete(text.to_owned()));
        };
        let bad_hours = || BadWindow::Hours((*hours).to_owned());
        let (from, to) = hours.split_once('-').ok_or_else(bad_hours)?;
        Ok(Self {
            from: from.parse()?,
            to: to.parse()?,
            days: days_of(&days.concat())?,
            timezone: timezone.parse()?,
        })
    }
}

/// `Mon,Thu-Fri` and the like; every day where nothing is said.
fn days_of(text: &str) -> Result<Vec<Day>, BadWindow> {
    let mut days = Vec::new();
    if text.is_empty() {
        return Ok(days);
    }
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        for day in Day::between(first.parse()?, last.parse()?) {
            if !days.contains(&day) {
                days.push(day);
            }
        }
    }
    Ok(days)
}

/// As it is read: three days or more in a row as a range.
impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut days: Vec<String> = Vec::new();
        for row in self.days.chunk_by(|day, next| day.next() == *next) {
            match row {
                [first, _, .., last] => days.push(format!("{first}-{last}")),
                few => days.extend(few.iter().map(Day::to_string)),
            }
        }
        if !days.is_empty() {
            write!(f, "{} ", days.join(", "))?;
        }
        let Self {
            from, to, timezone, ..
        } = self;
        write!(f, "{from}-{to} {timezone}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A failure means that a window is not the one that was asked for, or that what is wrong with
    /// one is not said.
    #[test]
    fn a_window_is_read_from_a_text() {
        let check = |text: &str, expect: Result<&str, &str>| {
            let read = text.parse::<Window>();
            let read = read.map(|window| window.to_string());
            let read = read.map_err(|error| error.to_string());
            let expect = expect.map(str::to_owned).map_err(str::to_owned);
            assert_eq!(read, expect, "{text}");
        };
        check("09:00-16:30 UTC", Ok("09:00-16:30 UTC"));
        check(
            "Mon-Wed 09:00-16:00 Europe/Berlin",
            Ok("Mon-Wed 09:00-16:00 Europe/Berlin"),
        );
        check("Sun 00:00-00:00 UTC", Ok("Sun 00:00-00:00 UTC"));
        check("Sat-Mon 22:00-02:00 UTC", Ok("Sat-Mon 22:00-02:00 UTC"));
        check(
            "Mon,Thu-Fri 09:00-16:00 UTC",
            Ok("Mon, Thu, Fri 09:00-16:00 UTC"),
        );
        check("Mon, Tue 09:00-16:00 UTC", Ok("Mon, Tue 09:00-16:00 UTC"));
        check(
            "Mon,Mon-Tue 09:00-16:00 UTC",
            Ok("Mon, Tue 09:00-16:00 UTC"),
        );

        const DAY: &str =
            "hint: write Mon, Tue, Wed, Thu, Fri, Sat or Sun, e.g. Mon-Fri or Mon,Wed";
        let bad_day = |day: &str| format!("`{day}` is not a day\n{DAY}");
        check("Monday 09:00-16:00 UTC", Err(&bad_day("Monday")));
        check("mon 09:00-16:00 UTC", Err(&bad_day("mon")));
        check("Mon- 09:00-16:00 UTC", Err(&bad_day("")));
        check("Mon,,Tue 09:00-16:00 UTC", Err(&bad_day("")));
        check("Mon Tue 09:00-16:00 UTC", Err(&bad_day("MonTue")));
        check(
            "Mon-Fri 09:00-16:00",
            Err("`Mon-Fri 09:00-16:00` names no time zone\n\
                 hint: write Mon-Fri 09:00-16:00 Europe/Berlin, or Mon-Fri 09:00-16:00 UTC"),
        );
        check(
            "Mon-Fri 09:00 UTC",
            Err("`09:00` does not say from when to when\nhint: write 09:00-16:00"),
        );
        check(
            "9:00-16:00 UTC",
            Err("`9:00` is not a time of day\nhint: write 09:00 or 16:30, and 00:00 for midnight"),
        );
        check(
            "09:00-24:00 UTC",
            Err("`24:00` is not a time of day\nhint: write 09:00 or 16:30, and 00:00 for midnight"),
        );
        check(
            "09:00-16:00 Mars!",
            Err("`Mars!` is not a time zone\n\
                 hint: write a name of the IANA database, e.g. Europe/Berlin or UTC"),
        );
        for text in ["", "weekdays"] {
            let expect = format!(
                "`{text}` does not say a window\nhint: write Mon-Fri 09:00-16:00 Europe/Berlin"
            );
            check(text, Err(&expect));
        }
    }
}
