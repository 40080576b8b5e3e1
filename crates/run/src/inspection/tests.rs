use serde_json::{Value, json};

use super::*;
use crate::api::event::Fault;
use crate::examples::{manifest, rolling};

/// The step that rolls hello, waited for since ten.
fn journal(edit: impl FnOnce(&mut Journal)) -> Journal {
    let plan = rolling();
    let position = json!({
        "digest": plan.digest, "step": step(&plan), "stage": "waiting", "direction": "forward",
        "from": 0, "to": 0, "halfway": false, "since": "2026-11-29T10:00:00Z",
        "started": "2026-11-29T09:59:00Z", "by": "me",
    });
    let mut journal = Journal {
        position: serde_json::from_value(position).unwrap(),
        bound: crate::bind::Bound::unseen(plan),
        wishes: crate::journal::Wishes::default(),
    };
    edit(&mut journal);
    journal
}

/// The first step that waits for pods.
fn step(plan: &Plan) -> usize {
    let mut steps = plan.spec.steps.iter();
    let waits = |gate: &Gate| gate.counted().is_some();
    1 + steps.position(|step| step.gates.iter().any(waits)).unwrap()
}

fn inspection(journal: &Journal) -> Inspection {
    Inspection::of_run(journal, "prod").unwrap()
}

fn list(inspection: &mut Inspection, kind: &str, found: &[Value]) {
    let scopes: Vec<Scope> = inspection.scopes().cloned().collect();
    for scope in scopes.into_iter().filter(|scope| scope.kind == kind) {
        let found = found.iter().cloned().map(manifest).collect();
        inspection.handle_event(Event::Listed(scope, found));
    }
}

fn deployment() -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": { "name": "hello", "namespace": "prod", "uid": "d", "generation": 1 },
        "spec": { "replicas": 3, "selector": { "matchLabels": { "app": "hello" } }, "template": template() },
        "status": { "observedGeneration": 1 },
    })
}

fn template() -> Value {
    json!({
        "metadata": { "labels": { "app": "hello" } },
        "spec": { "containers": [{ "name": "hello", "image": "hello:2" }] },
    })
}

fn replica_set() -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "ReplicaSet",
        "metadata": { "name": "hello-2", "namespace": "prod", "uid": "r", "ownerReferences": [
            { "kind": "Deployment", "uid": "d", "controller": true },
        ]},
        "spec": { "template": template() },
    })
}

fn pod(name: &str, status: Value) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {
            "name": name, "namespace": "prod", "uid": name, "labels": { "app": "hello" },
            "creationTimestamp": "2026-11-29T10:00:01Z",
            "ownerReferences": [{ "kind": "ReplicaSet", "uid": "r", "controller": true }],
        },
        "status": status,
    })
}

fn now() -> Timestamp {
    "2026-11-29T10:05:00Z".parse().unwrap()
}

/// A failure means that a crash loop, a pod that starts and one that is ready read alike.
#[test]
fn pods_are_told_apart() {
    let journal = journal(|_| {});
    let mut inspection = inspection(&journal);
    list(&mut inspection, "Deployment", &[deployment()]);
    list(&mut inspection, "ReplicaSet", &[replica_set()]);
    let crash = json!({
        "conditions": [{ "type": "Ready", "status": "False", "lastTransitionTime": "2026-11-29T10:02:00Z" }],
        "containerStatuses": [{
            "name": "hello", "restartCount": 4, "state": { "waiting": { "reason": "CrashLoopBackOff" } },
            "lastState": { "terminated": { "exitCode": 1 } },
        }],
    });
    let ready = json!({ "conditions": [{ "type": "Ready", "status": "True" }] });
    let pods = [pod("a", crash), pod("b", json!({})), pod("c", ready)];
    list(&mut inspection, "Pod", &pods);

    let status = inspection.in_run(&journal, now());
    let hello = status
        .iter()
        .find(|status| !status.pods.is_empty())
        .unwrap();
    let expect = json!({
        "gate": "hello 3 available", "state": "waits", "stands": "1 of 3 available",
        "since": "2026-11-29T10:00:00Z",
        "pods": [
            {
                "name": "a", "trouble": "crashLoop", "since": "2026-11-29T10:02:00Z",
                "message": "container hello: CrashLoopBackOff (exit code 1, 4 restarts)",
            },
            { "name": "b", "trouble": "starting", "since": "2026-11-29T10:00:01Z" },
        ],
    });
    assert_eq!(serde_json::to_value(hello).unwrap(), expect);
}

/// A failure means that what nobody could look at counts as held.
#[test]
fn what_cannot_be_looked_at_is_not_known() {
    let journal = journal(|_| {});
    let mut inspection = inspection(&journal);
    let pods = inspection.scopes().find(|scope| scope.kind == "Pod");
    let fault = Fault {
        code: 403,
        message: "pods are forbidden".into(),
        ..Fault::default()
    };
    inspection.handle_event(Event::Unwatched(pods.unwrap().clone(), fault));
    let status = inspection.in_run(&journal, now());
    assert!(
        status
            .iter()
            .all(|status| status.state == GateState::Unknown)
    );
    assert!(
        status[0].stands.contains("pods are forbidden"),
        "{status:?}"
    );
    let (open, _) = inspection.open(Duration::of_seconds(0), now()).unwrap();
    assert_eq!(open.len(), status.len());
}

/// A failure means that a person is asked before there is anything to approve, or is not told that
/// they are.
#[test]
fn a_person_is_asked_once_all_else_holds() {
    let wish = Wish {
        by: "ada".into(),
        at: now(),
    };
    let gate = Gate::Pause(Pause::person());
    let check = |approval: Option<&Wish>, held: Option<Timestamp>, expect: GateState| {
        assert_eq!(person(&gate, approval, held).state, expect);
    };
    check(None, None, GateState::Later);
    check(None, Some(now()), GateState::Asks);
    check(Some(&wish), Some(now()), GateState::Holds);
}

/// A failure means that an operator reads of gates that nobody waits for.
#[test]
fn a_run_that_is_over_or_writes_waits_for_nothing() {
    let check = |edit: fn(&mut Journal)| {
        let journal = journal(edit);
        assert_eq!(inspection(&journal).in_run(&journal, now()), []);
    };
    check(|journal| journal.position.stage = Stage::Writing);
    check(|journal| journal.position.ended = Some(crate::outcome::Outcome::Done));
    check(|journal| journal.position.step = 90);
}
