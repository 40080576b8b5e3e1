//! Which way a run goes.

use serde::{Deserialize, Serialize};

/// Which way a run goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Direction {
    /// Through the plan's steps.
    Forward,
    /// Through the way back.
    Back,
}
