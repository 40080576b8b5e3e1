//! Resource quantities: which texts the API server stores as they are written, and which are one
//! amount.

use num_rational::Ratio;
use serde_json::Value;

/// Whether a quantity's text is the one that the API server stores.
///
/// The server writes a whole number with the largest suffix that needs no fraction: `0.2` becomes
/// `200m`, `1000m` becomes `1`, `1024Mi` becomes `1Gi`; finer than a thousandth it rounds up
/// (k8s.io/apimachinery/pkg/api/resource/quantity.go, `CanonicalizeBytes`).
pub(crate) fn is_canonical(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let digits = unsigned.len()
        - unsigned
            .trim_start_matches(|c: char| c.is_ascii_digit())
            .len();
    let (number, suffix) = unsigned.split_at(digits);
    if number == "0" {
        return suffix.is_empty() && unsigned == text;
    }
    // Beyond 18 digits the server may cap the number.
    let Some(amount) = number
        .parse::<u64>()
        .ok()
        .filter(|_| digits <= 18 && !number.starts_with('0'))
    else {
        return false;
    };
    match suffix {
        "Ki" | "Mi" | "Gi" | "Ti" | "Pi" | "Ei" => amount % 1024 != 0,
        "" | "m" | "k" | "M" | "G" | "T" | "P" | "E" => amount % 1000 != 0,
        _ => is_power(suffix) && amount % 1000 != 0,
    }
}

/// An exponent as the server writes it: `e3`, a positive multiple of three.
fn is_power(suffix: &str) -> bool {
    let Some(digits) = suffix.strip_prefix('e') else {
        return false;
    };
    let plain = digits.chars().all(|c| c.is_ascii_digit()) && !digits.starts_with('0');
    plain
        && digits
            .parse::<u8>()
            .is_ok_and(|power| power % 3 == 0 && power <= 18)
}

/// Whether two quantities are one amount, as `0.2` and `200m`; a number is a quantity too.
pub(crate) fn same(one: &Value, other: &Value) -> bool {
    amount(one).is_some_and(|one| amount(other) == Some(one))
}

fn amount(value: &Value) -> Option<Ratio<i128>> {
    let text = value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned);
    let end = text
        .find(|c: char| !c.is_ascii_digit() && !".+-".contains(c))
        .unwrap_or(text.len());
    let (number, suffix) = text.split_at(end);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits: i128 = format!("{whole}{fraction}").parse().ok()?;
    let scale = 10_i128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let unit = unit(suffix)?;
    Some(Ratio::new(
        digits.checked_mul(*unit.numer())?,
        scale.checked_mul(*unit.denom())?,
    ))
}

fn unit(suffix: &str) -> Option<Ratio<i128>> {
    let ten = |power: u32| 10_i128.checked_pow(power).map(Ratio::from_integer);
    let two = |power: u32| Some(Ratio::from_integer(1 << power));
    match suffix {
        "n" => ten(9).map(|unit| unit.recip()),
        "u" => ten(6).map(|unit| unit.recip()),
        "m" => ten(3).map(|unit| unit.recip()),
        "" => ten(0),
        "k" => ten(3),
        "M" => ten(6),
        "G" => ten(9),
        "T" => ten(12),
        "P" => ten(15),
        "E" => ten(18),
        "Ki" => two(10),
        "Mi" => two(20),
        "Gi" => two(30),
        "Ti" => two(40),
        "Pi" => two(50),
        "Ei" => two(60),
        _ => exponent(suffix),
    }
}

fn exponent(suffix: &str) -> Option<Ratio<i128>> {
    let power: i32 = suffix.strip_prefix(['e', 'E'])?.parse().ok()?;
    let unit = Ratio::from_integer(10_i128.checked_pow(power.unsigned_abs())?);
    Some(if power < 0 { unit.recip() } else { unit })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{is_canonical, same};

    #[test]
    fn one_amount_in_two_texts() {
        let check = |one, other, expect| {
            assert_eq!(same(&json!(one), &json!(other)), expect, "{one} {other}")
        };
        check("0.2", "200m", true);
        check("1024Mi", "1Gi", true);
        check("1e3", "1k", true);
        check("1500", "1.5k", true);
        check("1M", "1Mi", false);
        check("x", "x", false);
        assert!(same(&json!(2), &json!("2")));
    }

    #[test]
    fn the_text_that_the_server_stores() {
        let check = |text, expect| assert_eq!(is_canonical(text), expect, "{text}");
        for text in [
            "0", "1", "200m", "10Mi", "1Gi", "1536Mi", "1k", "1500", "999m", "2M", "1e3", "-1",
            "1Ki",
        ] {
            check(text, true);
        }
        for text in [
            "", "0.2", "1.0", "1000m", "1000", "1024Mi", "0Mi", "0m", "1.5Gi", "01", "+1", "-0",
            "1e0",
        ] {
            check(text, false);
        }
        for text in [
            "1u",
            "1n",
            "1E3",
            "1e4",
            "1e03",
            "m",
            "1 Gi",
            "1gb",
            "1K",
            "1000000000000000000000",
        ] {
            check(text, false);
        }
    }
}
