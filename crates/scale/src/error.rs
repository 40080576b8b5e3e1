//! Why there is no scaling.

/// What a scaling refuses.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// What the planner refuses.
    #[error(transparent)]
    Plan(#[from] cutover_release::Error),
}
