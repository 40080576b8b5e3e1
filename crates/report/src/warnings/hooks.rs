//! Pods that end while requests are still sent to them.

use cutover_manifest::Manifest;
use cutover_traffic::Service;
use serde_json::Value;

use super::once::Once;
use super::{serving, sidecars, template};

/// Workloads behind Services whose pods end and have no `preStop` hook.
pub(super) const HOOK: Once = Once {
    one: "a container behind a Service has no preStop hook",
    all: "containers behind Services have no preStop hook",
    then: "if it stops answering at SIGTERM, requests that are still sent to it are lost",
    then_all: "if they stop answering at SIGTERM, requests that are still sent to them are lost",
    hint: "add a preStop sleep of a few seconds, or let the program serve on for as long",
    holds: is_open,
};

/// Whether requests may still be sent to a pod of the set that stops at once.
fn is_open(set: &Manifest, services: &[Service]) -> bool {
    let template = template(set);
    let serving = serving(template, services);
    let stops = |container: &Value| container.pointer("/lifecycle/preStop").is_some();
    // A native sidecar ends after the others, and holds them for as long.
    let held = sidecars(template).any(stops) || serving.iter().all(|container| stops(container));
    let grace = template.pointer("/spec/terminationGracePeriodSeconds");
    let grace = grace.and_then(Value::as_u64);
    !serving.is_empty() && (grace == Some(0) || !held)
}
