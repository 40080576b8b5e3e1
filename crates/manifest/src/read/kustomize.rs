//! Where kustomize reads an unquoted scalar otherwise than kubectl: it follows go-yaml v3, kubectl
//! v2.
//!
//! To v3, `yes`, `on`, `y` and their like are text, and a date is a time, which kustomize prints in
//! full.

use serde_json::Value;

use super::scalar::Scalar;

/// What kustomize makes of an unquoted value, as JSON, where that is not what kubectl does.
pub(crate) fn value(text: &str, kubectl: &Scalar) -> Option<String> {
    let value = match kubectl {
        Scalar::Bool(_) if is_word_of_old(text) => text.into(),
        Scalar::Text(_) => time(text)
            .filter(|time| time != text)
            .map(Value::from)
            .or_else(|| octal(text))?,
        _ => return None,
    };
    Some(value.to_string())
}

/// What kustomize makes of an unquoted key, as JSON, where that is not what kubectl does.
pub(crate) fn key(text: &str, kubectl: &Scalar) -> Option<String> {
    match kubectl {
        Scalar::Bool(_) if is_word_of_old(text) => Some(Value::from(text).to_string()),
        Scalar::Text(_) if time(text).is_none() && octal(text).is_none() => None,
        _ => Some("an error".to_owned()),
    }
}

/// `yes`, `n`, `Off`: booleans of YAML 1.1 that YAML 1.2 has not.
fn is_word_of_old(text: &str) -> bool {
    !text.eq_ignore_ascii_case("true") && !text.eq_ignore_ascii_case("false")
}

/// `0o-17`: v3 takes a sign behind the prefix.
fn octal(text: &str) -> Option<Value> {
    let digits = text.strip_prefix("0o")?.replace('_', "");
    match i64::from_str_radix(&digits, 8) {
        Ok(number) if digits.starts_with(['+', '-']) => Some(number.into()),
        _ => None,
    }
}

/// A date or time that v3 knows, as kustomize prints it.
pub(crate) fn time(text: &str) -> Option<String> {
    if text.as_bytes().get(4) != Some(&b'-') {
        return None;
    }
    let (date, rest) = date(text)?;
    let separator = rest.chars().next();
    let (clock, zone) = match separator {
        None => return Some(format!("{date}T00:00:00Z")),
        Some('T' | 't') => clock(&rest[1..])?,
        Some(' ') => clock(rest.trim_start_matches(' '))?,
        Some(_) => return None,
    };
    let zone = if separator == Some(' ') {
        zone.is_empty().then_some("Z")?
    } else {
        offset(zone)?
    };
    Some(format!("{date}T{clock}{zone}"))
}

fn date(text: &str) -> Option<(String, &str)> {
    let (year, rest) = text.split_at_checked(4)?;
    if !year.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let Ok(year) = year.parse::<u32>() else {
        return None;
    };
    let (month, rest) = number(rest.strip_prefix('-')?, 1..=12)?;
    let (day, rest) = number(rest.strip_prefix('-')?, 1..=31)?;
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    (day <= days).then(|| (format!("{year:04}-{month:02}-{day:02}"), rest))
}

fn clock(text: &str) -> Option<(String, &str)> {
    let (hour, rest) = number(text, 0..=23)?;
    let (minute, rest) = number(rest.strip_prefix(':')?, 0..=59)?;
    let (second, rest) = number(rest.strip_prefix(':')?, 0..=59)?;
    let digits = rest.strip_prefix(['.', ',']).unwrap_or("");
    let digits = &digits[..digits
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(digits.len())];
    let rest = if digits.is_empty() {
        rest
    } else {
        &rest[1 + digits.len()..]
    };
    let nanoseconds = digits[..digits.len().min(9)].trim_end_matches('0');
    let dot = if nanoseconds.is_empty() { "" } else { "." };
    Some((
        format!("{hour:02}:{minute:02}:{second:02}{dot}{nanoseconds}"),
        rest,
    ))
}

/// The offset from UTC: `Z` or `+02:00`.
fn offset(text: &str) -> Option<&str> {
    match text.as_bytes() {
        b"Z" | [b'+' | b'-', b'0', b'0', b':', b'0', b'0'] => Some("Z"),
        [b'+' | b'-', _, _, b':', _, _] => {
            let hours = number(&text[1..3], 0..=24).filter(|(_, rest)| rest.is_empty());
            let minutes = number(&text[4..6], 0..=60).filter(|(_, rest)| rest.is_empty());
            hours.and(minutes).map(|_| text)
        }
        _ => None,
    }
}

/// One or two digits.
fn number(text: &str, range: std::ops::RangeInclusive<u32>) -> Option<(u32, &str)> {
    let digits = text.bytes().take(2).take_while(u8::is_ascii_digit).count();
    match text[..digits].parse() {
        Ok(number) if range.contains(&number) => Some((number, &text[digits..])),
        _ => None,
    }
}
