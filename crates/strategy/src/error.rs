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
    Change(#[from] cutover_release::BadChange),
    /// The planner.
    #[error(transparent)]
    Plan(#[from] cutover_planner::Error),
    /// What no strategy can do, and names that fit nothing.
    #[error(transparent)]
    Release(#[from] cutover_release::Error),
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
    /// The object and the field (a JSON pointer, empty for the whole object) that was refused, for
    /// whoever knows which file and line they came from.
    pub fn place(&self) -> Option<(&ObjectRef, &str)> {
        match self {
            Self::Plan(error) => error.object().map(|object| (object, error.pointer())),
            Self::Release(error) | Self::Change(cutover_release::BadChange::Workload(error)) => {
                planner(error)
            }
            Self::Change(cutover_release::BadChange::ManyContainers { object, .. }) => {
                Some((object, ""))
            }
            Self::Change(_) => None,
            #[cfg(feature = "affinity")]
            Self::Affinity(error) => affinity(error),
            #[cfg(feature = "blue-green")]
            Self::BlueGreen(error) => blue_green(error),
            #[cfg(feature = "canary")]
            Self::Canary(error) => canary(error),
            #[cfg(feature = "rollback")]
            Self::Rollback(error) => rollback(error),
            #[cfg(feature = "rolling")]
            Self::Rolling(error) => rolling(error),
            #[cfg(feature = "scale")]
            Self::Scale(cutover_scale::Error::Plan(error)) => planner(error),
            #[cfg(feature = "scale")]
            Self::Scale(_) => None,
        }
    }
}

fn planner(error: &cutover_release::Error) -> Option<(&ObjectRef, &str)> {
    error.object().map(|object| (object, error.pointer()))
}

#[cfg(feature = "affinity")]
fn affinity(error: &cutover_affinity::Error) -> Option<(&ObjectRef, &str)> {
    match error {
        cutover_affinity::Error::Timeout { object, .. } => Some((object, "/spec")),
        _ => None,
    }
}

#[cfg(feature = "blue-green")]
fn blue_green(error: &cutover_blue_green::Error) -> Option<(&ObjectRef, &str)> {
    use cutover_blue_green::Error;
    match error {
        Error::Plan(error) => planner(error),
        Error::NotOneBehind { service, .. } | Error::ManySlots { service, .. } => {
            Some((service, "/spec/selector"))
        }
        Error::NoPods(object) => Some((object, "/spec/replicas")),
        _ => None,
    }
}

#[cfg(feature = "canary")]
fn canary(error: &cutover_canary::Error) -> Option<(&ObjectRef, &str)> {
    use cutover_canary::Error;
    match error {
        Error::Plan(error) => planner(error),
        Error::NoPods(object) => Some((object, "/spec/replicas")),
        Error::NoRoom { object, .. } | Error::Intolerable { object, .. } => {
            Some((object, "/spec/replicas"))
        }
        Error::Unknown { service, .. } | Error::Unreached { service, .. } => {
            Some((service, "/spec"))
        }
        _ => None,
    }
}

#[cfg(feature = "rollback")]
fn rollback(error: &cutover_rollback::Error) -> Option<(&ObjectRef, &str)> {
    use cutover_rollback::Error;
    match error {
        Error::Plan(error) => planner(error),
        Error::NoHistory(object) => Some((object, "")),
        Error::NotFound { object, .. } | Error::Matches { object, .. } => Some((object, "")),
        Error::Paused(object) => Some((object, "/spec/paused")),
        _ => None,
    }
}

#[cfg(feature = "rolling")]
fn rolling(error: &cutover_rolling::Error) -> Option<(&ObjectRef, &str)> {
    use cutover_rolling::Error;
    match error {
        Error::Plan(error) => planner(error),
        Error::JustRestarted(object) => Some((object, "/spec/template/metadata/annotations")),
        Error::Paused(object) => Some((object, "/spec/paused")),
        Error::AsItIs { object, .. } => Some((object, "/spec/paused")),
        _ => None,
    }
}
