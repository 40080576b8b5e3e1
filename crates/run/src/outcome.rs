//! How a run ended.

use serde::{Deserialize, Serialize};

use crate::reason::Reason;

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum Outcome {
    /// All steps are done and their gates hold.
    Done,
    /// The run went back.
    Undone {
        /// The state it came back to; 0 is the start.
        to: usize,
    },
    /// The run stopped; what has been done stays, and the journal says where.
    Stopped {
        /// The last state of the plan that was reached, all gates held; 0 is the start.
        step: usize,
        /// Why, where, and what to do.
        reason: Reason,
    },
    /// Nothing was written: the plan does not fit the cluster, or the run may not begin.
    Refused {
        /// Why, where, and what to do.
        reason: Reason,
    },
}
