//! What is rare, and must be right all the same.

use serde_json::{Value, json};

use crate::greeter::{Greeter, hello, new_version, with};

/// A failure means that a step may be passed whose gates have not held, or that a person's word
/// counts for another plan.
#[test]
fn nothing_is_taken_back_to_a_step_that_is_not_passed() {
    let greeter = Greeter::new("not-passed");
    greeter.serve(&hello());
    let before = greeter.objects();
    let plan = greeter.plan_live(&["canary", "--steps", "25"]);
    let others = [
        "plan",
        "canary",
        "deployment/hello",
        "--image",
        "hello=hello:9",
        "--steps",
        "50",
    ];
    let other = greeter.planned_as("other.json", &others);
    let mut run = greeter.begin("apply", &plan, &["--lease-duration", "3s"]);
    let step = run.until(&json!({ "event": "waiting", "gate": "a person" }))["number"].to_string();
    run.kill();
    greeter.assert_state(&plan, step.parse().unwrap_or(0));
    let undo = greeter.carry_out(
        "undo",
        &plan,
        &["--to-step", &step, "--lease-duration", "3s"],
    );
    undo.assert_failed(&[&format!("the run has not come past step {step}")]);
    let mut run = greeter.begin("apply", &plan, &[]);
    run.until_pause();

    for verb in ["status", "approve", "abort"] {
        let refused = greeter.run(&[verb, &other.to_string_lossy()]);
        refused.assert_failed(&["another plan named hello", "is under way"]);
    }
    let aborted = greeter.run(&["abort", &plan.to_string_lossy()]);
    aborted.assert_done();
    run.end().assert_failed(&["the run was taken back"]);
    assert_eq!(greeter.objects(), before);
}

/// A failure means that the way back takes an object for created that a finalizer is about to let
/// go.
#[test]
fn what_a_finalizer_keeps_is_waited_for_before_it_is_created_anew() {
    let greeter = Greeter::new("finalizer");
    let settings = json!({
        "apiVersion": "v1", "kind": "ConfigMap", "data": { "text": "hello" },
        "metadata": { "name": "settings" },
    });
    greeter.serve(&hello());
    greeter.create(&with(
        &settings,
        "/metadata/finalizers",
        json!(["cutover.dev/test"]),
    ));
    let from = greeter.write("from.json", &list(&[hello(), settings]));
    let to = greeter.write("to.json", &list(&[new_version(&hello(), json!({}))]));
    let (from, to) = (from.to_string_lossy(), to.to_string_lossy());
    let plan = greeter.planned(&["plan", "rolling", "-f", &from, "--to", &to, "--prune"]);
    greeter.carry_out("apply", &plan, &[]).assert_done();

    let mut back = greeter.begin("undo", &plan, &[]);
    back.until(&json!({ "event": "waiting", "gate": "settings to go" }));
    let leave = json!({ "metadata": { "finalizers": null } }).to_string();
    greeter.kubectl(&[
        "patch",
        "configmap",
        "settings",
        "--type=merge",
        "--patch",
        &leave,
    ]);
    back.end().assert_done();
    assert_eq!(
        greeter.kubectl(&["get", "configmap", "settings", "-o=jsonpath={.data.text}"]),
        "hello"
    );
    assert_eq!(
        greeter.kubectl(&[
            "get",
            "configmap",
            "settings",
            "-o=jsonpath={.metadata.deletionTimestamp}"
        ]),
        ""
    );
}

/// A failure means that of a Secret only its data is written, so that the run writes for ever or
/// blames somebody.
#[test]
fn a_secret_changes_with_its_labels() {
    let greeter = Greeter::new("secret");
    let secret = |value: &str| {
        json!({
            "apiVersion": "v1", "kind": "Secret", "stringData": { "password": value },
            "metadata": { "name": "hello", "labels": { "version": value } },
        })
    };
    greeter.serve(&hello());
    greeter.create(&secret("one"));
    let new = new_version(&hello(), json!({}));
    let from = greeter.write("from.json", &list(&[hello(), secret("one")]));
    let to = greeter.write("to.json", &list(&[new, secret("two")]));
    let (from, to) = (from.to_string_lossy(), to.to_string_lossy());
    let plan = greeter.planned(&["plan", "rolling", "-f", &from, "--to", &to]);
    let read =
        |path: &str| greeter.kubectl(&["get", "secret", "hello", &format!("-o=jsonpath={path}")]);
    let stands = || (read("{.metadata.labels.version}"), read("{.data.password}"));

    greeter
        .carry_out(
            "apply",
            &plan,
            &["--secrets-from", &from, "--secrets-from", &to],
        )
        .assert_done();
    assert_eq!(stands(), ("two".to_owned(), "dHdv".to_owned()));
    greeter
        .carry_out(
            "undo",
            &plan,
            &["--secrets-from", &from, "--secrets-from", &to],
        )
        .assert_done();
    assert_eq!(stands(), ("one".to_owned(), "b25l".to_owned()));
}

fn list(objects: &[Value]) -> Value {
    json!({ "apiVersion": "v1", "kind": "List", "items": objects })
}

/// A failure means that endpoints which somebody else lists pass for those of the Service's own
/// controller, or that a step waits for ever beside them.
#[test]
fn endpoints_that_somebody_else_lists_do_not_count() {
    let greeter = Greeter::new("slices");
    greeter.serve(&hello());
    greeter.create(&json!({
        "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
        "metadata": { "name": "by-hand", "labels": { "kubernetes.io/service-name": "hello" } },
        "ports": [{ "name": "http", "port": 8080 }],
        "endpoints": [{ "addresses": ["10.9.8.7"], "conditions": { "ready": true } }],
    }));
    let plan = greeter.plan_live(&["canary", "--steps", "25", "--pause", "1s"]);
    greeter.carry_out("apply", &plan, &[]).assert_done();
}

/// A failure means that a run writes what an operator takes back at once.
#[test]
fn what_a_controller_owns_is_refused_unless_its_owner_is_in_the_plan() {
    let greeter = Greeter::new("owned");
    greeter.create(&json!({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "operator" },
    }));
    let uid = greeter.kubectl(&[
        "get",
        "configmap",
        "operator",
        "-o=jsonpath={.metadata.uid}",
    ]);
    let owners = json!([{
        "apiVersion": "v1", "kind": "ConfigMap", "name": "operator", "uid": uid, "controller": true,
    }]);
    greeter.serve(&with(&hello(), "/metadata/ownerReferences", owners));
    let before = greeter.objects();
    let plan = greeter.plan_live(&["rolling"]);
    let refused = greeter.carry_out("apply", &plan, &[]);
    refused.assert_failed(&["Deployment owned/hello: ConfigMap owned/operator manages it"]);
    assert_eq!(greeter.objects(), before);
    let allowed = greeter.carry_out("apply", &plan, &["--managed"]);
    allowed.assert_done();
}
