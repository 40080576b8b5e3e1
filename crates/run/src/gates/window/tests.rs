use jiff::Timestamp;
use serde_json::{Value, json};

use super::*;

/// What a window is like at a moment: open, or when it opens.
fn check(window: &str, now: &str, expect: &str) {
    let now: Timestamp = now.parse().unwrap();
    let found = next_opening(&read(window), now).map(|opens| opens.to_string());
    let found = found.unwrap_or_else(|| "open".to_owned());
    assert_eq!(found, expect, "{window} at {now}");
}

/// As `09:00-16:00 Europe/Berlin`, or with `Mon,Tue` before it.
fn read(text: &str) -> Window {
    let words: Vec<&str> = text.split(' ').collect();
    let (days, times, timezone) = match words.as_slice() {
        [times, timezone] => (json!([]), times, timezone),
        [days, times, timezone] => (days.split(',').collect::<Value>(), times, timezone),
        other => unreachable!("{other:?}"),
    };
    let (from, to) = times.split_once('-').unwrap();
    let value = json!({"from": from, "to": to, "days": days, "timezone": timezone});
    serde_json::from_value(value).unwrap()
}

/// A failure means that a step begins outside its window, or waits although it is open.
#[test]
fn it_goes_by_the_clock_of_its_zone() {
    // Berlin is an hour before UTC in winter, and two in summer.
    let office = "09:00-16:00 Europe/Berlin";
    check(office, "2026-11-30T07:59:59Z", "2026-11-30T08:00:00Z");
    check(office, "2026-11-30T08:00:00Z", "open");
    check(office, "2026-11-30T14:59:59Z", "open");
    check(office, "2026-11-30T15:00:00Z", "2026-12-01T08:00:00Z");
    check(office, "2026-07-01T06:59:59Z", "2026-07-01T07:00:00Z");
    check(office, "2026-07-01T13:59:59Z", "open");
    check(
        "09:00-16:00 UTC",
        "2026-11-30T08:30:00Z",
        "2026-11-30T09:00:00Z",
    );
    // It is Tuesday in Auckland while it is Monday in London.
    check(
        "Tue 09:00-16:00 Pacific/Auckland",
        "2026-11-30T21:00:00Z",
        "open",
    );
    check(
        "Mon 09:00-16:00 Pacific/Auckland",
        "2026-11-30T21:00:00Z",
        "2026-12-06T20:00:00Z",
    );
    // Before the epoch, and where there is no later day.
    check(office, "1969-12-31T12:00:00Z", "open");
    check(
        office,
        "9999-12-30T20:00:00Z",
        "9999-12-30T22:00:00.999999999Z",
    );
}

#[test]
fn it_opens_on_its_days_only() {
    let office = "Mon,Tue 09:00-16:00 Europe/Berlin";
    check(office, "2026-11-29T12:00:00Z", "2026-11-30T08:00:00Z");
    check(office, "2026-11-30T12:00:00Z", "open");
    check(office, "2026-11-30T16:00:00Z", "2026-12-01T08:00:00Z");
    check(office, "2026-12-01T16:00:00Z", "2026-12-07T08:00:00Z");
    check(
        "Sun 09:00-16:00 Europe/Berlin",
        "2026-11-29T15:00:00Z",
        "2026-12-06T08:00:00Z",
    );
}

/// A failure means that the hours after midnight are those of another night.
#[test]
fn it_ends_on_the_next_day_where_it_ends_before_it_begins() {
    let night = "22:00-04:00 UTC";
    check(night, "2026-11-30T21:59:59Z", "2026-11-30T22:00:00Z");
    check(night, "2026-11-30T23:59:59Z", "open");
    check(night, "2026-12-01T03:59:59Z", "open");
    check(night, "2026-12-01T04:00:00Z", "2026-12-01T22:00:00Z");
    // Its days are those on which it opens.
    let friday = "Fri 22:00-04:00 UTC";
    check(friday, "2026-11-27T03:00:00Z", "2026-11-27T22:00:00Z");
    check(friday, "2026-11-28T03:00:00Z", "open");
    check(friday, "2026-11-28T22:30:00Z", "2026-12-04T22:00:00Z");
    // A whole day, and from midnight to midnight.
    check("Fri 12:00-12:00 UTC", "2026-11-28T11:59:59Z", "open");
    check(
        "Fri 12:00-12:00 UTC",
        "2026-11-28T12:00:00Z",
        "2026-12-04T12:00:00Z",
    );
    check("Fri 00:00-00:00 UTC", "2026-11-27T23:59:59Z", "open");
    check("00:00-00:00 UTC", "2026-11-28T00:00:00Z", "open");
}

