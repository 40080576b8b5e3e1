//! What a blue/green refuses.

use cutover_manifest::ObjectRef;
use cutover_release::{Hint, Refusal, RefusalKind, Refusals};

/// A label that tells the new set apart is on the pods that run.
pub const LABEL_TAKEN: RefusalKind = RefusalKind::new("labelTaken");
/// Several Deployments could be the idle slot.
pub const MANY_SLOTS: RefusalKind = RefusalKind::new("manySlots");
/// The new version would have no pods to look at.
pub const NO_PREVIEW: RefusalKind = RefusalKind::new("noPreview");
/// The workload has no pods.
pub const NO_PODS: RefusalKind = RefusalKind::new("noPods");
/// There is not exactly one Service of the name.
pub const NOT_ONE_SERVICE: RefusalKind = RefusalKind::new("notOneService");
/// The active Service does not stand before exactly one Deployment.
pub const NOT_ONE_BEHIND: RefusalKind = RefusalKind::new("notOneBehind");
/// A Deployment cannot be the slot that it is named, or looks like.
pub const NO_SLOT: RefusalKind = RefusalKind::new("noSlot");
/// The Service stands before others too, which a switch would leave without requests.
pub const OTHERS_BEHIND: RefusalKind = RefusalKind::new("othersBehind");
/// The active and the preview Service are one.
pub const SAME_SERVICE: RefusalKind = RefusalKind::new("sameService");
/// The number of pods changes with the version.
pub const SIZE_CHANGES: RefusalKind = RefusalKind::new("sizeChanges");

pub(crate) fn many_slots(service: &ObjectRef, slots: &str) -> Refusals {
    Refusal::new(MANY_SLOTS, format!("{slots} look like the idle slot"))
        .of(service)
        .at("/spec/selector")
        .hint("name the two that take turns with `slots`")
        .into()
}

pub(crate) fn no_pods(object: &ObjectRef) -> Refusals {
    let reason = "it has zero replicas: there is nothing to switch from";
    Refusal::new(NO_PODS, reason)
        .of(object)
        .at("/spec/replicas")
        .hint("scale it up first, or take the strategy rolling")
        .into()
}

pub(crate) fn no_preview() -> Refusals {
    let reason = "previewReplicaCount: 0 pods cannot be looked at";
    Refusal::new(NO_PREVIEW, reason)
        .hint("say 1, or leave it out for all")
        .into()
}

pub(crate) fn not_one_service(name: &str, count: usize) -> Refusals {
    let reason =
        format!("activeService: there are {count} Services of the name {name} in the input");
    Refusal::new(NOT_ONE_SERVICE, reason)
        .hint(Hint::NameNamespace)
        .into()
}

pub(crate) fn not_one_behind(service: &ObjectRef, count: usize) -> Refusals {
    let reason = format!("it sends requests to {count} Deployments");
    Refusal::new(NOT_ONE_BEHIND, reason)
        .of(service)
        .at("/spec/selector")
        .hint("blue/green switches a Service from one Deployment to another: let it select one")
        .into()
}

pub(crate) fn same_service(name: &str) -> Refusals {
    let reason = format!("previewService: {name} is the active Service too");
    Refusal::new(SAME_SERVICE, reason)
        .hint("give the preview a Service of its own, or leave it out")
        .into()
}
