//! Resource quantities: which texts the API server stores as they are written.

/// Whether a quantity's text is the one that the API server stores.
///
/// The server writes a whole number with the largest suffix that needs no fraction: `0.2` becomes `200m`, `1000m`
/// becomes `1`, `1024Mi` becomes `1Gi`; finer than a thousandth it rounds up
/// (k8s.io/apimachinery/pkg/api/resource/quantity.go, `CanonicalizeBytes`).
pub(crate) fn is_canonical(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let digits = unsigned.len() - unsigned.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, suffix) = unsigned.split_at(digits);
    if number == "0" {
        return suffix.is_empty() && unsigned == text;
    }
    // Beyond 18 digits the server may cap the number.
    let Some(amount) = number.parse::<u64>().ok().filter(|_| digits <= 18 && !number.starts_with('0')) else {
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
    let Some(digits) = suffix.strip_prefix('e') else { return false };
    let plain = digits.chars().all(|c| c.is_ascii_digit()) && !digits.starts_with('0');
    plain && digits.parse::<u8>().is_ok_and(|power| power % 3 == 0 && power <= 18)
}

#[cfg(test)]
mod tests {
    use super::is_canonical;

    #[test]
    fn the_text_that_the_server_stores() {
        let check = |text, expect| assert_eq!(is_canonical(text), expect, "{text}");
        for text in
            ["0", "1", "200m", "10Mi", "1Gi", "1536Mi", "1k", "1500", "999m", "2M", "1e3", "-1", "1Ki"]
        {
            check(text, true);
        }
        for text in
            ["", "0.2", "1.0", "1000m", "1000", "1024Mi", "0Mi", "0m", "1.5Gi", "01", "+1", "-0", "1e0"]
        {
            check(text, false);
        }
        for text in ["1u", "1n", "1E3", "1e4", "1e03", "m", "1 Gi", "1gb", "1K", "1000000000000000000000"] {
            check(text, false);
        }
    }
}
