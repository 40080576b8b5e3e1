use cutover::manifest::ObjectRef;
use cutover::planning::{Budget, Deployment, Role, Routed, Workload};
use serde_json::{Value, json};

use super::example::{deployment, hello, patched, plan, service, with};
use crate::exposure;

fn check(plan: &cutover::Checked, expect: &[&str]) {
    let states = exposure(plan).unwrap();
    let shares: Vec<String> = states
        .iter()
        .map(|state| state[0].map_or_else(|| "–".into(), |share| share.to_string()))
        .collect();
    assert_eq!(shares, expect);
}

#[test]
fn an_adopted_label_is_no_version() {
    let plan = hello(json!({"blueGreen": {"activeService": "hello"}}));
    check(
        &plan,
        &[
            "0 %", "0 %", "0 %", "0 %", "100 %", "100 %", "100 %", "100 %", "100 %",
        ],
    );
}

#[test]
fn a_restart_is_no_version() {
    let restart = json!({"restart": {"at": "2026-11-24T10:00:00Z"}});
    let runs = [deployment("hello", 3, "1.0.0"), service("hello")];
    check(&plan(restart, &runs, &runs), &["0 %", "0 %"]);
}

#[test]
fn a_slot_that_stands_idle_is_not_what_answers() {
    let slot = |slot: &str, replicas, tag| {
        let labels = json!({"app": "hello", "slot": slot});
        let set = with(
            deployment("hello", replicas, tag),
            "/metadata/name",
            format!("hello-{slot}").into(),
        );
        let set = with(set, "/spec/selector/matchLabels", labels.clone());
        with(set, "/spec/template/metadata/labels", labels)
    };
    let picks = |value: &str| {
        with(
            service("hello"),
            "/spec/selector",
            json!({"app": "hello", "slot": value}),
        )
    };
    let slots = [slot("blue", 3, "2"), slot("green", 3, "1")];
    let states = ["blue", "green"].map(|value| [slots.to_vec(), vec![picks(value)]].concat());
    let set = Deployment::reference(None, "hello-blue");
    let mut workload = Workload::new(set, Budget::default(), 3, 6);
    workload.add(Role::Green, Deployment::reference(None, "hello-green"));
    let service = ObjectRef::new("v1", "Service", None, "hello");
    workload.routers = vec![Routed::new(service)];
    // Back to the version that the idle slot still has.
    let [blue, green] = &states;
    check(&patched(vec![workload], blue, green), &["0 %", "100 %"]);
}

#[test]
fn a_share_that_kubernetes_does_not_split_by_pods_is_unknown() {
    let mut sticky = service("hello");
    sticky["spec"]["sessionAffinity"] = json!("ClientIP");
    let all = |tag| [deployment("hello", 1, tag), sticky.clone()];
    let steps: Value = json!([{"setWeight": 50}]);
    check(
        &plan(json!({"canary": {"steps": steps}}), &all("1"), &all("2")),
        &[
            "0 %",
            "0–100 %",
            "100 %",
            "100 %",
            "100 %",
            "100 %",
            "100 %",
        ],
    );
}

#[test]
fn nobody_answers_without_pods() {
    let all = |tag| [deployment("hello", 0, tag)];
    check(
        &plan(json!({"rolling": {}}), &all("1"), &all("2")),
        &["–", "–"],
    );
}
