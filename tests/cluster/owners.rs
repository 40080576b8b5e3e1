//! After a run its fields are whoever's they were: the next server-side apply meets no conflict.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::path::Path;

use serde_json::{Value, json};

use crate::greeter::{Greeter, hello, new_version, service, with};

const CANARY: [&str; 5] = ["canary", "--steps", "25", "--pause", "1s"];

/// What Helm 4, Argo CD and Flux do: a release is applied on the server, carried out by a plan to
/// the next one, and the one after that is applied again.
///
/// A failure means that the next release stops at `conflict with "cutover"`, on an object that the
/// run changed or on one that it made.
#[test]
fn the_next_apply_on_the_server_meets_no_conflict() {
    let greeter = Greeter::new("owners");
    let release = |version: &str, deployment: Value, others: &[Value]| {
        let items = [&[deployment, service()], others].concat();
        let list = json!({ "apiVersion": "v1", "kind": "List", "items": items });
        greeter.write(&format!("{version}.json"), &list)
    };
    let settings = |text: &str| {
        json!({
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "settings" },
            "data": { "text": text },
        })
    };
    let second = new_version(&hello(), json!({}));
    let third = with(&second, "/spec/replicas", 4);
    let third = with(&third, "/spec/template/spec/containers/0/image", "hello:3");
    let from = release("1", hello(), &[]);
    let to = release("2", second, &[settings("two")]);
    let next = release("3", third, &[settings("three")]);

    apply(&greeter, &from);
    greeter.settle("hello");
    greeter.kubectl(&["annotate", "deployment", "hello", "team=blue"]);
    let [from, to] = [&from, &to].map(|file| file.to_str().unwrap());
    let plan = greeter.planned(&[&["plan"], &CANARY[..], &["-f", from, "--to", to]].concat());
    let own = |object: &str| {
        let entries = entries(&greeter, object);
        let others =
            |entry: &Value| entry["manager"] != "cutover" && entry["subresource"].is_null();
        entries.into_iter().filter(others).collect::<Vec<_>>()
    };
    let annotated = own("deployment/hello").pop();
    greeter.carry_out("apply", &plan, &[]).assert_done();

    let managers = |object: &str| {
        let entries = entries(&greeter, object).into_iter();
        entries
            .map(|entry| entry["manager"].clone())
            .collect::<Vec<_>>()
    };
    assert!(!managers("deployment/hello").contains(&json!("cutover")));
    assert!(!managers("service/hello").contains(&json!("cutover")));
    assert_eq!(own("deployment/hello").pop(), annotated, "it is another's");
    apply(&greeter, &next);
    let replicas = "-o=jsonpath={.spec.replicas}";
    assert_eq!(
        greeter.kubectl(&["get", "deployment", "hello", replicas]),
        "4"
    );
    let text = ["get", "configmap", "settings", "-o=jsonpath={.data.text}"];
    assert_eq!(greeter.kubectl(&text), "three");
}

/// As far as a run that was taken back goes, nobody has been there.
#[test]
fn a_way_back_gives_its_fields_back_too() {
    let greeter = Greeter::new("owners-back");
    greeter.serve(&hello());
    let plan = greeter.plan_live(&CANARY);
    greeter.carry_out("apply", &plan, &[]).assert_done();
    greeter.carry_out("undo", &plan, &[]).assert_done();
    for object in ["deployment/hello", "service/hello"] {
        let entries = entries(&greeter, object);
        let own = entries.iter().find(|entry| entry["manager"] == "cutover");
        assert_eq!(own, None, "{object}");
    }
}

fn apply(greeter: &Greeter, release: &Path) {
    let release = release.to_str().unwrap();
    let arguments = [
        "apply",
        "--server-side",
        "--field-manager=helm",
        "-f",
        release,
    ];
    greeter.kubectl(&arguments);
}

fn entries(greeter: &Greeter, object: &str) -> Vec<Value> {
    let arguments = ["get", object, "-o=json", "--show-managed-fields"];
    let live: Value = serde_json::from_str(&greeter.kubectl(&arguments)).unwrap();
    live["metadata"]["managedFields"]
        .as_array()
        .cloned()
        .unwrap()
}
