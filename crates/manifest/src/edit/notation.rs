//! Whole numbers as people write them: files' modes and masks as `0644`, `0o644`, `0x1f`, `0b11`, and
//! with a sign that says nothing, `+3`.

/// A number in the notation in which another is written: hexadecimal, octal or binary, with a sign
/// or without. None for decimal without one, as JSON has it.
///
/// kubectl and kustomize read all of them (`strconv.ParseInt` with base 0).
pub(super) fn like(old: &str, number: u64) -> Option<String> {
    match old.strip_prefix('+') {
        None => prefixed(old, number),
        Some(old) => {
            let digits = prefixed(old, number).unwrap_or_else(|| number.to_string());
            Some(format!("+{digits}"))
        }
    }
}

/// A number with the prefix of another, where that has one.
fn prefixed(old: &str, number: u64) -> Option<String> {
    let (prefix, digits) = old.split_at(prefix_of(old)?);
    let is_upper = digits.contains(|digit: char| digit.is_ascii_uppercase());
    let new = match prefix {
        "0x" | "0X" if is_upper => format!("{number:X}"),
        "0x" | "0X" => format!("{number:x}"),
        "0b" | "0B" => format!("{number:b}"),
        _ => format!("{number:o}"),
    };
    Some(format!("{prefix}{new}"))
}

/// How long what tells the notation is.
fn prefix_of(old: &str) -> Option<usize> {
    match old.as_bytes() {
        [b'0', b'x' | b'X' | b'b' | b'B' | b'o', _, ..] => Some(2),
        [b'0', b'0'..=b'7', ..] if old.bytes().all(|byte| matches!(byte, b'0'..=b'7')) => Some(1),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A failure means that a file's mode comes back from a plan as a number that nobody knows.
    #[test]
    fn a_number_is_written_as_the_one_before() {
        #[track_caller]
        fn check(old: &str, number: u64, expect: Option<&str>) {
            assert_eq!(like(old, number).as_deref(), expect, "{old}");
        }
        check("0644", 0o400, Some("0400"));
        check("0o644", 0, Some("0o0"));
        check("0x3", 255, Some("0xff"));
        check("0XAB", 255, Some("0XFF"));
        check("0b11", 4, Some("0b100"));
        check("+3", 4, Some("+4"));
        check("+0644", 0o400, Some("+0400"));
        check("3", 4, None);
        check("0", 4, None);
        check("089", 4, None);
        check("0.5", 4, None);
        check("0x", 4, None);
    }
}
