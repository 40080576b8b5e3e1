//! From ReplicaSets to what is wanted.

use std::collections::BTreeMap;

use cutover_manifest::{Bundle, Field, Manifest, ObjectRef, listing};
use cutover_release::{Refusals, select};
use cutover_workload::Deployment;
use serde_json::{Map, Value};

use crate::error;
use crate::spec::Rollback;

const ANNOTATIONS: Field = Field::new("/metadata/annotations");

/// What `kubectl apply` has last said of an object.
pub(crate) const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";
const REVISION: &str = "deployment.kubernetes.io/revision";
const HASH: &str = "pod-template-hash";

/// Annotations that are the Deployment's own and never taken from a ReplicaSet
/// (`annotationsToSkip` in kubectl `polymorphichelpers/rollback.go`).
const OWN: [&str; 6] = [
    LAST_APPLIED,
    REVISION,
    "deployment.kubernetes.io/revision-history",
    "deployment.kubernetes.io/desired-replicas",
    "deployment.kubernetes.io/max-replicas",
    "deprecated.deployment.rollback.to",
];

/// The bundle with the named Deployments as an earlier revision had them.
pub(crate) fn wanted(from: &Bundle, rollback: &Rollback) -> Result<Bundle, Refusals> {
    let mut to = from.clone();
    for object in select(from, &rollback.workloads)? {
        if let Some(set) = from.get(&object) {
            to.insert(rolled_back(
                set,
                &history(from, set),
                rollback.to_revision.unwrap_or(0),
            )?);
        }
    }
    Ok(to)
}

fn rolled_back(
    set: &Manifest,
    history: &BTreeMap<u64, &Manifest>,
    wanted: u64,
) -> Result<Manifest, Refusals> {
    let object = set.object();
    if Deployment::of(set).is_paused() {
        return Err(error::paused(object));
    }
    let revision = match wanted {
        0 => *history
            .keys()
            .nth_back(1)
            .ok_or_else(|| error::no_history(object))?,
        wanted => wanted,
    };
    let target = history
        .get(&revision)
        .ok_or_else(|| not_found(object, revision, history))?;
    let template = plain(target.pointer("/spec/template"));
    if template == plain(set.pointer("/spec/template")) {
        return Err(error::matches(object, revision));
    }
    Ok(with_annotations(
        &set.with(Deployment::TEMPLATE, template),
        target,
    ))
}

fn not_found(object: &ObjectRef, revision: u64, history: &BTreeMap<u64, &Manifest>) -> Refusals {
    if history.is_empty() {
        return error::no_history(object);
    }
    error::no_revision(object, revision, &listing(history.keys()))
}

/// The ReplicaSets that a Deployment controls, by revision.
pub(crate) fn history<'a>(bundle: &'a Bundle, set: &Manifest) -> BTreeMap<u64, &'a Manifest> {
    let own = bundle
        .of_kind("ReplicaSet")
        .filter(|replica_set| set.controls(replica_set));
    own.filter_map(|replica_set| Some((revision(replica_set)?, replica_set)))
        .collect()
}

fn revision(replica_set: &Manifest) -> Option<u64> {
    let Ok(revision) = annotation(replica_set, REVISION)?.parse() else {
        return None;
    };
    Some(revision)
}

fn annotation(manifest: &Manifest, key: &str) -> Option<String> {
    let value = manifest.pointer("/metadata/annotations")?.get(key)?;
    value.as_str().map(str::to_owned)
}

fn annotations(manifest: &Manifest) -> Map<String, Value> {
    manifest
        .pointer("/metadata/annotations")
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default()
}

/// A pod template without the label that the controller gives it.
fn plain(template: Option<&Value>) -> Value {
    let mut template = template.cloned().unwrap_or_default();
    if let Some(labels) = template
        .pointer_mut("/metadata/labels")
        .and_then(Value::as_object_mut)
    {
        labels.remove(HASH);
    }
    template
}

/// The Deployment with its own annotations of [`OWN`], and all others of the ReplicaSet.
fn with_annotations(set: &Manifest, target: &Manifest) -> Manifest {
    let own = annotations(set)
        .into_iter()
        .filter(|(key, _)| OWN.contains(&key.as_str()));
    let others = annotations(target)
        .into_iter()
        .filter(|(key, _)| !OWN.contains(&key.as_str()));
    let all: Map<String, Value> = own.chain(others).collect();
    match (all.is_empty(), set.pointer("/metadata/annotations")) {
        (true, None) => set.clone(),
        _ => set.with(ANNOTATIONS, Value::Object(all)),
    }
}
