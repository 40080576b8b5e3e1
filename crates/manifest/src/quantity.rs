//! Resource quantities: how much they are, which texts the API server stores as they are written,
//! and which are one amount.

use std::iter::Sum;
use std::str::FromStr;

use num_rational::Ratio;
use serde_json::Value;

/// How much of a resource a container asks for: Kubernetes' `Quantity`, without those below zero.
///
/// It is an exact whole number of billionths, which is as fine as Kubernetes counts.
///
/// ```
/// use cutover_manifest::Quantity;
///
/// let [half, three]: [Quantity; 2] = ["500m".parse()?, "1.5Ki".parse()?];
/// assert_eq!((half.times(3).cores(), three.times(2).bytes()), ("1500m".into(), "3Ki".into()));
/// assert!("1 Gi".parse::<Quantity>().is_err());
/// assert!("-1".parse::<Quantity>().is_err());
/// # Ok::<(), cutover_manifest::BadQuantity>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quantity(u128);

/// A text is no quantity of a resource.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a quantity of a resource\nhint: write 2, 500m, 1.5Gi or 100M")]
pub struct BadQuantity(String);

/// Kubernetes counts as finely as this, and rounds up what is finer.
const BILLION: i128 = 1_000_000_000;

/// Kubernetes counts up to this.
const MOST: i128 = i64::MAX as i128;

impl Quantity {
    /// Reads the value of a manifest's field; a number is a quantity too.
    ///
    /// # Errors
    ///
    /// [`BadQuantity`] for what the API server refuses too: another suffix, less than nothing; and
    /// for more than it counts.
    pub fn read(value: &Value) -> Result<Self, BadQuantity> {
        let billionths = amount(value).and_then(billionths);
        let text = || {
            value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned)
        };
        billionths.map(Self).ok_or_else(|| BadQuantity(text()))
    }

    /// So many whole ones, as of pods.
    pub fn whole(count: u64) -> Self {
        Self(1_000_000_000).times(count)
    }

    /// So many times as much.
    #[must_use]
    pub fn times(self, count: u64) -> Self {
        Self(self.0.saturating_mul(count.into()))
    }

    /// The sum of two quantities.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// Whether it is nothing.
    pub fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// As people write CPU: whole cores, or thousandths, rounded up.
    pub fn cores(self) -> String {
        let thousandths = self.0.div_ceil(1_000_000);
        match thousandths % 1000 {
            0 => (thousandths / 1000).to_string(),
            _ => format!("{thousandths}m"),
        }
    }

    /// As people write memory: bytes, rounded up, with the largest suffix that leaves a whole number.
    pub fn bytes(self) -> String {
        let bytes = self.0.div_ceil(BILLION.unsigned_abs());
        for (suffix, unit) in UNITS {
            if bytes > 0 && bytes.is_multiple_of(unit) {
                return format!("{}{suffix}", bytes / unit);
            }
        }
        bytes.to_string()
    }
}

/// The suffixes, the largest first.
const UNITS: [(&str, u128); 12] = [
    ("Ei", 1 << 60),
    ("E", 1_000_000_000_000_000_000),
    ("Pi", 1 << 50),
    ("P", 1_000_000_000_000_000),
    ("Ti", 1 << 40),
    ("T", 1_000_000_000_000),
    ("Gi", 1 << 30),
    ("G", 1_000_000_000),
    ("Mi", 1 << 20),
    ("M", 1_000_000),
    ("Ki", 1 << 10),
    ("k", 1_000),
];

impl FromStr for Quantity {
    type Err = BadQuantity;

    fn from_str(text: &str) -> Result<Self, BadQuantity> {
        Self::read(&Value::from(text))
    }
}

impl Sum for Quantity {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), Self::plus)
    }
}

