//! In which order the clusters of a wave start.

/// The value of a label by which clusters are ordered: whole numbers by value, before any text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SortingValue<'a> {
    Number(i128),
    Text(&'a str),
}

/// How a label's value is ordered.
pub(crate) fn sorting_value(text: &str) -> SortingValue<'_> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_whole = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse() {
        Ok(number) if is_whole => SortingValue::Number(number),
        Ok(_) | Err(_) => SortingValue::Text(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A failure means that the tenth cluster starts before the second.
    #[test]
    fn whole_numbers_are_ordered_by_value() {
        let check = |given: &[&'static str], expect: &[&str]| {
            let mut ordered = given.to_vec();
            ordered.sort_by_key(|text| sorting_value(text));
            assert_eq!(ordered, expect);
        };
        check(&["10", "2", "1"], &["1", "2", "10"]);
        check(&["b", "10", "a", "-3", "2"], &["-3", "2", "10", "a", "b"]);
        check(&["1.5", "+1", "1", ""], &["1", "", "+1", "1.5"]);
        check(&["-", "07", "6", "8"], &["6", "07", "8", "-"]);
        let long = "9".repeat(60);
        check(&[&"9".repeat(60).leak()[..], "1"], &["1", &long]);
    }
}
