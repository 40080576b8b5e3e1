//! What sends requests to sets of pods, under one face.

use std::collections::BTreeMap;

use cutover_manifest::{Error, Manifest, ObjectRef};

use crate::http_route::HttpRoute;
use crate::service::Service;

/// What sends requests to a workload: to its pods, or to the Services before them.
///
/// It is exhaustive on purpose: the compiler lists every place that a new kind touches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Router {
    /// A route, which passes requests on to Services by weight.
    HttpRoute(HttpRoute),
    /// A Service, which sends connections to the pods that it selects.
    Service(Service),
}

impl Router {
    /// Reads a manifest; none of a kind that is no router here.
    ///
    /// # Errors
    ///
    /// Where a field that is read has another type than the kind's.
    ///
    /// ```
    /// use cutover_manifest::Manifest;
    /// use cutover_traffic::Router;
    /// use serde_json::json;
    ///
    /// let manifest = |version, kind| Manifest::new(json!({
    ///     "apiVersion": version, "kind": kind, "metadata": {"name": "hello"}}));
    /// assert!(matches!(Router::read(&manifest("v1", "Service")?)?, Some(Router::Service(_))));
    /// assert!(Router::read(&manifest("v1", "ConfigMap")?)?.is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn read(manifest: &Manifest) -> Result<Option<Self>, Error> {
        let object = manifest.object();
        Ok(if Service::is(object) {
            Some(Self::Service(Service::read(manifest)?))
        } else if HttpRoute::is(object) {
            Some(Self::HttpRoute(HttpRoute::read(manifest)?))
        } else {
            None
        })
    }

    /// Whether this is the reference of a router, of whatever kind.
    pub fn is(object: &ObjectRef) -> bool {
        Service::is(object) || HttpRoute::is(object)
    }

    /// Whether its requests reach pods with these labels by itself: a route only passes them on.
    pub fn selects(&self, labels: &BTreeMap<String, String>) -> bool {
        match self {
            Self::HttpRoute(_) => false,
            Self::Service(service) => service.selects(labels),
        }
    }
}
