//! What a run does where something fails.

use clap::ValueEnum;
use cutover::planning;

/// What a run does where a gate does not hold in time.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(crate) enum OnFailure {
    /// It stops and says why.
    #[default]
    Stop,
    /// It takes itself back.
    Undo,
}

impl From<OnFailure> for planning::OnFailure {
    fn from(what: OnFailure) -> Self {
        match what {
            OnFailure::Stop => Self::Stop,
            OnFailure::Undo => Self::Undo,
        }
    }
}
