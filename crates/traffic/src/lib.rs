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
//! A route splits requests between Services by weight, rule by rule: [`HttpRoute`] reads the shares,
//! [`Shift`] makes the same route with others, and [`towards`] leads from one form to another so
//! that no backend comes or goes with a share. [`Router`] is both under one face, and [`untaken`] says
//! what keeps a route from being carried out as it is written. Of other routes
//! (Ingress, the rest of the Gateway API) it is known which Services they name.
//!
//! This crate counts pods that are given to it. It knows no cluster and no strategy.
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

mod acceptance;
mod called;
mod gateway;
mod http_route;
mod listening;
mod pods;
mod policy;
mod reach;
mod route;
mod router;
mod service;
mod service_port;
mod share;

pub use acceptance::{Untaken, untaken};
pub use called::called_by_the_server;
pub use gateway::{Settle, controllers};
pub use http_route::{HttpRoute, Parts, Rule, Session, Shift, TooHeavy, Weighted, frame, towards};
pub use listening::{listens, may_answer, name_on, number_on};
pub use pods::{Owned, PodIndex, makes_lasting_pods, services_by_owner};
pub use policy::{is_granted, targets};
pub use reach::{behind, reach};
pub use route::{Backend, BackendPort, backends, led_to, mirrors};
pub use router::Router;
pub use service::{Pods, Port, Service, Split, selects, services};
pub use service_port::{ServicePort, offers};
pub use share::{OutOfRange, Percent, Share};

#[cfg(test)]
mod tests;
