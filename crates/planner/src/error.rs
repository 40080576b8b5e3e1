//! Why there is no plan.

use cutover_manifest::ObjectRef;

/// What keeps a plan from being made.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A manifest is not what its kind says.
    #[error(transparent)]
    Manifest(#[from] cutover_manifest::Error),
    /// A waypoint's name.
    #[error(transparent)]
    Phase(#[from] cutover_plan::BadPhase),
    /// A plan that does not fit itself.
    #[error(transparent)]
    Plan(#[from] cutover_plan::Error),
    /// What cannot be planned safely (rule 10 of the planner).
    #[error(transparent)]
    Release(#[from] cutover_release::Error),
}

impl Error {
    /// The object that the error is about, for whoever knows which file it came from.
    pub fn object(&self) -> Option<&ObjectRef> {
        match self {
            Self::Manifest(_) | Self::Phase(_) | Self::Plan(_) => None,
            Self::Release(error) => error.object(),
        }
    }

    /// The JSON pointer of the field that the error is about; empty where there is none.
    pub fn pointer(&self) -> &str {
        match self {
            Self::Manifest(_) | Self::Phase(_) | Self::Plan(_) => "",
            Self::Release(error) => error.pointer(),
        }
    }
}
