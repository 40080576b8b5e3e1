//! The name of a phase.

use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Serialize};

/// What people see of a waypoint: its steps under one name, of `a` to `z`, digits and `-`.
///
/// ```
/// use cutover_plan::Phase;
///
/// assert_eq!(Phase::new("canary-25")?.to_string(), "canary-25");
/// assert!(Phase::new("Canary 25").is_err());
/// # Ok::<(), cutover_plan::BadPhase>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Phase(String);

/// A text is no name of a phase.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` does not name a phase\nhint: write it with a to z, digits and -, e.g. canary-25")]
pub struct BadPhase(String);

impl Phase {
    /// The name, where it is one.
    ///
    /// # Errors
    ///
    /// A text that is empty, longer than 63 characters, or has others than `a` to `z`, digits and
    /// `-`.
    pub fn new(text: impl Into<String>) -> Result<Self, BadPhase> {
        let text = text.into();
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if (1..=63).contains(&text.len()) && text.bytes().all(fits) {
            Ok(Self(text))
        } else {
            Err(BadPhase(text))
        }
    }
}

impl Deref for Phase {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Phase {
    type Error = BadPhase;

    fn try_from(text: String) -> Result<Self, BadPhase> {
        Self::new(text)
    }
}

impl From<Phase> for String {
    fn from(phase: Phase) -> Self {
        phase.0
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
