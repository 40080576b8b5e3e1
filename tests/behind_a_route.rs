//! An application behind a route, and a canary of it by that route.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use cutover::manifest::{Bundle, Manifest};
use cutover::{AnyStrategy, Checked, Ends, Options, Release};
use serde_json::{Value, json};

/// A Deployment `hello` and its Service, and the Service of a stranger; the route leads to both.
#[derive(Clone, Debug)]
pub(crate) struct Application {
    pub(crate) surge: u32,
    pub(crate) unavailable: u32,
    /// Whether the pods have the label by which a Service can pick one set.
    pub(crate) tracked: bool,
    /// The rules of the route.
    pub(crate) rules: Value,
}

impl Application {
    /// The plan from so many pods to so many, by a canary of which this is told beside its route.
    pub(crate) fn plan(
        &self,
        [from, to]: [u32; 2],
        mut canary: Value,
    ) -> Result<Checked, cutover::Error> {
        let ends = Ends::new(self.end(from, "hello:1"), self.end(to, "hello:2"));
        canary["route"] = json!([{"kind": "HTTPRoute", "name": "hello"}]);
        let strategy: AnyStrategy = serde_json::from_value(json!({"canary": canary})).unwrap();
        cutover::plan(&Release::new(ends).unwrap(), &strategy, &Options::default())
    }

    fn end(&self, replicas: u32, image: &str) -> Bundle {
        let labels = match self.tracked {
            true => json!({"app": "hello", "track": "stable"}),
            false => json!({"app": "hello"}),
        };
        let deployment = json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "hello"},
            "spec": {
                "replicas": replicas, "selector": {"matchLabels": {"app": "hello"}},
                "strategy": {"rollingUpdate": {"maxSurge": self.surge, "maxUnavailable": self.unavailable}},
                "template": {"metadata": {"labels": labels},
                    "spec": {"containers": [{"name": "hello", "image": image}]}}},
        });
        let service = |name: &str| {
            json!({
                "apiVersion": "v1", "kind": "Service", "metadata": {"name": name},
                "spec": {"selector": {"app": name}, "ports": [{"port": 80}]},
            })
        };
        let route = json!({
            "apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute",
            "metadata": {"name": "hello"},
            "spec": {"parentRefs": [{"name": "shop"}], "rules": self.rules},
        });
        let values = [deployment, service("hello"), service("legacy"), route];
        let manifests = values
            .into_iter()
            .map(|value| Manifest::new(value).unwrap());
        manifests.collect()
    }
}
