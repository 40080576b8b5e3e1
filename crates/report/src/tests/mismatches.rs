use cutover::Plan;
use cutover::planning::{Change, Duration, Gate, OnFailure, Pause, Spec};
use serde_json::json;

use super::example::{canary, hello};
use crate::mismatches;

/// Changes the canary, and expects what is told of it.
#[track_caller]
fn check(edit: impl Fn(&mut Spec), expect: &[&str]) {
    let made = canary().into_plan();
    let mut spec = made.spec.clone();
    edit(&mut spec);
    let plan = Plan::new("hello", spec).unwrap();
    let told: Vec<String> = mismatches(&plan, &made)
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(told, expect);
}

#[test]
fn the_same_plan() {
    check(|_| (), &[]);
}

#[test]
fn what_holds_for_the_whole_plan() {
    check(
        |spec| spec.on_failure = OnFailure::Undo,
        &["plan: /spec/onFailure: the plan says \"undo\", the input gives \"stop\""],
    );
    check(
        |spec| spec.workloads.clear(),
        &["plan: promise of workload hello: not in the plan"],
    );
    check(
        |spec| spec.from.truncate(1),
        &["plan: Service hello as it is: not in the plan"],
    );
    let (one, other) = (
        canary().into_plan(),
        Plan::new("greeter", canary().spec.clone()).unwrap(),
    );
    assert_eq!(
        mismatches(&one, &other)[0].to_string(),
        "plan: /metadata/name: the plan says \"hello\", the input gives \"greeter\""
    );
}

#[test]
fn what_a_step_does() {
    check(
        |spec| spec.steps[4].changes.clear(),
        &["step 5: patch Deployment hello: not in the plan"],
    );
    check(
        |spec| {
            let Change::Create(manifest) = &mut spec.steps[0].changes[0] else {
                panic!()
            };
            *manifest = manifest.set("/spec/replicas", json!(2)).unwrap();
        },
        &[
            "step 1: create Deployment hello-canary: /spec/replicas: the plan says 2, the input gives 1",
        ],
    );
    check(
        |spec| {
            let Change::Patch(patch) = &mut spec.steps[1].changes[0] else {
                panic!()
            };
            patch.ops.0.remove(0);
            patch.inverse.0.clear();
        },
        &[
            "step 2: patch Deployment hello: /spec/replicas: not in the plan: {\"op\":\"test\",\"path\":\"/spec/replicas\",\"value\":3}",
            "step 2: inverse of the patch of Deployment hello: /spec/replicas: not in the plan: {\"op\":\"test\",\"path\":\"/spec/replicas\",\"value\":2}",
            "step 2: inverse of the patch of Deployment hello: /spec/replicas: not in the plan: {\"op\":\"replace\",\"path\":\"/spec/replicas\",\"value\":3}",
        ],
    );
    check(
        |spec| {
            let Change::Patch(patch) = &mut spec.steps[1].changes[0] else {
                panic!()
            };
            let more = json!({"op": "test", "path": "/spec/paused", "value": false});
            patch.ops.0.insert(0, serde_json::from_value(more).unwrap());
        },
        &[
            "step 2: patch Deployment hello: /spec/paused: only in the plan: {\"op\":\"test\",\"path\":\"/spec/paused\",\"value\":false}",
        ],
    );
    check(
        |spec| spec.steps.truncate(7),
        &["step 8: delete Deployment hello-canary: not in the plan"],
    );
}

#[test]
fn what_a_step_waits_for() {
    let ten = Duration::of_seconds(600);
    check(
        |spec| {
            *spec.steps[0].gates.last_mut().unwrap() = Gate::Pause(Pause {
                duration: Some(ten),
            })
        },
        &["step 1: gate pause: /duration: only in the plan: \"10m\""],
    );
    check(
        |spec| drop(spec.steps[1].gates.remove(0)),
        &["step 2: gate available of Deployment hello: not in the plan"],
    );
    check(
        |spec| spec.steps[0].within = None,
        &["step 1: /within: not in the plan: \"10m\""],
    );
}

#[test]
fn ways_back() {
    check(
        |spec| spec.undo[7].to = 7,
        &["undo from step 8: /to: the plan says 7, the input gives 0"],
    );
    check(
        |spec| spec.undo[1].steps[0].changes.clear(),
        &["undo from step 2, step 1: patch Deployment hello: not in the plan"],
    );
}

#[test]
fn another_order_alone() {
    let made = canary();
    let mut spec = made.spec.clone();
    spec.from.reverse();
    let told = mismatches(&Plan::new("hello", spec).unwrap(), &made);
    assert_eq!(told[0].pointer, "/digest");
}

/// A failure means that two plans are taken for one.
#[test]
fn another_strategy() {
    let rolling = hello(json!({"rolling": {}}));
    assert!(!mismatches(&rolling, &canary()).is_empty());
    assert!(!mismatches(&canary(), &rolling).is_empty());
}
