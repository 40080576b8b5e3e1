//! Why there is no plan, whatever the strategy.

use cutover_manifest::ObjectRef;

/// What a strategy or the planner refuses.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Session affinity.
    #[cfg(feature = "affinity")]
    #[error(transparent)]
    Affinity(#[from] cutover_affinity::Error),
    /// Blue/green.
    #[cfg(feature = "blue-green")]
    #[error(transparent)]
    BlueGreen(#[from] cutover_blue_green::Error),
    /// Canary.
    #[cfg(feature = "canary")]
    #[error(transparent)]
    Canary(#[from] cutover_canary::Error),
    /// The change that was asked for.
    #[error(transparent)]
    Change(#[from] crate::change::BadChange),
    /// The planner.
    #[error(transparent)]
    Plan(#[from] cutover_plan::Error),
    /// Rollback.
    #[cfg(feature = "rollback")]
    #[error(transparent)]
    Rollback(#[from] cutover_rollback::Error),
    /// Rolling update, recreate, restart, pause, resume.
    #[cfg(feature = "rolling")]
    #[error(transparent)]
    Rolling(#[from] cutover_rolling::Error),
    /// Scale.
    #[cfg(feature = "scale")]
    #[error(transparent)]
    Scale(#[from] cutover_scale::Error),
}

impl Error {
    /// The object and the field (a JSON pointer, empty for the whole object) that the planner refused, for whoever
    /// knows which file and line they came from.
    pub fn place(&self) -> Option<(&ObjectRef, &str)> {
        let plan = self.planner()?;
        plan.object().map(|object| (object, plan.pointer()))
    }

    fn planner(&self) -> Option<&cutover_plan::Error> {
        match self {
            Self::Plan(error) => Some(error),
            #[cfg(feature = "blue-green")]
            Self::BlueGreen(cutover_blue_green::Error::Plan(error)) => Some(error),
            #[cfg(feature = "canary")]
            Self::Canary(cutover_canary::Error::Plan(error)) => Some(error),
            #[cfg(feature = "rollback")]
            Self::Rollback(cutover_rollback::Error::Plan(error)) => Some(error),
            #[cfg(feature = "rolling")]
            Self::Rolling(cutover_rolling::Error::Plan(error)) => Some(error),
            #[cfg(feature = "scale")]
            Self::Scale(cutover_scale::Error::Plan(error)) => Some(error),
            _ => None,
        }
    }
}
