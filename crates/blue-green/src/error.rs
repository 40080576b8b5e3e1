//! Why there is no blue/green.

use cutover_manifest::ObjectRef;

/// What a blue/green refuses.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is not exactly one such Service.
    #[error(
        "activeService: there are {count} Services of the name {name} in the input\nhint: check the name, and say --namespace where names repeat"
    )]
    NotOne {
        /// What was asked for.
        name: String,
        /// How many there are.
        count: usize,
    },
    /// The active and the preview Service are one.
    #[error(
        "previewService: {0} is the active Service too\nhint: give the preview a Service of its own, or leave it out"
    )]
    SameService(String),
    /// The active Service does not stand before exactly one Deployment.
    #[error(
        "{service}: it sends requests to {count} Deployments\nhint: blue/green switches a Service from one Deployment to another: let it select one"
    )]
    NotOneBehind {
        /// The Service.
        service: Box<ObjectRef>,
        /// How many it selects.
        count: usize,
    },
    /// Several Deployments could be the idle slot.
    #[error(
        "{service}: {slots} look like the idle slot\nhint: name the two that take turns with `slots`"
    )]
    ManySlots {
        /// The Service.
        service: Box<ObjectRef>,
        /// Their names.
        slots: String,
    },
    /// The workload has no pods.
    #[error(
        "{0}: it has zero replicas: there is nothing to switch from\nhint: scale it up first, or take the strategy rolling"
    )]
    NoPods(ObjectRef),
    /// The new version would have no pods to look at.
    #[error(
        "previewReplicaCount: 0 pods cannot be looked at\nhint: say 1, or leave it out for all"
    )]
    NoPreview,
    /// What the planner refuses.
    #[error(transparent)]
    Plan(#[from] cutover_release::Error),
}
