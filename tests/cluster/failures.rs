//! Pods that do not come up: the run waits as long as it may, says why in their own words, and goes
//! back where told to.

use serde_json::{Value, json};

use crate::greeter::{Greeter, hello, new_version, with};

const CANARY: [&str; 5] = ["canary", "--steps", "25", "--pause", "4s"];

/// How long a step may take.
const LIMIT: u32 = 4;

/// A canary of pods like these stops with these words, and is taken back where that is asked for.
#[track_caller]
fn check(greeter: &Greeter, annotations: Value, words: &[&str]) {
    let from = with(&hello(), "/spec/progressDeadlineSeconds", LIMIT);
    greeter.serve(&from);
    let before = greeter.objects();
    let plan = greeter.plan(&CANARY, &from, &new_version(&from, annotations));

    let words = [
        &["step 1: hello-canary 1 available did not hold within 4s"],
        words,
    ]
    .concat();
    greeter
        .carry_out("apply", &plan, &[])
        .assert_failed(&[&words[..], &["before the first step was done"]].concat());
    greeter.assert_state(&plan, 1);
    let again = greeter.carry_out("apply", &plan, &["--on-failure", "undo"]);
    again.assert_failed(&["the run was taken back"]);
    let turned = again
        .told
        .iter()
        .find(|event| event["event"] == "turned")
        .map(|event| event["reason"].to_string());
    words.iter().for_each(|words| {
        assert!(
            turned.as_ref().is_some_and(|turned| turned.contains(words)),
            "{turned:?}"
        )
    });
    assert_eq!(greeter.objects(), before);
}

#[test]
fn a_pod_that_never_becomes_ready() {
    let annotations = json!({ "cutover.dev/test-ready-after": "never" });
    check(
        &Greeter::new("never-ready"),
        annotations,
        &["pod hello-canary-", "ContainersNotReady"],
    );
}

#[test]
fn an_image_that_cannot_be_pulled() {
    let annotations = json!({ "cutover.dev/test-image": "missing" });
    check(
        &Greeter::new("no-image"),
        annotations,
        &["pod hello-canary-", "container hello: ImagePullBackOff"],
    );
}

#[test]
fn pods_that_crash_after_the_first_step() {
    let annotations = json!({ "cutover.dev/test-crash-after": "2s" });
    check(
        &Greeter::new("crash"),
        annotations,
        &["container hello: CrashLoopBackOff", "exit code 1"],
    );
}

#[test]
fn a_quota_that_stops_pods() {
    let greeter = Greeter::new("quota");
    greeter.kubectl(&["create", "quota", "few", "--hard=pods=3"]);
    check(
        &greeter,
        json!({}),
        &["FailedCreate", "exceeded quota: few"],
    );
}

/// An evicted pod stays, as `Failed`, until somebody deletes it. It is not counted, forward or
/// back.
#[test]
fn an_evicted_pod_that_stays_does_not_hinder() {
    let greeter = Greeter::new("evicted");
    greeter.serve(&hello());
    let before = greeter.objects();
    let pod = greeter
        .kubectl(&["get", "pods", "-o=name"])
        .lines()
        .next()
        .map(str::to_owned)
        .unwrap_or_default();
    let evicted = r#"{"status":{"phase":"Failed","reason":"Evicted","message":"The node was low on memory"}}"#;
    greeter.kubectl(&[
        "patch",
        &pod,
        "--subresource=status",
        "--type=merge",
        "-p",
        evicted,
    ]);
    greeter.settle("hello");

    let plan = greeter.plan_live(&["canary", "--steps", "25", "--pause", "1s"]);
    greeter.carry_out("apply", &plan, &[]).assert_done();
    greeter.assert_state(&plan, 6);
    greeter.carry_out("undo", &plan, &[]).assert_done();
    assert_eq!(greeter.objects(), before);
    assert_eq!(
        greeter.kubectl(&["get", &pod, "-o=jsonpath={.status.reason}"]),
        "Evicted"
    );
}

/// All gates hold at the moment of the next write, also after a long pause; and when it is approved.
#[test]
fn a_canary_pod_that_dies_in_a_pause_is_replaced_before_the_next_write() {
    let greeter = Greeter::new("dies");
    greeter.serve(&hello());
    let slow = new_version(&hello(), json!({ "cutover.dev/test-ready-after": "4s" }));
    let plan = greeter.plan(&["canary", "--steps", "25"], &hello(), &slow);
    let mut run = greeter.begin("apply", &plan, &[]);
    run.until_pause();
    let pods = ["pods", "--selector=app=hello,track!=stable"];
    greeter.kubectl(&[&["delete"], &pods[..], &["--wait=false"]].concat());
    run.until(&json!({ "event": "waiting", "gate": "hello-canary 1 available" }));
    // Nobody approves what is not there to be seen.
    let approve = ["approve", "hello", "--step", "1"];
    while let early = greeter.run(&approve)
        && !early.success
    {
        early.assert_failed(&["step 1 of plan hello cannot be approved yet"]);
    }
    run.until(&json!({ "event": "step", "number": 2 }));
    let ready = "-o=jsonpath={.items[*].status.conditions[?(@.type==\"Ready\")].status}";
    let ready = greeter.kubectl(
        &[
            &["get"],
            &pods[..],
            &["--field-selector=status.phase=Running", ready],
        ]
        .concat(),
    );
    assert!(ready.contains("True"), "{ready}");
    run.end().assert_done();
}
