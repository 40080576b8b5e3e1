//! Why there is nothing to roll back to. The words are kubectl's where it has them.

use cutover_manifest::ObjectRef;

/// What a rollback refuses.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The input has fewer than two revisions.
    #[error(
        "{0}: no rollout history found\nhint: give its ReplicaSets too: kubectl get deployment,replicaset -o yaml | cutover plan rollback -f -"
    )]
    NoHistory(ObjectRef),
    /// No ReplicaSet has that revision.
    #[error(
        "{object}: unable to find specified revision {revision} in history\nhint: there are {known}"
    )]
    NotFound {
        /// The Deployment.
        object: Box<ObjectRef>,
        /// What was asked for.
        revision: u64,
        /// The revisions that there are.
        known: String,
    },
    /// It runs that template already.
    #[error(
        "{object}: the current template already matches revision {revision}\nhint: there is nothing to roll back"
    )]
    Matches {
        /// The Deployment.
        object: Box<ObjectRef>,
        /// The revision.
        revision: u64,
    },
    /// A paused Deployment does not roll back.
    #[error(
        "{0}: you cannot rollback a paused deployment\nhint: resume it first: cutover plan resume"
    )]
    Paused(ObjectRef),
    /// What the planner refuses.
    #[error(transparent)]
    Plan(#[from] cutover_release::Error),
}
