//! What a scalar means: the rules of go-yaml v2, which kubectl reads with.
//!
//! They are YAML 1.1's with exceptions: `yes` and `y` are booleans, `0440` is octal, `1_000` is a
//! number, but `1:30` and dates are text. Numbers then go through JSON, so `1.0` becomes the
//! integer 1.

use serde_json::Value;

/// What kubectl reads where `text` stands unquoted: `true` for `yes`, 288 for `0440`, text for
/// `1:30`.
///
/// `None` for the infinities and not-a-number (`.inf`, `.nan`), which kubectl refuses as values.
///
/// ```
/// use cutover_manifest::read_scalar;
/// use serde_json::json;
///
/// assert_eq!(read_scalar("yes"), Some(json!(true)));
/// assert_eq!(read_scalar("0440"), Some(json!(288)));
/// assert_eq!(read_scalar("1_000"), Some(json!(1000)));
/// assert_eq!(read_scalar("1:30"), Some(json!("1:30")));
/// assert_eq!(read_scalar("1234e567"), Some(json!("1234e567")), "a commit, not a number: it is too large for one");
/// assert_eq!(read_scalar(".inf"), None);
/// ```
pub fn read_scalar(text: &str) -> Option<Value> {
    Scalar::plain(text).into_value()
}

/// A scalar before it goes through JSON. As a key its type still shows: `1.0` is "1" and
/// `1000000.0` is "1e+06".
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Scalar {
    Null,
    Bool(bool),
    Integer(i64),
    /// An integer that only fits without a sign.
    Unsigned(u64),
    Float(f64),
    Text(String),
}

impl Scalar {
    /// Reads an unquoted scalar.
    pub(crate) fn plain(text: &str) -> Self {
        Self::other_than_text(text).unwrap_or_else(|| Self::Text(text.to_owned()))
    }

    /// Reads an unquoted scalar, or nothing where it is text.
    pub(crate) fn other_than_text(text: &str) -> Option<Self> {
        Some(match text {
            "" | "~" | "null" | "Null" | "NULL" => Self::Null,
            "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" | "true" | "True" | "TRUE" => {
                Self::Bool(true)
            }
            "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" | "false" | "False"
            | "FALSE" => Self::Bool(false),
            ".nan" | ".NaN" | ".NAN" => Self::Float(f64::NAN),
            ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Self::Float(f64::INFINITY),
            "-.inf" | "-.Inf" | "-.INF" => Self::Float(f64::NEG_INFINITY),
            _ => return Self::number(text),
        })
    }

    /// As a value, or nothing for a float that JSON lacks. A whole float is an integer from here
    /// on.
    pub(crate) fn into_value(self) -> Option<Value> {
        match self {
            Self::Null => Some(Value::Null),
            Self::Bool(value) => Some(value.into()),
            Self::Integer(value) => Some(value.into()),
            Self::Unsigned(value) => float(value as f64),
            Self::Float(value) => float(value),
            Self::Text(text) => Some(text.into()),
        }
    }

    /// As the key of a map, or nothing for a type that kubectl takes as no key.
    pub(crate) fn into_key(self) -> Option<String> {
        match self {
            Self::Null | Self::Unsigned(_) => None,
            Self::Bool(value) => Some(value.to_string()),
            Self::Integer(value) => Some(value.to_string()),
            Self::Float(value) => Some(float_key(value)),
            Self::Text(text) => Some(text),
        }
    }

    fn number(text: &str) -> Option<Self> {
        match text.as_bytes().first()? {
            b'.' => dotted(text).map(Self::Float),
            b'+' | b'-' | b'0'..=b'9' if text.contains('_') => Self::digits(&text.replace('_', "")),
            b'+' | b'-' | b'0'..=b'9' => Self::digits(text),
            _ => None,
        }
    }

    fn digits(text: &str) -> Option<Self> {
        integer(text)
            .or_else(|| decimal(text).map(Self::Float))
            .or_else(|| signed_binary(text).map(Self::Integer))
    }
}

