//! What happens in a cluster between two looks at it.

use jiff::Timestamp;

use crate::objects::Uid;
use crate::watch::WatchId;

/// Something that happened in one step of the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// The controller of a Deployment looked at it.
    Deployment(Uid),
    /// The controller of a ReplicaSet looked at it.
    ReplicaSet(Uid),
    /// The controller of endpoints looked at a Service.
    Endpoints(Uid),
    /// What had lost its owner went.
    Collected(Uid),
    /// A pod came a step further.
    Pod(Uid),
    /// Something of a watch reached the client.
    Arrived(WatchId),
    /// The clock went on to this time.
    Time(Timestamp),
    /// A write that nobody had an answer to was carried out.
    LateWrite,
    /// A ready pod broke.
    Crashed(Uid),
    /// A pod was evicted.
    Evicted(Uid),
    /// Somebody deleted a pod.
    Deleted(Uid),
    /// A watch expired, and lists all its objects anew.
    Expired(WatchId),
    /// The controller of an autoscaler wrote another count, by its place among the loads.
    Scaled(usize),
    /// The controller of a route wrote its status.
    Routed(Uid),
    /// Somebody else wrote: one of the faults' edits.
    Edited,
    /// The clock jumped: one of the faults' jumps.
    Jumped,
}