/// The amount in billionths, rounded up; none below zero, and past what Kubernetes counts.
fn billionths(amount: Ratio<i128>) -> Option<u128> {
    if amount > Ratio::from_integer(MOST) {
        return None;
    }
    let scaled = amount.numer().checked_mul(BILLION)?;
    let Ok(numerator) = u128::try_from(scaled) else {
        return None;
    };
    Some(numerator.div_ceil(amount.denom().unsigned_abs()))
}

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
    if digits > 18 || number.starts_with('0') {
        return false;
    }
    let Ok(amount) = number.parse::<u64>() else {
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
    let digits = format!("{whole}{fraction}").parse::<i128>();
    let places = u32::try_from(fraction.len());
    let (Ok(digits), Ok(places)) = (digits, places) else {
        return None;
    };
    let scale = 10_i128.checked_pow(places)?;
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
    let Ok(power) = suffix.strip_prefix(['e', 'E'])?.parse::<i32>() else {
        return None;
    };
    let unit = Ratio::from_integer(10_i128.checked_pow(power.unsigned_abs())?);
    Some(if power < 0 { unit.recip() } else { unit })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Quantity, is_canonical, same};

    /// Against the facts of k8s.io/apimachinery/pkg/api/resource/quantity_test.go.
    #[test]
    fn how_much_a_text_says() {
        let check = |text: &str, cores: &str, bytes: &str| {
            let quantity: Quantity = text.parse().unwrap();
            assert_eq!(
                (&*quantity.cores(), &*quantity.bytes()),
                (cores, bytes),
                "{text}"
            );
        };
        check("0", "0", "0");
        check("0Gi", "0", "0");
        check("1", "1", "1");
        check("+1.5", "1500m", "2");
        check(".5", "500m", "1");
        check("1.", "1", "1");
        check("100m", "100m", "1");
        check("1500m", "1500m", "2");
        check("1n", "1m", "1");
        check("1u", "1m", "1");
        check("1001u", "2m", "1");
        check("0.0000000001", "1m", "1");
        check("2k", "2000", "2k");
        check("1e3", "1000", "1k");
        check("1E3", "1000", "1k");
        check("12e-1", "1200m", "2");
        check("1E", "1000000000000000000", "1E");
        check("128Mi", "134217728", "128Mi");
        check("1024Mi", "1073741824", "1Gi");
        check("1.5Gi", "1610612736", "1536Mi");
        check("100M", "100000000", "100M");
        check("7Ei", "8070450532247928832", "7Ei");
        assert_eq!(Quantity::read(&json!(2)).unwrap(), "2".parse().unwrap());
        assert_eq!(
            Quantity::read(&json!(0.1)).unwrap(),
            "100m".parse().unwrap()
        );
    }

    #[test]
    fn what_is_no_quantity() {
        for text in [
            "",
            " ",
            "1 Gi",
            "1gb",
            "1K",
            "1GI",
            "-1",
            "-1m",
            "Gi",
            "1e",
            "1e1.5",
            "1.2.3",
            "1-2",
            "--1",
            "1Gi2",
            "0x1",
            "8Ei",
            "1e40",
            "100000000000000000000000000000000000000000",
        ] {
            let bad = text.parse::<Quantity>().unwrap_err();
            assert!(
                bad.to_string().starts_with(&format!("`{text}` is not")),
                "{bad}"
            );
        }
        for value in [json!(null), json!(true), json!(["1"]), json!({})] {
            assert!(Quantity::read(&value).is_err(), "{value}");
        }
    }

    #[test]
    fn sums_are_exact() {
        let check = |texts: &[&str], cores: &str, bytes: &str| {
            let sum: Quantity = texts
                .iter()
                .map(|text| text.parse::<Quantity>().unwrap())
                .sum();
            assert_eq!((&*sum.cores(), &*sum.bytes()), (cores, bytes), "{texts:?}");
        };
        check(&[], "0", "0");
        check(&["0.1", "0.2"], "300m", "1");
        check(&["999m", "1m"], "1", "1");
        check(&["1Gi", "512Mi"], "1610612736", "1536Mi");
        check(&["128Mi", "100M"], "234217728", "234217728");
        let most: Quantity = "9223372036854775807".parse().unwrap();
        assert_eq!(
            most.times(u64::MAX).times(u64::MAX),
            most.times(u64::MAX).times(u64::MAX).plus(most)
        );
    }

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
