//! What sends requests to sets of pods, under one face.

use std::collections::BTreeSet;

use cutover_manifest::{Error, Manifest, ObjectRef};

use crate::http_route::{HttpRoute, Parts};
use crate::service::Service;
use crate::share::Share;

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

    /// Reads a manifest of a router that passes requests on; none of another kind.
    ///
    /// # Errors
    ///
    /// As [`Router::read`].
    pub fn route(manifest: &Manifest) -> Result<Option<Self>, Error> {
        Ok(Self::read(manifest)?.filter(Self::passes_on))
    }

    /// Whether it passes requests on to Services, and selects no pods itself.
    pub fn passes_on(&self) -> bool {
        match self {
            Self::HttpRoute(_) => true,
            Self::Service(_) => false,
        }
    }

    /// What each rule gives to the Services of one workload, strangers' shares apart; nothing of a
    /// router that passes nothing on.
    pub fn parts(&self, own: impl Fn(&ObjectRef) -> bool) -> Parts {
        match self {
            Self::HttpRoute(route) => route.parts(own),
            Self::Service(_) => Parts::new(),
        }
    }

    /// What each rule gives to backends that are not of one workload, of all that it sends.
    pub fn strangers(&self, own: impl Fn(&ObjectRef) -> bool) -> Vec<Vec<Share>> {
        match self {
            Self::HttpRoute(route) => route.strangers(own),
            Self::Service(_) => Vec::new(),
        }
    }

    /// The Services that it names, with whatever weight.
    pub fn services(&self) -> BTreeSet<&ObjectRef> {
        match self {
            Self::HttpRoute(route) => route.services(),
            Self::Service(_) => BTreeSet::new(),
        }
    }

    /// How many seconds the last request may still take once a backend gets no more.
    pub fn longest(&self) -> u32 {
        match self {
            Self::HttpRoute(route) => route.longest(),
            Self::Service(_) => 0,
        }
    }

    /// Whether clients may stay where their session began for as long as they like.
    pub fn is_endless(&self) -> bool {
        match self {
            Self::HttpRoute(route) => route.endless().is_some(),
            Self::Service(_) => false,
        }
    }
}
