//! Time, or a person.

use serde::{Deserialize, Serialize};

use crate::duration::Duration;

/// A length of time, or, without one, a person who lets the plan go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Pause {
    /// How long it lasts; until a person approves where it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration: Option<Duration>,
}

impl Pause {
    /// A person is waited for.
    pub fn person() -> Self {
        Self { duration: None }
    }

    /// A pause that ends by itself after so long.
    pub fn of(duration: Duration) -> Self {
        Self {
            duration: Some(duration),
        }
    }
}
