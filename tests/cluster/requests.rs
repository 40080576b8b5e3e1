//! Real requests while the lab's greeter is rolled out and taken back: none is lost, and each version has the share
//! that its pods have.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;
use xtask::cluster::Answer;

use crate::greeter::{Greeter, NEW, OLD, hello, with};
use crate::support::OwnCluster;
use crate::traffic::{SLOWEST, ask, with_traffic};

/// For how long the shares are counted.
const WHILE: Duration = Duration::from_secs(4);

/// How far a count may lie from what is expected, in standard deviations: once in 1.7 million counts it lies further.
const DEVIATIONS: u64 = 5;

#[test]
fn a_canary_forward_and_back_from_its_first_middle_and_last_step() {
    let Some(greeter) = greeter("canary") else { return };
    let canary = ["canary", "--steps", "25"];
    let plan = greeter.plan_live(&canary);
    let (start, requests) = (Instant::now(), ask(&greeter.cluster, &greeter.namespace, "hello"));

    let mut run = greeter.begin("apply", &plan, &["--lease-duration", "3s"]);
    run.until_pause();
    assert_share(&greeter, 1, 4);
    greeter.run(&["abort", plan.to_str().unwrap()]).assert_done();
    run.end().assert_failed(&["the run was taken back"]);
    assert_share(&greeter, 0, 1);

    let mut run = greeter.begin("apply", &plan, &["--lease-duration", "3s"]);
    run.until_pause();
    greeter.approve(&plan);
    run.until(&json!({ "event": "held", "number": 3 }));
    run.kill();
    undo(&greeter, &plan);

    let mut run = greeter.begin("apply", &plan, &[]);
    run.until_pause();
    greeter.approve(&plan);
    run.end().assert_done();
    assert_share(&greeter, 1, 1);
    undo(&greeter, &plan);
    assert_none_lost(&requests.stop(), start.elapsed());
}

#[test]
fn blue_green_forward_and_back() {
    let Some(greeter) = greeter("blue-green") else { return };
    let plan =
        greeter.plan_live(&["blue-green", "--active-service", "hello", "--scale-down-delay-seconds", "5"]);
    let (start, requests) = (Instant::now(), ask(&greeter.cluster, &greeter.namespace, "hello"));

    let mut run = greeter.begin("apply", &plan, &[]);
    run.until_pause();
    assert_share(&greeter, 0, 1);
    greeter.approve(&plan);
    run.until(&json!({ "event": "waiting", "number": 3, "gate": "a pause of 5s" }));
    assert_share(&greeter, 1, 1);
    greeter.run(&["abort", plan.to_str().unwrap()]).assert_done();
    run.end().assert_failed(&["the run was taken back"]);
    assert_share(&greeter, 0, 1);

    let mut run = greeter.begin("apply", &plan, &[]);
    run.until_pause();
    greeter.approve(&plan);
    run.end().assert_done();
    undo(&greeter, &plan);
    assert_none_lost(&requests.stop(), start.elapsed());
}

#[test]
fn a_rolling_update_and_more_pods_forward_and_back() {
    let Some(greeter) = greeter("rolling") else { return };
    let (start, requests) = (Instant::now(), ask(&greeter.cluster, &greeter.namespace, "hello"));
    let plan = greeter.plan_live(&["rolling"]);
    greeter.carry_out("apply", &plan, &[]).assert_done();
    assert_share(&greeter, 1, 1);
    undo(&greeter, &plan);

    let plan = greeter.planned(&["plan", "scale", "deployment/hello", "--replicas", "6", "--name", "more"]);
    greeter.carry_out("apply", &plan, &[]).assert_done();
    undo(&greeter, &plan);
    assert_none_lost(&requests.stop(), start.elapsed());
}

/// The greeter in a cluster with traffic, which these tests share.
pub(crate) fn greeter(namespace: &str) -> Option<Greeter> {
    static SHARED: Mutex<Weak<OwnCluster>> = Mutex::new(Weak::new());
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    let cluster = shared.upgrade().or_else(|| with_traffic("requests").map(Arc::new))?;
    *shared = Arc::downgrade(&cluster);
    drop(shared);
    let greeter = Greeter::of(cluster, namespace);
    let annotations = "/spec/template/metadata/annotations";
    greeter.serve(&with(&hello(), annotations, json!({ "cutover.dev/test-drain": "3s" })));
    Some(greeter)
}

/// Takes a run back to its start, where only the old version answers.
fn undo(greeter: &Greeter, plan: &Path) {
    greeter.carry_out("undo", plan, &["--lease-duration", "3s"]).assert_done();
    greeter.assert_state(plan, 0);
    assert_share(greeter, 0, 1);
}

/// Of the requests that are made now the new version has its part, as chance allows.
#[track_caller]
fn assert_share(greeter: &Greeter, part: u64, of: u64) {
    // Before the first one kube-proxy has followed.
    thread::sleep(Duration::from_secs(1));
    let requests = ask(&greeter.cluster, &greeter.namespace, "hello");
    thread::sleep(WHILE);
    let answers = requests.stop();
    let count = answers.len() as u64;
    let new =
        answers.iter().flat_map(|answer| &answer.outcome).filter(|answerer| answerer.image == NEW).count()
            as u64;
    assert!(count > 200, "only {count} requests");
    // new - count·p is at most DEVIATIONS·√(count·p·(1 - p)), for p = part/of.
    let distance = (of * new).abs_diff(part * count);
    let variance = count * part * (of - part);
    assert!(distance.pow(2) <= DEVIATIONS.pow(2) * variance, "{new} of {count} where {part}/{of} is right");
}

/// Of all requests of so long a time.
#[track_caller]
fn assert_none_lost(answers: &[Answer], time: Duration) {
    let lost: Vec<&Answer> = answers.iter().filter(|answer| answer.outcome.is_err()).collect();
    assert!(lost.is_empty(), "{} of {} lost: {:?}", lost.len(), answers.len(), lost[0]);
    let slowest = answers.iter().map(|answer| answer.took).max().unwrap();
    assert!(slowest < SLOWEST, "{slowest:?}");
    let last = answers.last().unwrap().at;
    assert!(last + Duration::from_secs(5) > time, "there were requests for {last:?} of {time:?}");
    let answerers = answers.iter().flat_map(|answer| &answer.outcome);
    let images: BTreeSet<&str> = answerers.map(|answerer| answerer.image.as_str()).collect();
    assert_eq!(images, BTreeSet::from([OLD, NEW]));
}