/// On 2026-03-29 clocks in Berlin go from 02:00 to 03:00, at 01:00 UTC.
#[test]
fn a_time_that_does_not_exist_is_the_next_that_does() {
    let check = |times: &str, now: &str, expect: &str| {
        check(&format!("{times} Europe/Berlin"), now, expect);
    };
    // 02:30 is 03:00, and not 03:30.
    check(
        "02:30-05:00",
        "2026-03-29T00:59:59Z",
        "2026-03-29T01:00:00Z",
    );
    check("02:30-05:00", "2026-03-29T01:00:00Z", "open");
    check("02:30-05:00", "2026-03-29T02:59:59Z", "open");
    check(
        "02:30-05:00",
        "2026-03-29T03:00:00Z",
        "2026-03-30T00:30:00Z",
    );
    check("01:00-02:30", "2026-03-29T00:59:59Z", "open");
    check(
        "01:00-02:30",
        "2026-03-29T01:00:00Z",
        "2026-03-29T23:00:00Z",
    );
    // Clocks leave all of it out.
    check(
        "02:15-02:45",
        "2026-03-29T00:59:59Z",
        "2026-03-30T00:15:00Z",
    );
    check(
        "02:15-02:45",
        "2026-03-29T01:00:00Z",
        "2026-03-30T00:15:00Z",
    );
    check(
        "Sun 02:15-02:45",
        "2026-03-29T00:00:00Z",
        "2026-04-05T00:15:00Z",
    );
    // A whole day is an hour shorter.
    check("Sat 12:00-12:00", "2026-03-29T09:59:59Z", "open");
    check(
        "Sat 12:00-12:00",
        "2026-03-29T10:00:00Z",
        "2026-04-04T10:00:00Z",
    );
}

/// On 2026-10-25 clocks in Berlin go from 03:00 to 02:00, at 01:00 UTC.
#[test]
fn of_a_time_that_comes_twice_the_first_is_meant() {
    let check = |times: &str, now: &str, expect: &str| {
        check(&format!("{times} Europe/Berlin"), now, expect);
    };
    check(
        "02:30-05:00",
        "2026-10-25T00:29:59Z",
        "2026-10-25T00:30:00Z",
    );
    check("02:30-05:00", "2026-10-25T01:15:00Z", "open");
    check("02:30-05:00", "2026-10-25T03:59:59Z", "open");
    check(
        "02:30-05:00",
        "2026-10-25T04:00:00Z",
        "2026-10-26T01:30:00Z",
    );
    check("22:00-02:30", "2026-10-25T00:29:59Z", "open");
    check(
        "22:00-02:30",
        "2026-10-25T00:30:00Z",
        "2026-10-25T21:00:00Z",
    );
    check(
        "02:15-02:45",
        "2026-10-25T00:45:00Z",
        "2026-10-26T01:15:00Z",
    );
    // A whole day is an hour longer.
    check("Sat 12:00-12:00", "2026-10-25T10:59:59Z", "open");
}

/// Samoa had no 2011-12-30: clocks went from the end of the 29th to the 31st.
#[test]
fn a_day_may_be_left_out() {
    let zone = "Pacific/Apia";
    check(
        &format!("Fri 09:00-16:00 {zone}"),
        "2011-12-30T09:00:00Z",
        "2012-01-05T19:00:00Z",
    );
    check(
        &format!("Thu 22:00-04:00 {zone}"),
        "2011-12-30T09:59:59Z",
        "open",
    );
    check(
        &format!("Thu 22:00-04:00 {zone}"),
        "2011-12-30T10:00:00Z",
        "2012-01-05T08:00:00Z",
    );
}
