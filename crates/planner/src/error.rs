//! Why there is no plan.

use cutover_release::{Refusal, Refusals};

/// What keeps a plan from being made.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A waypoint's name that no phase may have.
    #[error(transparent)]
    Phase(#[from] cutover_plan::BadPhase),
    /// A plan that does not fit itself.
    #[error(transparent)]
    Plan(#[from] cutover_plan::Error),
    /// What cannot be planned safely (rule 10 of the planner).
    #[error(transparent)]
    Refused(#[from] Refusals),
}

impl Error {
    /// What is refused, each with its place; nothing where the error is of another kind.
    pub fn refusals(&self) -> impl Iterator<Item = &Refusal> {
        let refusals = match self {
            Self::Refused(refusals) => Some(refusals),
            Self::Phase(_) | Self::Plan(_) => None,
        };
        refusals.into_iter().flat_map(Refusals::iter)
    }
}

impl From<cutover_manifest::Error> for Error {
    fn from(error: cutover_manifest::Error) -> Self {
        Self::Refused(error.into())
    }
}
