//! Deployments with a history, as a cluster makes it, and plans from what a cluster holds.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::collections::BTreeSet;

use cutover::Checked;
use cutover::manifest::{Bundle, Field, Manifest};
use cutover::planning::Deployment;
use serde_json::{Value, json};
use xtask::golden::Case;

use crate::lab::Lab;

/// Annotations that say nothing about what is wanted.
const ANNOTATIONS: [Field; 2] = [
    Deployment::REVISION,
    Field::new("/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration"),
];

/// Deployments as they were, revision by revision, and the objects beside them.
pub(crate) struct History {
    first: Bundle,
    later: Vec<Manifest>,
    last: Bundle,
}

impl History {
    /// The history that the ReplicaSets of a bundle tell.
    pub(crate) fn of(bundle: &Bundle) -> Self {
        let (sets, last): (Bundle, Bundle) = bundle
            .iter()
            .cloned()
            .partition(|manifest| manifest.object().kind == "ReplicaSet");
        let mut revisions: Vec<(u64, Manifest)> =
            sets.iter().map(|set| revision(set, &last)).collect();
        revisions.sort_by_key(|(number, _)| *number);
        let (mut first, mut later) = (last.clone(), Vec::new());
        let mut begun = Bundle::new();
        for (_, manifest) in revisions {
            if begun.insert(manifest.clone()).is_none() {
                first.insert(manifest);
            } else {
                later.push(manifest);
            }
        }
        Self { first, later, last }
    }

    /// Lets a cluster make this history.
    pub(crate) async fn set_up(&self, lab: &Lab) {
        lab.set_up(&self.first).await;
        for manifest in self.later.iter().chain(self.last.of_kind("Deployment")) {
            let annotations = manifest
                .pointer("/metadata/annotations")
                .cloned()
                .unwrap_or_else(|| json!({}));
            let mut ops = vec![
                json!({ "op": "replace", "path": "/spec", "value": manifest.pointer("/spec") }),
            ];
            for (key, value) in annotations.as_object().unwrap() {
                let path = format!(
                    "/metadata/annotations/{}",
                    key.replace('~', "~0").replace('/', "~1")
                );
                ops.push(json!({ "op": "add", "path": path, "value": value }));
            }
            lab.patch(manifest.object(), Value::Array(ops)).await;
            lab.settled(&self.last).await;
        }
    }
}

/// A Deployment as it was when it made a ReplicaSet, and that one's revision.
fn revision(set: &Manifest, last: &Bundle) -> (u64, Manifest) {
    let number = set.pointer(Deployment::REVISION.pointer()).unwrap();
    let owner = set.pointer("/metadata/ownerReferences/0/name").unwrap();
    let mut deployments = last
        .of_kind("Deployment")
        .filter(|one| one.object().namespace == set.object().namespace);
    let deployment = deployments
        .find(|deployment| owner == deployment.object().name.as_str())
        .unwrap();
    let template = set.without(Field::new(
        "/spec/template/metadata/labels/pod-template-hash",
    ));
    let mut then = deployment
        .set(
            "/spec/template",
            template.pointer("/spec/template").unwrap().clone(),
        )
        .unwrap();
    if let Some(cause) = set.pointer("/metadata/annotations/kubernetes.io~1change-cause") {
        then = then
            .set(
                "/metadata/annotations/kubernetes.io~1change-cause",
                cause.clone(),
            )
            .unwrap();
    }
    (number.as_str().unwrap().parse().unwrap(), then)
}

/// The plan of a case from what the cluster holds, as `cutover plan` makes it without files.
pub(crate) async fn plan_from_live(lab: &Lab, case: &Case) -> Checked {
    let mut from = Bundle::new();
    let named = case
        .from
        .objects()
        .filter_map(|object| object.namespace.clone());
    for namespace in named
        .chain([lab.namespace.clone()])
        .collect::<BTreeSet<_>>()
    {
        for (api_version, kind) in [
            ("apps/v1", "Deployment"),
            ("apps/v1", "ReplicaSet"),
            ("v1", "Service"),
        ] {
            from.extend(
                lab.all(api_version, kind, &namespace)
                    .await
                    .iter()
                    .map(as_wanted),
            );
        }
    }
    Case {
        from,
        ..case.clone()
    }
    .plan()
    .unwrap()
}

fn as_wanted(live: &Manifest) -> Manifest {
    let written = cutover_run::as_written(live);
    if written.object().kind == "ReplicaSet" {
        return written;
    }
    ANNOTATIONS
        .iter()
        .fold(written, |written, annotation| written.without(*annotation))
}
