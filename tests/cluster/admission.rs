//! Admission webhooks that change what is written, refuse it, or say nothing.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use serde_json::{Value, json};

use crate::lab::{Lab, NEW, hello, new_version};
use crate::webhook::Webhook;

const CANARY: [&str; 5] = ["canary", "--steps", "25", "--pause", "1s"];

/// A plan asks for a tag, and the cluster keeps digests: the plan goes with the digest, and says so.
#[test]
fn a_webhook_that_makes_digests_of_tags() {
    let lab = Lab::new("digests");
    let _webhook = Webhook::start(&lab, |object| Ok(with_digests(object)));
    lab.serve(&hello());
    let before = lab.objects();
    let plan = lab.plan_live(&CANARY);

    let done = lab.carry_out("apply", &plan, &[]);
    done.assert_done();
    let warned =
        done.told.iter().filter(|event| event["event"] == "warned").map(|event| event["message"].to_string());
    let warned: Vec<String> = warned.collect();
    assert!(
        warned.iter().any(|message| message.contains(&digest(NEW)) && message.contains(NEW)),
        "{warned:?}"
    );
    let image = "-o=jsonpath={.items[*].spec.template.spec.containers[*].image}";
    assert_eq!(lab.kubectl(&["get", "deployments", image]), digest(NEW));

    lab.carry_out("undo", &plan, &[]).assert_done();
    assert_eq!(lab.objects(), before);
}

/// What is injected beside what the plan has is left alone, forward and back.
#[test]
fn a_webhook_that_adds_a_sidecar_and_labels() {
    let lab = Lab::new("sidecar");
    let _webhook = Webhook::start(&lab, |object| Ok(with_sidecar(object)));
    lab.serve(&hello());
    let before = lab.objects();
    let plan = lab.plan(&CANARY, &hello(), &new_version(&hello(), json!({})));

    lab.carry_out("apply", &plan, &[]).assert_done();
    lab.assert_state(&plan, 6);
    let images = "-o=jsonpath={.items[*].spec.template.spec.containers[*].image}";
    assert_eq!(lab.kubectl(&["get", "deployments", images]), format!("{NEW} sidecar:1.0.0"));

    lab.carry_out("undo", &plan, &[]).assert_done();
    assert_eq!(lab.objects(), before);
}

/// It is said before anything is written.
#[test]
fn a_webhook_that_denies() {
    let lab = Lab::new("denies");
    lab.serve(&hello());
    let before = lab.objects();
    let plan = lab.plan_live(&CANARY);
    let _webhook = Webhook::start(&lab, |object| match object.to_string().contains(NEW) {
        true => Err("this version is not signed".to_owned()),
        false => Ok(object),
    });
    let refused = lab.carry_out("apply", &plan, &[]);
    refused.assert_failed(&[
        "the server would refuse it",
        "denies.cutover.dev",
        "this version is not signed",
    ]);
    assert_eq!(refused.steps(), [] as [u64; 0]);
    assert_eq!(lab.objects(), before);
}

/// The write is sent again until the webhook answers, and is made once.
#[test]
fn a_webhook_that_times_out_for_a_while() {
    let lab = Lab::new("times-out");
    lab.serve(&hello());
    let webhook = Webhook::start(&lab, Ok);
    let plan = lab.plan_live(&["canary", "--steps", "25"]);
    let mut run = lab.begin("apply", &plan, &[]);
    run.until_pause();
    webhook.slow_down(2);
    lab.approve(&plan);
    let done = run.end();
    done.assert_done();
    let retried = done.told.iter().filter(|event| event["event"] == "retried");
    let retried: Vec<String> = retried.map(|event| event["reason"].to_string()).collect();
    assert!(retried.iter().any(|reason| reason.contains("failed calling webhook")), "{retried:?}");
    lab.assert_state(&plan, 6);
    assert_eq!(lab.writes(), ["create", "patch", "patch", "patch", "patch", "delete"]);
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
    if containers.iter().all(|container| container["name"] != "sidecar") {
        containers.push(json!({ "name": "sidecar", "image": "sidecar:1.0.0" }));
    }
    object
}

fn containers(deployment: &mut Value) -> &mut Vec<Value> {
    deployment.pointer_mut("/spec/template/spec/containers").and_then(Value::as_array_mut).unwrap()
}
