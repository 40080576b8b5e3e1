//! Times of the week, by the clock of a time zone.

use cutover_plan::{TimeOfDay, Window};
use jiff::civil::Date;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Span, Timestamp};

/// Days that a window which holds now may have opened before today: one, and one more for zones that
/// have left out a day.
const DAYS_BEFORE: i64 = 2;

/// Days in which a window opens at least once: a week, and one more for a day on which the clock
/// leaves out all of it.
const DAYS_AFTER: i64 = 14;

/// When a window opens next; none while it is open.
///
/// A time that does not exist on a day, when clocks are put forward, is the next that does; of one
/// that comes twice, when they are put back, the first is meant.
///
/// ```
/// use cutover_plan::Window;
/// use cutover_run::next_opening;
/// use serde_json::json;
///
/// let window: Window = serde_json::from_value(json!({
///     "from": "09:00", "to": "16:00", "days": ["Mon"], "timezone": "Europe/Berlin",
/// }))?;
/// let sunday = "2026-11-29T12:00:00Z".parse()?;
/// assert_eq!(next_opening(&window, sunday), Some("2026-11-30T08:00:00Z".parse()?));
/// assert_eq!(next_opening(&window, "2026-11-30T08:00:00Z".parse()?), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn next_opening(window: &Window, now: Timestamp) -> Option<Timestamp> {
    let today = window.timezone.zone().to_datetime(now).date();
    for days in -DAYS_BEFORE..=DAYS_AFTER {
        let Some((from, to)) = on(window, today, days) else {
            continue;
        };
        if now < from {
            return Some(from);
        }
        if now < to {
            return None;
        }
    }
    // Past the last day that a clock can show.
    Some(Timestamp::MAX)
}

/// When the window opens and closes so many days after another; none where it does not open on that
/// day.
fn on(window: &Window, today: Date, days: i64) -> Option<(Timestamp, Timestamp)> {
    let day = after(today, days)?;
    if !window.opens_on(day.weekday()) {
        return None;
    }
    let last = if window.to > window.from {
        day
    } else {
        after(day, 1)?
    };
    let zone = window.timezone.zone();
    let (from, to) = (at(zone, day, window.from)?, at(zone, last, window.to)?);
    (from < to).then_some((from, to))
}

/// So many days later, where a calendar has that day.
fn after(day: Date, days: i64) -> Option<Date> {
    let Ok(day) = day.checked_add(Span::new().days(days)) else {
        return None;
    };
    Some(day)
}

/// The moment at which clocks first show a time on a day, or a later one; none past the last that
/// they can show.
fn at(zone: &TimeZone, day: Date, time: TimeOfDay) -> Option<Timestamp> {
    let moment = zone.to_ambiguous_timestamp(day.to_datetime(time.time()));
    let Ok(earlier) = moment.earlier() else {
        return None;
    };
    match moment.offset() {
        AmbiguousOffset::Unambiguous { .. } | AmbiguousOffset::Fold { .. } => Some(earlier),
        // Clocks jump over it: it lies right before that moment, by their time before.
        AmbiguousOffset::Gap { .. } => Some(zone.following(earlier).next()?.timestamp()),
    }
}

#[cfg(test)]
mod tests;
