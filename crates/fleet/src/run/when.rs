//! Before a wave's clusters, or after them.

use serde::{Deserialize, Serialize};

/// On which side of a wave's clusters a gate stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum When {
    /// Before the first of them changes.
    Before,
    /// After the last of them is done.
    After,
}
