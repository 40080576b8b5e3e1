//! Whatever has a template of pods: Deployments, and what is not planned yet.

use cutover_manifest::{Bundle, Manifest, containers};
use cutover_workload::Deployment;
use serde_json::Value;

/// Where objects have the template of their pods.
pub(crate) const TEMPLATES: [&str; 2] = ["/spec/template", "/spec/jobTemplate/spec/template"];

/// What has a template of pods and is not a Deployment: a StatefulSet, a CronJob, a Rollout. What a
/// controller made is left out, since that makes it anew from a template of its own.
pub(crate) fn unplanned(bundle: &Bundle) -> impl Iterator<Item = &Manifest> {
    let runs_pods = |manifest: &&Manifest| pod_containers(manifest).next().is_some();
    let others = bundle
        .iter()
        .filter(|manifest| !Deployment::is(manifest.object()));
    others.filter(|other| !is_made(other)).filter(runs_pods)
}

/// Whether a controller made an object.
pub(crate) fn is_made(manifest: &Manifest) -> bool {
    manifest.controller().is_some()
}

/// The containers of an object's pods: `initContainers` first.
pub(crate) fn pod_containers(manifest: &Manifest) -> impl Iterator<Item = &Value> {
    let templates = TEMPLATES
        .iter()
        .filter_map(|pointer| manifest.pointer(pointer));
    templates.flat_map(containers)
}
