//! Why a run may not begin, or stopped.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::hint::Hint;

/// Why a run may not begin, or stopped: what is wrong and where, and what to do.
///
/// As text, and so in a journal, the hint stands in a line of its own.
///
/// ```
/// use cutover_run::{Hint, Reason};
///
/// let reason = Reason::from("the journal is gone").hint(Hint::ShowStatus);
/// assert_eq!(reason.message(), "the journal is gone");
/// assert!(reason.to_string().starts_with("the journal is gone\nhint: its status tells"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Reason {
    message: String,
    hint: Option<Hint>,
}

impl Reason {
    /// The same with what to do about it.
    #[must_use]
    pub fn hint(self, hint: impl Into<Hint>) -> Self {
        Self {
            hint: Some(hint.into()),
            ..self
        }
    }

    /// What is wrong, and where.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to do about it, where something is known.
    pub fn advice(&self) -> Option<&Hint> {
        self.hint.as_ref()
    }
}

/// What stands before a hint where both are one text.
const HINT: &str = "\nhint: ";

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.hint {
            Some(hint) => write!(f, "{HINT}{hint}"),
            None => Ok(()),
        }
    }
}

impl From<String> for Reason {
    fn from(text: String) -> Self {
        match text.split_once(HINT) {
            Some((message, hint)) => Self {
                message: message.to_owned(),
                hint: Some(hint.to_owned().into()),
            },
            None => Self {
                message: text,
                hint: None,
            },
        }
    }
}

impl From<&str> for Reason {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<Reason> for String {
    fn from(reason: Reason) -> Self {
        reason.to_string()
    }
}

impl From<crate::error::Error> for Reason {
    fn from(error: crate::error::Error) -> Self {
        error.to_string().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A failure means that a journal's reason is told in other words than the run's own.
    #[test]
    fn a_reason_comes_back_from_its_text() {
        let check = |reason: Reason| assert_eq!(Reason::from(reason.to_string()), reason);
        check(Reason::from("it is gone"));
        check(Reason::from("it is gone").hint(Hint::Restore));
        check(Reason::from("two\nlines").hint("take another"));
    }
}
