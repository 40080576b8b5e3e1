//! Lengths of time as the Gateway API has them (GEP-2257): `10s`, `1h30m`, `500ms`.

use serde::Deserialize;

/// A length of time in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Length(u64);

/// A text is no length of time.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no length of time, e.g. 10s or 1h30m")]
pub(super) struct BadLength(String);

impl Length {
    /// So many seconds, a part of one counted as a whole one; none for zero, which is no limit.
    pub(super) fn limit(self) -> Option<u32> {
        let seconds = self.0.div_ceil(1000);
        // Four numbers of five digits are hours that fit.
        (seconds > 0).then(|| u32::try_from(seconds).unwrap_or(u32::MAX))
    }
}

impl TryFrom<String> for Length {
    type Error = BadLength;

    fn try_from(text: String) -> Result<Self, BadLength> {
        match milliseconds(&text) {
            Some(milliseconds) => Ok(Self(milliseconds)),
            None => Err(BadLength(text)),
        }
    }
}

/// The units of a length in milliseconds, the longer name first where one begins as another does.
const UNITS: [(&str, u64); 4] = [("ms", 1), ("h", 3_600_000), ("m", 60_000), ("s", 1000)];
/// So many digits a number has at most.
const MOST_DIGITS: usize = 5;

fn milliseconds(text: &str) -> Option<u64> {
    let (mut rest, mut sum) = (text, 0);
    for _ in UNITS {
        let unit_on = rest.trim_start_matches(|sign: char| sign.is_ascii_digit());
        let digits = &rest[..rest.len() - unit_on.len()];
        let (unit, worth) = UNITS.iter().find(|(unit, _)| unit_on.starts_with(unit))?;
        sum += number(digits)? * worth;
        rest = &unit_on[unit.len()..];
        if rest.is_empty() {
            return Some(sum);
        }
    }
    None
}

fn number(digits: &str) -> Option<u64> {
    match digits.parse() {
        Ok(number) if digits.len() <= MOST_DIGITS => Some(number),
        Ok(_) | Err(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::milliseconds;

    #[test]
    fn lengths_of_time_are_read_as_the_gateway_api_has_them() {
        let check =
            |text: &str, expect: Option<u64>| assert_eq!(milliseconds(text), expect, "{text}");
        check("10s", Some(10_000));
        check("1h30m", Some(5_400_000));
        check("500ms", Some(500));
        check("1s500ms", Some(1500));
        check("0s", Some(0));
        check("", None);
        check("10", None);
        check("1.5s", None);
        check("100000s", None);
        check("1s1s1s1s1s", None);
        check("soon", None);
    }
}
