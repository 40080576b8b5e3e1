//! Who receives requests, and in what share.
//!
//! ```text
//! Service ── selector ──▶ pods of set a (3)  ─┐
//!                    └──▶ pods of set b (1)  ─┴─▶ a 3/4, b 1/4
//! ```
//!
//! kube-proxy picks one of a Service's endpoints for each new connection, all with the same
//! chance, so a set's share is the part of the selected pods that it holds. Where Kubernetes does
//! not split by pods (session affinity, topology, …) the share is unknown, and [`Split::Unknown`]
//! says why.
//!
//! This crate counts pods that are given to it. It knows no cluster and no strategy. Of a route
//! (Ingress, Gateway API) it knows which Services it names, and not yet the weights.
//!
//! ```
//! use cutover_manifest::Manifest;
//! use cutover_traffic::{Pods, Service, Share};
//! use serde_json::json;
//!
//! let manifest = Manifest::new(json!({
//!     "apiVersion": "v1", "kind": "Service", "metadata": {"name": "hello"},
//!     "spec": {"selector": {"app": "hello"}, "ports": [{"port": 80}]},
//! }))?;
//! let service = Service::read(&manifest)?;
//! let labels = [("app".to_owned(), "hello".to_owned())].into();
//! let pods = [
//!     Pods { set: "hello".into(), labels, count: 3 },
//!     Pods { set: "hello-canary".into(), labels: [("app".into(), "hello".into())].into(), count: 1 },
//! ];
//! assert_eq!(service.shares(&pods)["hello-canary"], Share::of(1, 4).unwrap());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod pods;
mod route;
mod service;
mod share;

pub use pods::{Owned, PodIndex, services_by_owner};
pub use route::{Backend, backends};
pub use service::{Pods, Port, Service, Split, selects, services};
pub use share::{OutOfRange, Percent, Share};

#[cfg(test)]
mod tests;
