//! The names of steps that change containers.

use cutover_manifest::{Manifest, MergeKeys};
use cutover_patch::differences;
use serde_json::{Value, json};

use crate::change_name::patched;

fn set(pod: &Value) -> Manifest {
    let spec = json!({"replicas": 2, "template": {"spec": pod}});
    let set = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": spec});
    Manifest::new(set).unwrap()
}

/// The spec of a pod with these containers, each as `name=image`.
fn pod(containers: &[&str]) -> Value {
    json!({ "containers": list(containers) })
}

fn list(containers: &[&str]) -> Value {
    let container = |text: &&str| {
        let (name, image) = text.split_once('=').unwrap();
        json!({"name": name, "image": image})
    };
    containers.iter().map(container).collect()
}

#[track_caller]
fn check(before: Value, after: Value, expect: &str) {
    let (before, after) = (set(&before), set(&after));
    assert_eq!(patched("Deployment web", &before, &after), expect);
}

#[test]
fn the_image_of_the_only_container() {
    check(
        pod(&["web=web:1"]),
        pod(&["web=web:2"]),
        "image of Deployment web 1 → 2",
    );
    check(
        pod(&["web=r.example:5000/web"]),
        pod(&["web=r.example:5001/web:1"]),
        "image of Deployment web r.example:5000/web → r.example:5001/web:1",
    );
    check(
        pod(&["web=web@sha256:0a"]),
        pod(&["web=web@sha256:0b"]),
        "image of Deployment web sha256:0a → sha256:0b",
    );
}

#[test]
fn images_go_by_the_name_of_their_container() {
    check(
        pod(&["app=app:1", "logs=logs:3"]),
        pod(&["app=app:1", "logs=logs:4"]),
        "image of Deployment web: logs 3 → 4",
    );
    check(
        pod(&["app=app:1", "logs=logs:3"]),
        pod(&["app=app:2", "logs=logs:4"]),
        "images of Deployment web: app 1 → 2, logs 3 → 4",
    );
    check(
        pod(&["app=app:1", "logs=logs:3"]),
        pod(&["logs=logs:3", "app=app:2"]),
        "image of Deployment web: app 1 → 2, and spec.template.spec.containers",
    );
    check(
        pod(&["a=a:1", "b=b:1", "c=c:1"]),
        pod(&["a=a:2", "b=b:2", "c=c:2"]),
        "images of Deployment web: a 1 → 2, b 1 → 2, c 1 → 2",
    );
    check(
        pod(&["a=a:1", "b=b:1", "c=c:1", "d=d:1"]),
        pod(&["a=a:2", "b=b:2", "c=c:2", "d=d:2"]),
        "images of Deployment web: a 1 → 2, b 1 → 2, and 2 more",
    );
}

#[test]
fn a_sidecar_is_told_as_added_or_removed() {
    let (alone, beside) = (["web=web:1"], ["proxy=envoy:9", "web=web:1"]);
    check(
        pod(&alone),
        pod(&beside),
        "add container proxy (envoy:9) to Deployment web",
    );
    check(
        pod(&beside),
        pod(&alone),
        "remove container proxy (envoy:9) from Deployment web",
    );
    check(
        pod(&alone),
        pod(&["proxy=envoy:9", "web=web:2"]),
        "image of Deployment web: web 1 → 2, add container proxy (envoy:9)",
    );
    check(
        pod(&["old=web:1"]),
        pod(&["new=web:2"]),
        "add container new (web:2) to Deployment web, remove container old (web:1)",
    );
    let mut nameless = pod(&alone);
    nameless["containers"][0] = json!({"name": "web"});
    check(
        nameless,
        pod(&alone),
        "change spec.template.spec.containers[name=web].image of Deployment web",
    );
    check(
        pod(&alone),
        pod(&["web=web:1", "a=a:1", "b=b:1", "c=c:1", "d=d:1"]),
        "add containers a (a:1), b (b:1), and 2 more to Deployment web",
    );
}

#[test]
fn init_containers_are_told_too() {
    let with = |init: &[&str], containers: &[&str]| {
        let mut pod = pod(containers);
        pod["initContainers"] = list(init);
        pod
    };
    let none = || pod(&["web=web:1"]);
    let one = || with(&["migrate=migrate:1"], &["web=web:1"]);
    check(
        none(),
        one(),
        "add init container migrate (migrate:1) to Deployment web",
    );
    check(
        one(),
        none(),
        "remove init container migrate (migrate:1) from Deployment web",
    );
    check(
        one(),
        with(&["migrate=migrate:2"], &["web=web:2"]),
        "images of Deployment web: web 1 → 2, migrate 1 → 2",
    );
    check(
        one(),
        with(&["wait=wait:1", "migrate=migrate:2"], &["web=web:1"]),
        "image of Deployment web: migrate 1 → 2, add init container wait (wait:1)",
    );
    check(
        with(&[], &["proxy=envoy:9", "web=web:1"]),
        with(&["proxy=envoy:9"], &["web=web:1"]),
        "add init container proxy (envoy:9) to Deployment web, remove container proxy (envoy:9)",
    );
}

#[test]
fn what_else_changes_is_told_beside_it() {
    let mut after = pod(&["web=web:2", "logs=logs:1"]);
    after["containers"][0]["args"] = json!(["a"]);
    check(
        pod(&["web=web:1", "logs=logs:1"]),
        after,
        "image of Deployment web: web 1 → 2, and spec.template.spec.containers[name=web].args",
    );
    let mut after = pod(&["web=web:1"]);
    after["volumes"] = json!([{"name": "a", "image": {"reference": "web:1"}}]);
    check(
        pod(&["web=web:1"]),
        after,
        "change spec.template.spec.volumes of Deployment web",
    );
}

/// Lists without names, or with one twice, go by position, and no server takes them.
#[test]
fn containers_without_a_name_are_told_as_fields() {
    let found = |before: &Manifest, after: &Manifest| {
        differences(before.value(), after.value(), &MergeKeys).len()
    };
    let (before, after) = (pod(&["a=web:1", "a=web:1"]), pod(&["a=web:1", "a=web:2"]));
    assert_eq!(found(&set(&before), &set(&after)), 1);
    check(
        before,
        after,
        "change spec.template.spec.containers[1].image of Deployment web",
    );
}
