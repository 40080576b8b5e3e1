//! What a Kubernetes cluster may do between two writes, as a transition system: for tests, without
//! IO.
//!
//! ```text
//!  client ─▶ get, list, write ─▶ Server ◀─ Deployment controller, ReplicaSet controller,
//!         ◀─ answers, watches ◀─        ─▶ endpoints, kubelets, garbage collector: one small change a step
//!
//!  seed ─▶ which of them acts next, how long pods take, when a watch arrives, what goes wrong
//! ```
//!
//! [`Model`] is a plain struct whose faults are public fields. [`Model::step`] lets one thing
//! happen; a test looks at it between any two steps. The same seed gives the same run.
//!
//! # What it does not do
//!
//! - Of workloads it runs Deployments; a StatefulSet, a DaemonSet, a Job, a bare Pod is stored, and
//!   nothing comes of it.
//! - Of autoscalers it runs HorizontalPodAutoscalers, by a load that a test says; KEDA does not act.
//! - No node fails, no finalizer holds an object back, and namespaces need not exist.
//! - Nobody but their controllers writes ReplicaSets, pods and EndpointSlices; they can be deleted.
//! - Connections are counted at kube-proxy, without session affinity or topology. Gateways carry out
//!   HTTPRoutes alone, by weights ([`rules`]), and send to a Service's endpoints as kube-proxy does.
//! - Patches are read strictly: what only a real server's leniency lets pass is refused. Unknown
//!   fields stay.
//! - `managedFields` say who wrote and when, not which fields.

mod random;
pub use random::Random;

mod refused;
pub use refused::Refused;

mod objects;
pub use objects::Uid;

mod key;

mod server;
pub use server::{Call, Policy, Server};

mod watch;
pub use watch::{Scope, WatchEvent, WatchId};

mod controllers;
pub use controllers::kubelet::{Fate, Nodes};

mod faults;
pub use faults::{Edit, Faults, Jump};

mod model;
pub use model::Model;

mod event;
pub use event::Event;

mod client;

mod write;
pub use write::Write;

mod gateway;

mod proxy;

mod routes;
pub use routes::{Rule, rules};

mod observe;
pub use observe::Endpoints;

#[cfg(test)]
mod tests;
