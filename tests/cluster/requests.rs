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

use crate::lab::{Lab, NEW, OLD, hello, with};
use crate::support::OwnCluster;
use crate::traffic::{SLOWEST, ask, with_traffic};

/// For how long the shares are counted.
const WHILE: Duration = Duration::from_secs(4);

/// How far a count may lie from what is expected, in standard deviations: once in 1.7 million counts it lies further.
const DEVIATIONS: u64 = 5;

#[test]
fn a_canary_forward_and_back_from_its_first_middle_and_last_step() {
    let Some(lab) = lab("canary") else { return };
    let canary = ["canary", "--steps", "25"];
    let plan = lab.plan_live(&canary);
    let (start, requests) = (Instant::now(), ask(&lab.cluster, &lab.namespace, "hello"));

    let mut run = lab.begin("apply", &plan, &["--lease-duration", "3s"]);
    run.until_pause();
    assert_share(&lab, 1, 4);
    lab.run(&["abort", plan.to_str().unwrap()]).assert_done();
    run.end().assert_failed(&["the run was taken back"]);
    assert_share(&lab, 0, 1);

    let mut run = lab.begin("apply", &plan, &["--lease-duration", "3s"]);
    run.until_pause();
    lab.approve(&plan);
    run.until(&json!({ "event": "held", "number": 3 }));
    run.kill();
    undo(&lab, &plan);

    let mut run = lab.begin("apply", &plan, &[]);
    run.until_pause();
    lab.approve(&plan);
    run.end().assert_done();
    assert_share(&lab, 1, 1);
    undo(&lab, &plan);
    assert_none_lost(&requests.stop(), start.elapsed());
}

#[test]
fn blue_green_forward_and_back() {
    let Some(lab) = lab("blue-green") else { return };
    let plan = lab.plan_live(&["blue-green", "--active-service", "hello", "--scale-down-delay-seconds", "5"]);
    let (start, requests) = (Instant::now(), ask(&lab.cluster, &lab.namespace, "hello"));

    let mut run = lab.begin("apply", &plan, &[]);
    run.until_pause();
    assert_share(&lab, 0, 1);
    lab.approve(&plan);
    run.until(&json!({ "event": "waiting", "number": 3, "gate": "a pause of 5s" }));
    assert_share(&lab, 1, 1);
    lab.run(&["abort", plan.to_str().unwrap()]).assert_done();
    run.end().assert_failed(&["the run was taken back"]);
    assert_share(&lab, 0, 1);

    let mut run = lab.begin("apply", &plan, &[]);
    run.until_pause();
    lab.approve(&plan);
    run.end().assert_done();
    undo(&lab, &plan);
    assert_none_lost(&requests.stop(), start.elapsed());
}

#[test]
fn a_rolling_update_and_more_pods_forward_and_back() {
    let Some(lab) = lab("rolling") else { return };
    let (start, requests) = (Instant::now(), ask(&lab.cluster, &lab.namespace, "hello"));
    let plan = lab.plan_live(&["rolling"]);
    lab.carry_out("apply", &plan, &[]).assert_done();
    assert_share(&lab, 1, 1);
    undo(&lab, &plan);

    let plan = lab.planned(&["plan", "scale", "deployment/hello", "--replicas", "6", "--name", "more"]);
    lab.carry_out("apply", &plan, &[]).assert_done();
    undo(&lab, &plan);
    assert_none_lost(&requests.stop(), start.elapsed());
}

/// The greeter in a cluster with traffic, which these tests share.
pub(crate) fn lab(namespace: &str) -> Option<Lab> {
    static SHARED: Mutex<Weak<OwnCluster>> = Mutex::new(Weak::new());
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    let cluster = shared.upgrade().or_else(|| with_traffic("requests").map(Arc::new))?;
    *shared = Arc::downgrade(&cluster);
    drop(shared);
    let lab = Lab::of(cluster, namespace);
    let annotations = "/spec/template/metadata/annotations";
    lab.serve(&with(&hello(), annotations, json!({ "cutover.dev/test-drain": "3s" })));
    Some(lab)
}

/// Takes a run back to its start, where only the old version answers.
fn undo(lab: &Lab, plan: &Path) {
    lab.carry_out("undo", plan, &["--lease-duration", "3s"]).assert_done();
    lab.assert_state(plan, 0);
    assert_share(lab, 0, 1);
}

/// Of the requests that are made now the new version has its part, as chance allows.
#[track_caller]
fn assert_share(lab: &Lab, part: u64, of: u64) {
    // Before the first one kube-proxy has followed.
    thread::sleep(Duration::from_secs(1));
    let requests = ask(&lab.cluster, &lab.namespace, "hello");
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
