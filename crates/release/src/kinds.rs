//! The kinds of refusals that no strategy changes. Each is a code that stays.

use crate::refusal_kind::RefusalKind;

/// An autoscaler changes the counts that a plan relies on.
pub const AUTOSCALER: RefusalKind = RefusalKind::new("autoscaler");
/// The API server does not take the budget.
pub const BUDGET: RefusalKind = RefusalKind::new("budget");
/// A workload is to come after itself, by itself or by way of others.
pub const CIRCLE: RefusalKind = RefusalKind::new("circle");
/// Pods read a ConfigMap or Secret that the release takes away, or both slots read what changes.
pub const CONFIGURATION: RefusalKind = RefusalKind::new("configuration");
/// A Service leads to pods of a Deployment that changes at one end, and to others' addresses at the other.
pub const ELSEWHERE: RefusalKind = RefusalKind::new("elsewhere");
/// The text is not an image.
pub const IMAGE: RefusalKind = RefusalKind::new("image");
/// The API server never lets the field change.
pub const IMMUTABLE: RefusalKind = RefusalKind::new("immutable");
/// Several containers could be meant.
pub const MANY_CONTAINERS: RefusalKind = RefusalKind::new("manyContainers");
/// More pods than the API server counts.
pub const MANY_PODS: RefusalKind = RefusalKind::new("manyPods");
/// Several Deployments could be meant.
pub const MANY_WORKLOADS: RefusalKind = RefusalKind::new("manyWorkloads");
/// An object names its namespace in one end, and none in the other.
pub const NAMESPACE: RefusalKind = RefusalKind::new("namespace");
/// No workload has the container.
pub const NO_CONTAINER: RefusalKind = RefusalKind::new("noContainer");
/// No container has an image of the name.
pub const NO_IMAGE: RefusalKind = RefusalKind::new("noImage");
/// No object has the name.
pub const NO_OBJECT: RefusalKind = RefusalKind::new("noObject");
/// A Service would match no pods.
pub const NO_PODS_BEHIND: RefusalKind = RefusalKind::new("noPodsBehind");
/// A route leads to no Service.
pub const NO_SERVICE: RefusalKind = RefusalKind::new("noService");
/// No Deployment has the name.
pub const NO_WORKLOAD: RefusalKind = RefusalKind::new("noWorkload");
/// Behind a Service would only be pods that no plan waits for.
pub const NOT_WAITED_FOR: RefusalKind = RefusalKind::new("notWaitedFor");
/// Only one end has the object.
pub const ONE_END: RefusalKind = RefusalKind::new("oneEnd");
/// A paused Deployment does not roll out.
pub const PAUSED: RefusalKind = RefusalKind::new("paused");
/// A Service and its pods, or a route and its Service, are at odds about a port.
pub const PORT: RefusalKind = RefusalKind::new("port");
/// Its pods do not stand beside others.
pub const RECREATE: RefusalKind = RefusalKind::new("recreate");
/// What goes is written in a version of its API that no cluster serves.
pub const REMOVED_VERSION: RefusalKind = RefusalKind::new("removedVersion");
/// The manifest says how many pods run, and whoever asks says it too.
pub const REPLICAS_SAID: RefusalKind = RefusalKind::new("replicasSaid");
/// Two Deployments have one selector.
pub const SAME_SELECTOR: RefusalKind = RefusalKind::new("sameSelector");
/// This build cannot seal the data of a Secret that the release changes.
pub const SEAL: RefusalKind = RefusalKind::new("seal");
/// The API server does not take the selector, or it does not hold for the pods that it is for.
pub const SELECTOR: RefusalKind = RefusalKind::new("selector");
/// A Service would newly send requests to pods of others.
pub const STRANGERS: RefusalKind = RefusalKind::new("strangers");
/// An object that the plan would make is there already.
pub const TAKEN: RefusalKind = RefusalKind::new("taken");
/// What is to move one after the other can only move together.
pub const TIED: RefusalKind = RefusalKind::new("tied");
/// One object is there in two versions of its API.
pub const TWO_VERSIONS: RefusalKind = RefusalKind::new("twoVersions");
/// A field has another type than Kubernetes gives it.
pub const TYPE: RefusalKind = RefusalKind::new("type");
/// The manifest does not say how many pods run.
pub const UNKNOWN_REPLICAS: RefusalKind = RefusalKind::new("unknownReplicas");
/// The API server does not take the update strategy.
pub const UPDATE_STRATEGY: RefusalKind = RefusalKind::new("updateStrategy");