/// An integer in the notation of Go: decimal, `0x`, `0b`, `0o`, or octal after a plain `0`.
fn integer(text: &str) -> Option<Scalar> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (radix, digits) = match digits.as_bytes() {
        [b'0', b'x' | b'X', _, ..] => (16, &digits[2..]),
        [b'0', b'b' | b'B', _, ..] => (2, &digits[2..]),
        [b'0', b'o' | b'O', _, ..] => (8, &digits[2..]),
        [b'0', _, ..] => (8, &digits[1..]),
        _ => (10, digits),
    };
    if digits.starts_with('+') {
        return None;
    }
    let Ok(magnitude) = u64::from_str_radix(digits, radix) else {
        return None;
    };
    match text.as_bytes().first() {
        Some(b'-') => 0i64.checked_sub_unsigned(magnitude).map(Scalar::Integer),
        Some(b'+') => 0i64.checked_add_unsigned(magnitude).map(Scalar::Integer),
        _ => Some(i64::try_from(magnitude).map_or(Scalar::Unsigned(magnitude), Scalar::Integer)),
    }
}

/// `12`, `1.5`, `5.`, `1e3`: what is left when octal digits or size keep it from being an integer.
fn decimal(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (
            mantissa,
            Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)),
        ),
        None => (unsigned, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let shaped = all_digits(whole)
        && all_digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && exponent.is_none_or(|exponent| !exponent.is_empty() && all_digits(exponent));
    if shaped { finite(text) } else { None }
}

/// `.5`: here go-yaml asks Go itself, which takes `_` only between two digits.
fn dotted(text: &str) -> Option<f64> {
    let bytes = text.as_bytes();
    let between_digits = |at: usize| {
        let digit = |at: Option<usize>| {
            at.and_then(|at| bytes.get(at))
                .is_some_and(u8::is_ascii_digit)
        };
        digit(at.checked_sub(1)) && digit(at.checked_add(1))
    };
    if text.match_indices('_').any(|(at, _)| !between_digits(at)) {
        return None;
    }
    decimal(&text.replace('_', ""))
}

/// `0b-101`, which no standard knows.
fn signed_binary(text: &str) -> Option<i64> {
    let signed = match text.strip_prefix("0b") {
        Some(digits) => digits.to_owned(),
        None => format!("-{}", text.strip_prefix("-0b")?),
    };
    let Ok(number) = i64::from_str_radix(&signed, 2) else {
        return None;
    };
    Some(number)
}

fn all_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn finite(text: &str) -> Option<f64> {
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() => Some(value),
        _ => None,
    }
}

/// A float as JSON has it after Go has written it and read it again: whole numbers that fit are
/// integers.
fn float(value: f64) -> Option<Value> {
    match value.to_string().parse::<i64>() {
        Ok(whole) => Some(whole.into()),
        Err(_) => serde_json::Number::from_f64(value).map(Value::Number),
    }
}

/// A float as a key: the fewest digits that tell it from other 32-bit floats, with an exponent from
/// six digits on.
fn float_key(value: f64) -> String {
    let narrow = value as f32;
    if narrow.is_nan() {
        return ".nan".to_owned();
    }
    if narrow.is_infinite() {
        return if narrow < 0.0 { "-.inf" } else { ".inf" }.to_owned();
    }
    let shortest = format!("{narrow:e}");
    let (mantissa, exponent) = shortest.split_once('e').unwrap_or((&shortest, "0"));
    let digits = mantissa
        .split_once('.')
        .map_or(0, |(_, digits)| digits.len());
    let exponent: i32 = exponent.parse().unwrap_or(0);
    // With the number of digits given, Rust takes the even one of two that are equally near, as Go
    // does.
    if (-4..6).contains(&exponent) {
        let decimals = digits.saturating_add_signed(-exponent as isize);
        return format!("{narrow:.decimals$}");
    }
    let scientific = format!("{narrow:.digits$e}");
    let mantissa = scientific.split('e').next().unwrap_or(&scientific);
    format!(
        "{mantissa}e{}{:02}",
        if exponent < 0 { '-' } else { '+' },
        exponent.abs()
    )
}
