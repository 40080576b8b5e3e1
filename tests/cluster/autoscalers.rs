//! An autoscaler that wants another number of pods the whole time: held it leaves a canary alone.
//!
//! It wants it by its limits, which a real controller enforces whatever its metrics say; or by its
//! metrics, which the test serves.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::greeter::{Greeter, NEW, OLD, hello, with};
use crate::metrics::Metrics;
use crate::support::OwnCluster;

const CANARY: [&str; 5] = ["canary", "--steps", "25,50", "--pause", "1s"];
const HOLD: [&str; 2] = ["--autoscaler", "hold"];

/// It wants exactly three pods, and the canary takes one of them away.
fn stubborn() -> Value {
    json!({
        "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": { "name": "hello" },
        "spec": { "minReplicas": 3, "maxReplicas": 3, "scaleTargetRef": { "apiVersion": "apps/v1", "kind": "Deployment", "name": "hello" }},
    })
}

fn limits(greeter: &Greeter) -> String {
    greeter.kubectl(&["get", "hpa", "hello", "-o=jsonpath={.spec}"])
}

fn image(greeter: &Greeter) -> String {
    let path = "-o=jsonpath={.spec.template.spec.containers[0].image}";
    greeter.kubectl(&["get", "deployment", "hello", path])
}

/// A failure means that a canary beside an autoscaler does not come to its end, or that the
/// autoscaler is not as it was.
#[test]
fn a_canary_holds_an_autoscaler_there_and_back() {
    let greeter = Greeter::new("held");
    greeter.serve(&hello());
    greeter.create(&stubborn());
    let (before, own) = (greeter.objects(), limits(&greeter));
    let plan = greeter.plan_live(&[&CANARY[..], &HOLD].concat());
    greeter.carry_out("apply", &plan, &[]).assert_done();
    assert_eq!(limits(&greeter), own);
    assert_eq!(image(&greeter), NEW);
    greeter.carry_out("undo", &plan, &[]).assert_done();
    assert_eq!(limits(&greeter), own);
    assert_eq!(image(&greeter), OLD);
    assert_eq!(greeter.objects().len(), before.len());
}

/// A failure means that the test above tries nothing.
#[test]
fn beside_one_that_nobody_holds_a_canary_stops() {
    let greeter = Greeter::new("not-held");
    greeter.serve(&hello());
    let plan = greeter.plan_live(&["canary", "--steps", "25,50"]);
    let mut run = greeter.begin("apply", &plan, &[]);
    run.until_pause();
    greeter.create(&stubborn());
    greeter.approve(&plan);
    let words =
        "hello: spec.replicas is 3, and the plan has 2; last written by kube-controller-manager";
    run.end().assert_failed(&[words]);
}

/// Of 100 MiB that a pod asks for it is to use 50.
const ASKED: &str = "100Mi";
/// What it uses, in MiB.
const MUCH: u32 = 200;
const RIGHT: u32 = 50;
const LITTLE: u32 = 10;

/// A failure means that an autoscaler which computes disturbs a run that holds it, or that a run
/// comes to its end beside one that nobody holds.
#[test]
fn an_autoscaler_that_computes_is_held_under_much_and_little_load() {
    let cluster = Arc::new(OwnCluster::up("metrics"));
    let metrics = Metrics::start(&cluster);
    let greeter = |name| Greeter::of(Arc::clone(&cluster), name);
    thread::scope(|scope| {
        scope.spawn(|| held_under_much(&greeter("held-much"), &metrics));
        scope.spawn(|| held_under_little(&greeter("held-little"), &metrics));
        for (name, load, chosen) in [("free-much", MUCH, 4), ("free-little", LITTLE, 1)] {
            let (greeter, metrics) = (greeter(name), &metrics);
            scope.spawn(move || stops_beside(&greeter, metrics, load, chosen));
        }
    });
}

/// It has scaled to the most that it may, and wants more: it would take back each pod less.
fn held_under_much(greeter: &Greeter, metrics: &Metrics) {
    metrics.load(&greeter.namespace, MUCH);
    greeter.serve(&measured());
    greeter.create(&computing());
    await_count(greeter, 4);
    let own = limits(greeter);
    let plan = greeter.plan_live(&[&CANARY[..], &HOLD].concat());
    for (verb, image_then) in [("apply", NEW), ("undo", OLD)] {
        greeter.carry_out(verb, &plan, &[]).assert_done();
        assert_eq!(
            (image(greeter), limits(greeter)),
            (image_then.into(), own.clone())
        );
    }
}

/// It has scaled to one pod since the plan was made, and does so again once it is let go: a run
/// brings the pods up that it counts, there and back.
fn held_under_little(greeter: &Greeter, metrics: &Metrics) {
    metrics.load(&greeter.namespace, RIGHT);
    greeter.serve(&measured());
    greeter.create(&computing());
    let own = limits(greeter);
    let plan = greeter.plan_live(&[&CANARY[..], &HOLD].concat());
    metrics.load(&greeter.namespace, LITTLE);
    for (verb, image_then) in [("apply", NEW), ("undo", OLD)] {
        await_count(greeter, 1);
        let ended = greeter.carry_out(verb, &plan, &[]);
        ended.assert_done();
        let brought = "hello has chosen 1 pods, and the plan brings it to 3";
        assert!(ended.text.contains(brought), "{verb}: {:#?}", ended.told);
        assert_eq!(
            (image(greeter), limits(greeter)),
            (image_then.into(), own.clone())
        );
    }
}

/// Made in mid-plan, while a person is waited for, it is seen to write another number.
fn stops_beside(greeter: &Greeter, metrics: &Metrics, load: u32, chosen: u32) {
    metrics.load(&greeter.namespace, load);
    greeter.serve(&measured());
    let plan = greeter.plan_live(&["canary", "--steps", "25,50"]);
    let mut run = greeter.begin("apply", &plan, &[]);
    run.until_pause();
    greeter.create(&computing());
    let words = format!(
        "hello: spec.replicas is {chosen}, and the plan has 3; last written by kube-controller-manager"
    );
    run.end().assert_failed(&[&words]);
}

/// The greeter, whose pods say how much memory they ask for.
fn measured() -> Value {
    let resources = json!({ "requests": { "memory": ASKED }});
    let path = "/spec/template/spec/containers/0/resources";
    with(&hello(), path, resources)
}

/// One to four pods, by how much memory they use; down at once.
fn computing() -> Value {
    json!({
        "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": { "name": "hello" },
        "spec": {
            "minReplicas": 1, "maxReplicas": 4, "behavior": { "scaleDown": { "stabilizationWindowSeconds": 0 }},
            "scaleTargetRef": { "apiVersion": "apps/v1", "kind": "Deployment", "name": "hello" },
            "metrics": [{ "type": "Resource", "resource": {
                "name": "memory", "target": { "type": "Utilization", "averageUtilization": 50 },
            }}],
        },
    })
}

/// Waits until the autoscaler has chosen so many pods.
fn await_count(greeter: &Greeter, count: u32) {
    let start = Instant::now();
    let path = "-o=jsonpath={.spec.replicas}";
    while greeter.kubectl(&["get", "deployment", "hello", path]) != count.to_string() {
        let told = || greeter.kubectl(&["describe", "hpa", "hello"]);
        assert!(start.elapsed() < Duration::from_secs(90), "{}", told());
        thread::sleep(Duration::from_millis(200));
    }
    greeter.settle("hello");
}
