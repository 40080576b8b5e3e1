//! Real requests while the lab's greeter is rolled out and taken back: none is lost, and each
//! version has the share that its pods have.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

use cutover::manifest::Bundle;
use cutover::traffic::Service;
use serde_json::{Value, json};
use xtask::cluster::Answer;

use crate::budget::images_of;
use crate::greeter::{Greeter, NEW, hello, with};
use crate::lab::Lab;
use crate::runner::{options, read, within};
use crate::support::OwnCluster;
use crate::traffic::{self, ask, with_traffic};

/// For how long the shares are counted.
const WHILE: Duration = Duration::from_secs(3);

/// How far a count may lie from what is expected, in standard deviations: once in 1.7 million
/// counts it lies further.
const DEVIATIONS: u64 = 5;

#[test]
fn a_canary_forward_and_back_from_every_step() {
    let Some(greeter) = greeter("canary") else {
        return;
    };
    there_and_back(&greeter, &greeter.plan_live(&["canary", "--steps", "25"]));
}

#[test]
fn blue_green_forward_and_back_from_every_step() {
    let Some(greeter) = greeter("blue-green") else {
        return;
    };
    let strategy = [
        "blue-green",
        "--active-service",
        "hello",
        "--scale-down-delay-seconds",
        "1",
    ];
    there_and_back(&greeter, &greeter.plan_live(&strategy));
}

#[test]
fn a_rolling_update_and_more_pods_forward_and_back_from_every_step() {
    let Some(greeter) = greeter("rolling") else {
        return;
    };
    there_and_back(&greeter, &greeter.plan_live(&["rolling"]));
    let more = [
        "plan",
        "scale",
        "deployment/hello",
        "--replicas",
        "6",
        "--max-step",
        "2",
        "--name",
        "more",
    ];
    there_and_back(&greeter, &greeter.planned(&more));
}

/// Carries a plan out as far as each of its steps, and takes it back from there.
fn there_and_back(greeter: &Greeter, plan: &Path) {
    for step in 1..=read(plan).len() {
        let (start, requests) = (
            Instant::now(),
            ask(&greeter.cluster, &greeter.namespace, "hello"),
        );
        forward(greeter, plan, step);
        assert_share(greeter, plan, step);
        greeter.carry_out("undo", plan, &[]).assert_done();
        greeter.assert_state(plan, 0);
        assert_share(greeter, plan, 0);
        assert_none_lost(&requests.stop(), start.elapsed());
    }
}

/// Carries a plan out until a step's gates have held, and not one write further.
fn forward(greeter: &Greeter, plan: &Path, step: usize) {
    within(greeter, async |cluster| {
        let lab = Lab {
            cluster: cluster.clone(),
            namespace: greeter.namespace.clone(),
        };
        lab.stop_after(&read(plan), &options(greeter), step)
            .await
            .unwrap();
    });
}

/// The greeter in a cluster with traffic.
pub(crate) fn greeter(namespace: &str) -> Option<Greeter> {
    let greeter = in_traffic(namespace)?;
    let annotations = "/spec/template/metadata/annotations";
    greeter.serve(&with(
        &hello(),
        annotations,
        json!({ "cutover.dev/test-drain": "3s" }),
    ));
    Some(greeter)
}

/// An empty namespace in a cluster with traffic, which these tests share.
pub(crate) fn in_traffic(namespace: &str) -> Option<Greeter> {
    static SHARED: Mutex<Weak<OwnCluster>> = Mutex::new(Weak::new());
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    let cluster = shared
        .upgrade()
        .or_else(|| with_traffic("requests").map(Arc::new))?;
    *shared = Arc::downgrade(&cluster);
    drop(shared);
    Some(Greeter::of(cluster, namespace))
}

/// Of the requests that are made now the new version has its part, as chance allows.
#[track_caller]
fn assert_share(greeter: &Greeter, plan: &Path, step: usize) {
    let (part, of) = share(&read(plan).state(step).unwrap());
    // Before the first one kube-proxy has followed.
    thread::sleep(Duration::from_secs(1));
    let requests = ask(&greeter.cluster, &greeter.namespace, "hello");
    thread::sleep(WHILE);
    let answers = requests.stop();
    let count = answers.len() as u64;
    let answerers = answers.iter().flat_map(|answer| &answer.outcome);
    let new = answerers.filter(|answerer| answerer.image == NEW).count() as u64;
    assert!(count > 200, "only {count} requests");
    // new - count·p is at most DEVIATIONS·√(count·p·(1 - p)), for p = part/of.
    let distance = (of * new).abs_diff(part * count);
    let variance = count * part * (of - part);
    let right = format!("{new} of {count} after step {step}, where {part}/{of} is right");
    assert!(distance.pow(2) <= DEVIATIONS.pow(2) * variance, "{right}");
}

/// How many pods of the new version are behind the Service in a state of a plan, and how many of
/// both.
fn share(state: &Bundle) -> (u64, u64) {
    let service = Service::read(state.of_kind("Service").next().unwrap()).unwrap();
    let (mut new, mut all) = (0, 0);
    for deployment in state.of_kind("Deployment") {
        let labels = deployment
            .pointer("/spec/template/metadata/labels")
            .cloned()
            .unwrap();
        if service.selects(&serde_json::from_value(labels).unwrap()) {
            let replicas = deployment
                .pointer("/spec/replicas")
                .and_then(Value::as_u64)
                .unwrap();
            all += replicas;
            new += if images_of(deployment).any(|image| image == NEW) {
                replicas
            } else {
                0
            };
        }
    }
    (new, all)
}

/// Of all requests of so long a time.
#[track_caller]
pub(crate) fn assert_none_lost(answers: &[Answer], time: Duration) {
    traffic::assert_none_lost(answers);
    let last = answers.last().unwrap().at;
    assert!(
        last + Duration::from_secs(5) > time,
        "there were requests for {last:?} of {time:?}"
    );
}
