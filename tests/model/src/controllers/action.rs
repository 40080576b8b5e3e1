//! What the Deployment controller may do next.

use crate::objects::{Condition, Uid};

/// What the controller decides to do.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Action {
    /// Say that the Deployment is paused, or goes on.
    Pause(Condition),
    /// Bring the new set's revision, annotations and `minReadySeconds` up to date.
    Refresh(Uid),
    Create {
        replicas: u32,
    },
    Scale(Vec<(Uid, u32)>),
    /// Delete an old set.
    Remove(Uid),
    /// Write the counts of pods into the status.
    Status,
    /// Write the counts and how the rollout goes.
    RolloutStatus,
}
