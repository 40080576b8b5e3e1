//! What a canary refuses.

use cutover_manifest::ObjectRef;
use cutover_release::{Hint, Refusal, RefusalKind, Refusals};
use cutover_traffic::{Percent, Share};

/// A weight is lower than the one before it.
pub const FALLING: RefusalKind = RefusalKind::new("falling");
/// The nearest share is too far from the weight.
pub const INTOLERABLE: RefusalKind = RefusalKind::new("intolerable");
/// The workload has no pods.
pub const NO_PODS: RefusalKind = RefusalKind::new("noPods");
/// One pod of each version does not fit.
pub const NO_ROOM_FOR_TWO: RefusalKind = RefusalKind::new("noRoomForTwo");
/// No step gives the new version any requests.
pub const NO_WEIGHT: RefusalKind = RefusalKind::new("noWeight");
/// A tolerance is set, and a Service does not split by pods.
pub const UNKNOWN_SHARE: RefusalKind = RefusalKind::new("unknownShare");
/// A Service of the workload would not send requests to the canary.
pub const UNREACHED: RefusalKind = RefusalKind::new("unreached");

pub(crate) fn falling(before: Percent, after: Percent) -> Refusals {
    let reason = format!("steps: the weight falls from {before} to {after}");
    Refusal::new(FALLING, reason)
        .hint("undo takes a plan back; a canary only goes forward")
        .into()
}

pub(crate) fn intolerable(
    object: &ObjectRef,
    [asked, tolerance]: [Percent; 2],
    achieved: &Share,
) -> Refusals {
    let reason = format!(
        "{asked} is asked, and {achieved} is the nearest that whole pods give: {} percentage points off, where {} are tolerated",
        achieved.error(asked),
        tolerance.value()
    );
    Refusal::new(INTOLERABLE, reason)
        .of(object)
        .at("/spec/replicas")
        .hint("take more replicas, a larger maxSurge, another weight, or a larger tolerance")
        .into()
}

pub(crate) fn no_pods(object: &ObjectRef) -> Refusals {
    Refusal::new(
        NO_PODS,
        "it has zero replicas, and nothing to compare a canary with",
    )
    .of(object)
    .at("/spec/replicas")
    .hint("scale it up first, or take the strategy rolling")
    .into()
}

pub(crate) fn no_room(object: &ObjectRef, replicas: u32, surge: u32) -> Refusals {
    let pods = if replicas == 1 { "pod" } else { "pods" };
    let reason =
        format!("{replicas} {pods} and a surge of {surge} leave no room for one of each version");
    Refusal::new(NO_ROOM_FOR_TWO, reason)
        .of(object)
        .at("/spec/replicas")
        .hint("allow one more with maxSurge: 1")
        .into()
}

pub(crate) fn no_weight() -> Refusals {
    Refusal::new(NO_WEIGHT, "steps: no weight above zero")
        .hint(Hint::SayWeights)
        .into()
}

pub(crate) fn unknown_share(service: &ObjectRef, reason: &str) -> Refusals {
    let reason = format!("the share of requests is unknown: {reason}");
    Refusal::new(UNKNOWN_SHARE, reason)
        .of(service)
        .at("/spec")
        .hint("leave out the tolerance, or let the Service split evenly")
        .into()
}

pub(crate) fn unreached(service: &ObjectRef, label: &str) -> Refusals {
    let reason =
        format!("it selects `{label}`, which the canary's pods lack: they would get no requests");
    Refusal::new(UNREACHED, reason)
        .of(service)
        .at("/spec/selector")
        .hint("let it select by labels that both versions have")
        .into()
}
