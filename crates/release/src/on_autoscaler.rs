//! What is done about autoscalers.

use serde::{Deserialize, Serialize};

/// What a plan that counts pods does about an autoscaler of theirs.
///
/// It is an enumeration of one, since others are to come (default: such a plan is refused).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum OnAutoscaler {
    /// It stands still from before the first count to after the last: nobody adds pods meanwhile,
    /// however much they have to do.
    Hold,
}
