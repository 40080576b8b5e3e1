//! Applications to measure with: so many Deployments, each with its Service.

use std::time::Duration;

use cutover::manifest::{Bundle, Field, Manifest};
use cutover::planning::Deployment;
use serde_json::{Value, json};

use crate::Result;

const ANNOTATIONS: Field = Field::new("/spec/template/metadata/annotations");

pub(crate) fn bundle(applications: usize, replicas: u32, version: &str) -> Result<Bundle> {
    let manifests = values(applications, replicas, version)
        .into_iter()
        .map(Manifest::new);
    Ok(manifests.collect::<std::result::Result<_, _>>()?)
}

/// One application whose pods are ready so long after their start, in a cluster for tests; a
/// quarter more at once.
pub(crate) fn bundle_ready_after(
    replicas: u32,
    version: &str,
    ready_after: Duration,
) -> Result<Bundle> {
    let ready_after = format!("{}s", ready_after.as_secs());
    let budget = json!({ "rollingUpdate": { "maxSurge": "25%", "maxUnavailable": 0 } });
    let slowed = |manifest: &Manifest| match manifest.object().kind.as_str() {
        "Deployment" => manifest
            .with(Deployment::STRATEGY, budget.clone())
            .with_entry(
                ANNOTATIONS,
                "cutover.dev/test-ready-after",
                json!(ready_after),
            ),
        _ => manifest.clone(),
    };
    Ok(bundle(1, replicas, version)?.iter().map(slowed).collect())
}

pub(crate) fn values(applications: usize, replicas: u32, version: &str) -> Vec<Value> {
    let names = (0..applications).map(|number| format!("hello-{number:05}"));
    names
        .flat_map(|name| [deployment(&name, replicas, version), service(&name)])
        .collect()
}

fn deployment(name: &str, replicas: u32, version: &str) -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": name, "labels": { "app": name } },
        "spec": { "replicas": replicas, "selector": { "matchLabels": { "app": name } }, "template": {
            "metadata": { "labels": { "app": name, "track": "stable" } },
            "spec": { "containers": [{
                "name": "hello", "image": format!("registry.example/hello:{version}"),
                "env": [{ "name": "GREETING", "value": "hello" }, { "name": "PORT", "value": "8080" }],
                "ports": [{ "name": "http", "containerPort": 8080 }],
                "resources": { "requests": { "cpu": "100m", "memory": "64Mi" } },
                "readinessProbe": { "httpGet": { "path": "/ready", "port": "http" } },
                "lifecycle": { "preStop": { "sleep": { "seconds": 5 } } },
            }] },
        } },
    })
}

fn service(name: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Service", "metadata": { "name": name },
        "spec": { "selector": { "app": name }, "ports": [{ "name": "http", "port": 80, "targetPort": "http" }] },
    })
}
