//! Admission webhooks that change what is written, refuse it, or say nothing.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use serde_json::{Value, json};

use crate::greeter::{Greeter, NEW, hello, new_version};
use crate::webhook::Webhook;

const CANARY: [&str; 5] = ["canary", "--steps", "25", "--pause", "1s"];

/// A plan asks for a tag, and the cluster keeps digests: the plan goes with the digest, and says
/// so.
#[test]
fn a_webhook_that_makes_digests_of_tags() {
    let greeter = Greeter::new("digests");
    let _webhook = Webhook::start(&greeter, |object| Ok(with_digests(object)));
    greeter.serve(&hello());
    let before = greeter.objects();
    let plan = greeter.plan_live(&CANARY);

    let done = greeter.carry_out("apply", &plan, &[]);
    done.assert_done();
    let warned = done
        .told
        .iter()
        .filter(|event| event["event"] == "warned")
        .map(|event| event["message"].to_string());
    let warned: Vec<String> = warned.collect();
    assert!(
        warned
            .iter()
            .any(|message| message.contains(&digest(NEW)) && message.contains(NEW)),
        "{warned:?}"
    );
    let image = "-o=jsonpath={.items[*].spec.template.spec.containers[*].image}";
    assert_eq!(greeter.kubectl(&["get", "deployments", image]), digest(NEW));

    greeter.carry_out("undo", &plan, &[]).assert_done();
    assert_eq!(greeter.objects(), before);
}

/// What admission has made of a plan is in the journal, and is asked about again.
#[test]
fn a_run_with_digests_goes_on_and_comes_back() {
    let greeter = Greeter::new("digests-again");
    let _webhook = Webhook::start(&greeter, |object| Ok(with_digests(object)));
    greeter.serve(&hello());
    let before = greeter.objects();
    let plan = greeter.plan_live(&["canary", "--steps", "25"]);
    let mut run = greeter.begin("apply", &plan, &["--lease-duration", "3s"]);
    run.until_pause();
    run.kill();
    let mut run = greeter.begin("apply", &plan, &["--lease-duration", "3s"]);
    run.until_pause();
    greeter.approve(&plan);
    run.end().assert_done();
    let image = "-o=jsonpath={.items[*].spec.template.spec.containers[*].image}";
    assert_eq!(greeter.kubectl(&["get", "deployments", image]), digest(NEW));
    assert_eq!(greeter.writes().len(), 6, "each change is made once");

    greeter.carry_out("undo", &plan, &[]).assert_done();
    assert_eq!(greeter.objects(), before);
}

/// What is injected beside what the plan has is left alone, forward and back.
#[test]
fn a_webhook_that_adds_a_sidecar_and_labels() {
    let greeter = Greeter::new("sidecar");
    let _webhook = Webhook::start(&greeter, |object| Ok(with_sidecar(object)));
    greeter.serve(&hello());
    let before = greeter.objects();
    let plan = greeter.plan(&CANARY, &hello(), &new_version(&hello(), json!({})));

    greeter.carry_out("apply", &plan, &[]).assert_done();
    greeter.assert_state(&plan, 6);
    let images = "-o=jsonpath={.items[*].spec.template.spec.containers[*].image}";
    assert_eq!(
        greeter.kubectl(&["get", "deployments", images]),
        format!("{NEW} sidecar:1.0.0")
    );

    greeter.carry_out("undo", &plan, &[]).assert_done();
    assert_eq!(greeter.objects(), before);
}

/// It is said before anything is written.
#[test]
fn a_webhook_that_denies() {
    let greeter = Greeter::new("denies");
    greeter.serve(&hello());
    let before = greeter.objects();
    let plan = greeter.plan_live(&CANARY);
    let _webhook = Webhook::start(&greeter, |object| match object.to_string().contains(NEW) {
        true => Err("this version is not signed".to_owned()),
        false => Ok(object),
    });
    let refused = greeter.carry_out("apply", &plan, &[]);
    refused.assert_failed(&[
        "the server would refuse it",
        "denies.cutover.dev",
        "this version is not signed",
    ]);
    assert_eq!(refused.steps(), [] as [u64; 0]);
    assert_eq!(greeter.objects(), before);
}

/// The write is sent again until the webhook answers, and is made once.
#[test]
fn a_webhook_that_times_out_for_a_while() {
    let greeter = Greeter::new("times-out");
    greeter.serve(&hello());
    let webhook = Webhook::start(&greeter, Ok);
    let plan = greeter.plan_live(&["canary", "--steps", "25"]);
    let mut run = greeter.begin("apply", &plan, &[]);
    run.until_pause();
    webhook.slow_down(2);
    greeter.approve(&plan);
    let done = run.end();
    done.assert_done();
    let retried = done.told.iter().filter(|event| event["event"] == "retried");
    let retried: Vec<String> = retried.map(|event| event["reason"].to_string()).collect();
    assert!(
        retried
            .iter()
            .any(|reason| reason.contains("failed calling webhook")),
        "{retried:?}"
    );
    greeter.assert_state(&plan, 6);
    assert_eq!(
        greeter.writes(),
        ["create", "patch", "patch", "patch", "patch", "delete"]
    );
}

fn with_digests(mut object: Value) -> Value {
    for container in containers(&mut object) {
        container["image"] = json!(digest(container["image"].as_str().unwrap_or_default()));
    }
    object
}

/// An image by a digest that goes with its tag.
fn digest(image: &str) -> String {
    match image.rsplit_once(':') {
        Some((name, tag)) if !image.contains('@') => {
            let digits: String = tag.chars().filter(char::is_ascii_digit).collect();
            format!("{name}@sha256:{digits:0>64}")
        }
        _ => image.to_owned(),
    }
}

fn with_sidecar(mut object: Value) -> Value {
    object["metadata"]["labels"]["injected"] = json!("true");
    object["spec"]["template"]["metadata"]["labels"]["injected"] = json!("true");
    let containers = containers(&mut object);
    if containers
        .iter()
        .all(|container| container["name"] != "sidecar")
    {
        containers.push(json!({ "name": "sidecar", "image": "sidecar:1.0.0" }));
    }
    object
}

fn containers(deployment: &mut Value) -> &mut Vec<Value> {
    deployment
        .pointer_mut("/spec/template/spec/containers")
        .and_then(Value::as_array_mut)
        .unwrap()
}
