//! Whatever has a template of pods: Deployments, and what is not planned yet.

use cutover_manifest::{Bundle, Manifest, ObjectRef, containers, pod_references};
use cutover_workload::{Deployment, TEMPLATES};
use serde_json::Value;

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
    templates(manifest).flat_map(containers)
}

/// The ConfigMaps and Secrets that an object's pods read.
pub(crate) fn read_by(manifest: &Manifest) -> impl Iterator<Item = ObjectRef> {
    let namespace = manifest.object().namespace.as_deref();
    let references = templates(manifest).flat_map(pod_references);
    references.map(move |(kind, name)| ObjectRef::new("v1", &kind, namespace, &name))
}

/// The templates of the pods that an object makes.
pub(crate) fn templates(manifest: &Manifest) -> impl Iterator<Item = &Value> {
    TEMPLATES
        .iter()
        .filter_map(|template| manifest.pointer(template.pointer()))
}
