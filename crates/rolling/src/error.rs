//! Why there is no such update.

use cutover_manifest::ObjectRef;

/// What the strategies of this crate refuse.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A text is no moment.
    #[error("`{0}` is not a time\nhint: write it as 2026-11-24T10:00:00Z")]
    BadTimestamp(String),
    /// The annotation says this very second already, so nothing would change.
    #[error(
        "{0}: if restart has already been triggered within the past second, please wait before attempting to trigger another\nhint: take a later time with --at"
    )]
    JustRestarted(ObjectRef),
    /// A paused Deployment does not roll out.
    #[error("{0}: it is paused\nhint: resume it first: cutover plan resume")]
    Paused(ObjectRef),
    /// It is paused, or it is not, as it is asked to be.
    #[error("{object}: it is {} paused\nhint: there is nothing to do", if *.paused { "already" } else { "not" })]
    AsItIs {
        /// The Deployment.
        object: Box<ObjectRef>,
        /// Whether it is paused.
        paused: bool,
    },
    /// What the planner refuses.
    #[error(transparent)]
    Plan(#[from] cutover_release::Error),
}
