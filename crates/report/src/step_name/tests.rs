//! The names of steps that change several objects.

use cutover_manifest::{Manifest, MergeKeys};
use cutover_patch::diff;
use cutover_plan::{PatchChange, Phase, state_digest};
use serde_json::{Value, json};

use super::*;

/// An object with a label, of one image where it has pods.
fn object(kind: &str, name: &str, label: &str) -> Value {
    let (version, spec) = match kind {
        "Deployment" => ("apps/v1", pods(label)),
        _ => ("v1", json!({})),
    };
    let metadata = json!({"name": name, "labels": {"chart": label}});
    json!({"apiVersion": version, "kind": kind, "metadata": metadata, "spec": spec})
}

fn pods(tag: &str) -> Value {
    let container = json!({"name": "app", "image": format!("app:{tag}")});
    json!({"replicas": 2, "template": {"spec": {"containers": [container]}}})
}

/// A step from some objects to others; each is patched, created or deleted.
fn check(from: &[Value], to: &[Value], expect: &str) {
    let manifest = |value: &Value| Manifest::new(value.clone()).unwrap();
    let [before, after]: [Bundle; 2] =
        [from, to].map(|objects| objects.iter().map(manifest).collect());
    let mut changes = Vec::new();
    for was in from.iter().map(manifest) {
        changes.push(match after.get(was.object()) {
            None => Change::Delete(was.object().clone()),
            Some(is) => Change::Patch(PatchChange {
                object: was.object().clone(),
                ops: diff(was.value(), is.value(), &MergeKeys),
                inverse: diff(is.value(), was.value(), &MergeKeys),
            }),
        });
    }
    let new = to.iter().map(manifest);
    let new = new.filter(|manifest| !before.contains(manifest.object()));
    changes.extend(new.map(Change::Create));
    let step = Step {
        phase: Phase::new("update").unwrap(),
        changes,
        shares: vec![],
        within: None,
        gates: vec![],
        state: state_digest(&after).unwrap(),
    };
    assert_eq!(step_name(&step, &before, &after), expect);
}

/// A failure means that a reviewer reads the same thing many times over, or not of which objects.
#[test]
fn what_is_done_to_several_objects_is_told_once() {
    let all = |kind: &'static str, names: &'static [&str], label: &'static str| {
        names.iter().map(move |name| object(kind, name, label))
    };
    let one = |label| all("Service", &["web"], label).collect::<Vec<_>>();
    check(
        &one("1"),
        &one("2"),
        "change metadata.labels.chart of Service web",
    );
    let sets = |label| all("Deployment", &["a", "b", "c", "d"], label).collect::<Vec<_>>();
    check(
        &sets("1"),
        &sets("2"),
        "image of 4 Deployments 1 → 2, and metadata.labels.chart (a, b, and 2 more)",
    );
    check(
        &[],
        &sets("1"),
        "create 4 Deployments with 2 pods (a, b, and 2 more)",
    );
    // What has pods is told by itself, and another change is another one.
    let chart = |label, tag| {
        let mut all: Vec<Value> = all("ConfigMap", &["a"], label)
            .chain(all("Service", &["a", "b", "c"], label))
            .chain(all("Deployment", &["a", "b"], label))
            .collect();
        all[4]["spec"] = pods(tag);
        all
    };
    check(
        &chart("1", "1"),
        &chart("2", "5"),
        "image of Deployment a 1 → 5, and metadata.labels.chart; \
         image of Deployment b 1 → 2, and metadata.labels.chart; \
         change metadata.labels.chart of 4 objects (ConfigMap a, Service a, and 2 more)",
    );
}

/// A failure means that an object goes, and no reviewer reads of it.
#[test]
fn all_that_is_deleted_is_told_by_name() {
    let objects = |kind, names: &[&str]| -> Vec<Value> {
        names.iter().map(|name| object(kind, name, "1")).collect()
    };
    let new = [
        objects("Ingress", &["a", "b"]),
        objects("NetworkPolicy", &["a", "b"]),
        objects("Service", &["a", "b"]),
    ];
    let old = objects("ConfigMap", &["a", "b", "c", "d", "e"]);
    check(
        &old,
        &new.concat(),
        "delete 5 ConfigMaps (a, b, c, d, e); create 2 Ingresses (a, b); and 4 more",
    );
    let mixed = [
        objects("Secret", &["a"]),
        objects("ConfigMap", &["a", "b", "c", "d"]),
    ];
    check(
        &mixed.concat(),
        &new.concat(),
        "delete Secret a; delete 4 ConfigMaps (a, b, c, d); and 6 more",
    );
}
