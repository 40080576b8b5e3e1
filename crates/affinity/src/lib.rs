//! Session affinity of a Service, as a release of its own: each client stays with the pod that it
//! met first, or no longer does.
//!
//! ```text
//! start       client ─▶ any pod, each connection anew
//! affinity    client ─▶ the pod that it met first, for `timeoutSeconds` after its last connection
//! ```
//!
//! kube-proxy keeps the affinity per node and by client address, so behind a load balancer or NAT
//! all clients are one.
//!
//! ```
//! use cutover_affinity::{Affinity, SessionAffinity};
//! use cutover_manifest::{Bundle, Manifest};
//! use cutover_planner::{Options, Strategy, plan};
//! use cutover_release::{Ends, Release};
//! use serde_json::json;
//!
//! let pod = Manifest::new(json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "labels": {"app": "hello"}},
//!     "spec": {"containers": []}}))?;
//! let service = Manifest::new(json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "hello"},
//!     "spec": {"selector": {"app": "hello"}, "ports": [{"port": 80}]}}))?;
//! let from: Bundle = [pod, service].into_iter().collect();
//! let affinity = Affinity::new("hello", SessionAffinity::ClientIp).timeout_seconds(600);
//! let ends = affinity.wanted(Ends::unchanged(from))?;
//! let plan = plan(&Release::new(ends)?, &affinity, &Options::default())?;
//! assert_eq!(plan.len(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod error;
mod spec;
mod waypoints;

pub use error::{NOT_ONE_SERVICE, TIMEOUT};
pub use spec::{Affinity, SessionAffinity};

#[cfg(test)]
mod tests;
