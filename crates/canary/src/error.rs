//! Why there is no canary.

use cutover_manifest::ObjectRef;
use cutover_traffic::{Percent, Share};

/// What a canary refuses.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A weight is lower than the one before it.
    #[error(
        "steps: the weight falls from {before} to {after}\nhint: undo takes a plan back; a canary only goes forward"
    )]
    Falling {
        /// The weight before.
        before: Percent,
        /// The lower weight after it.
        after: Percent,
    },
    /// No step gives the new version any requests.
    #[error(
        "steps: no weight above zero\nhint: say --steps 25,50, or in a file steps: [{{ setWeight: 25 }}, {{ pause: {{}} }}]"
    )]
    NoWeight,
    /// Two pods do not fit.
    #[error(
        "{object}: {replicas} pods and a surge of {surge} leave no room for one of each version\nhint: allow one more with maxSurge: 1"
    )]
    NoRoom {
        /// The workload's Deployment.
        object: Box<ObjectRef>,
        /// Its pods.
        replicas: u32,
        /// Its surge.
        surge: u32,
    },
    /// The workload has no pods.
    #[error(
        "{0}: it has zero replicas, and nothing to compare a canary with\nhint: scale it up first, or take the strategy rolling"
    )]
    NoPods(ObjectRef),
    /// The nearest share is too far from the weight.
    #[error("{object}: {asked} is asked, and {achieved} is the nearest that whole pods give: {} percentage points off, where {} are tolerated\nhint: take more replicas, a larger maxSurge, another weight, or a larger tolerance", .achieved.error(*.asked), .tolerance.value())]
    Intolerable {
        /// The workload's Deployment.
        object: Box<ObjectRef>,
        /// What was asked.
        asked: Percent,
        /// What whole pods give.
        achieved: Share,
        /// How far apart they may be.
        tolerance: Percent,
    },
    /// A tolerance is set, and a Service does not split by pods.
    #[error(
        "{service}: the share of requests is unknown: {reason}\nhint: leave out the tolerance, or let the Service split evenly"
    )]
    Unknown {
        /// The Service.
        service: Box<ObjectRef>,
        /// Why.
        reason: &'static str,
    },
    /// A Service of the workload would not send requests to the canary.
    #[error(
        "{service}: it selects `{label}`, which the canary's pods lack: they would get no requests\nhint: let it select by labels that both versions have"
    )]
    Unreached {
        /// The Service.
        service: Box<ObjectRef>,
        /// The label that is missing.
        label: String,
    },
    /// The release changes no pods.
    #[error(transparent)]
    Plan(#[from] cutover_release::Error),
    /// A manifest is not what its kind says.
    #[error(transparent)]
    Manifest(#[from] cutover_manifest::Error),
}
