//! Percentages as flags have them.

use cutover::traffic::Percent;

/// A whole percentage, as a flag has it.
pub(super) fn percent(text: &str) -> Result<Percent, BadPercent> {
    match text.parse().map(Percent::new) {
        Ok(Ok(percent)) => Ok(percent),
        _ => Err(BadPercent(text.into())),
    }
}

/// A text is no percentage.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a whole percentage of 0 to 100\nhint: write the number alone, e.g. 25")]
pub(super) struct BadPercent(String);
