//! What becomes of clusters that fit nowhere, cannot be reached, or fail.

use serde::{Deserialize, Serialize};

/// What becomes of clusters that no wave selects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Unmatched {
    /// They are left as they are.
    Leave,
    /// They are one more wave, which comes last, with the strategy, the limits and the gates of the
    /// one before it.
    Last,
    /// The fleet is refused.
    #[default]
    Refuse,
}

/// What a run does about a cluster that cannot be reached when its turn has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Unreachable {
    /// It counts as failed.
    #[default]
    Fail,
    /// It is left out, and told.
    Skip,
    /// It is waited for, as long as the wave's `progressDeadlineSeconds`.
    Wait,
}

/// What a run does where more clusters of a wave have failed than may.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum OnFailure {
    /// It starts no more, lets those at work end, and says why.
    #[default]
    Stop,
    /// All that was begun is taken back, wave by wave.
    Undo,
    /// The clusters that failed are taken back.
    UndoCluster,
    /// The clusters of the wave are taken back.
    UndoWave,
}

impl Unreachable {
    pub(crate) fn is_fail(&self) -> bool {
        *self == Self::Fail
    }
}

impl OnFailure {
    pub(crate) fn is_stop(&self) -> bool {
        *self == Self::Stop
    }
}
