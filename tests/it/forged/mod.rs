//! Plans that somebody has forged and digested again: what they do is all that can give them away.
//!
//! Each is a golden plan with something changed, and all of its digests right.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that panics has failed"
)]

mod autoscalers;
mod between;
mod documents;
mod gates;
mod patches;
mod pods;
mod routers;
mod routes;
mod ways_back;
mod workloads;

use std::collections::BTreeMap;
use std::sync::Mutex;

use cutover::manifest::{Bundle, Manifest, ObjectRef};
use cutover::planning::{Change, Phase, Spec, Step, Undo, apply, state_digest};
use cutover::{Plan, check};
use serde_json::{Value, json};
use xtask::golden::Case;

/// A golden plan that is forged is refused, with these words.
#[track_caller]
fn refused(golden_case: &str, forge: impl FnOnce(&mut Spec), words: &[&str]) {
    let plan = golden(golden_case);
    let mut spec = plan.spec;
    forge(&mut spec);
    let forged = digested(&plan.metadata.name, spec);
    let Err(broken) = check(forged) else {
        panic!("it is believed: {words:?}")
    };
    let texts: Vec<String> = broken.iter().map(ToString::to_string).collect();
    let said = |words: &&str| texts.iter().any(|text| text.contains(words));
    assert!(
        words.iter().all(said),
        "no {words:?} in:\n{}",
        texts.join("\n")
    );
}

/// Whether a plan that is forged is believed.
fn believed(plan: &Plan, forge: impl FnOnce(&mut Spec)) -> bool {
    let mut spec = plan.spec.clone();
    forge(&mut spec);
    check(digested(&plan.metadata.name, spec)).is_ok()
}

/// The plan of a golden case, made once for all tests.
fn golden(name: &str) -> Plan {
    static PLANS: Mutex<BTreeMap<String, Plan>> = Mutex::new(BTreeMap::new());
    let mut plans = PLANS.lock().unwrap();
    let made = || {
        let cases = Case::golden().unwrap();
        let case = cases.iter().find(|case| case.name() == name);
        case.unwrap().plan().unwrap().into_plan()
    };
    plans.entry(name.to_owned()).or_insert_with(made).clone()
}

/// A plan with its digests, as far as its changes can be made.
fn digested(name: &str, mut spec: Spec) -> Plan {
    let mut state: Bundle = spec.from.iter().cloned().collect();
    let mut states = vec![state.clone()];
    for step in &mut spec.steps {
        digest_after(&mut state, step);
        states.push(state.clone());
    }
    for undo in &mut spec.undo {
        let Some(mut state) = states.get(undo.from).cloned() else {
            continue;
        };
        for step in &mut undo.steps {
            digest_after(&mut state, step);
        }
    }
    Plan::new(name, spec).unwrap()
}

fn digest_after(state: &mut Bundle, step: &mut Step) {
    if apply(state, step, 0).is_ok() {
        step.state = state_digest(state).unwrap();
    }
}

/// Each step is taken back by its inverses, to the state before it and without a gate.
fn back_by_inverses(spec: &mut Spec) {
    spec.undo.clear();
    for from in 1..=spec.steps.len() {
        let (before, after) = (state(spec, from - 1), state(spec, from));
        let objects = spec.steps[from - 1].changes.iter().map(Change::object);
        let back = objects.rev();
        let back = back.filter_map(|object| Change::between(after.get(object), before.get(object)));
        let steps = vec![step(back.collect())];
        let to = from - 1;
        spec.undo.push(Undo { from, to, steps });
    }
}

/// The state after a step, by what the spec says.
fn state(spec: &Spec, after: usize) -> Bundle {
    let mut state = spec.from.iter().cloned().collect();
    for step in &spec.steps[..after] {
        apply(&mut state, step, 0).unwrap();
    }
    state
}

/// A step with these changes and nothing else.
fn step(changes: Vec<Change>) -> Step {
    Step {
        phase: Phase::new("forged").unwrap(),
        changes,
        shares: Vec::new(),
        within: None,
        gates: Vec::new(),
        state: state_digest(&Bundle::new()).unwrap(),
    }
}

/// What leads from one state of an object to another.
fn between(before: &Manifest, after: &Manifest) -> Change {
    Change::between(Some(before), Some(after)).unwrap()
}

/// The object of a kind and a name as it is in a state.
fn of(state: &Bundle, kind: &str, name: &str) -> Manifest {
    let mut found = state.of_kind(kind);
    found
        .find(|manifest| manifest.object().name == name)
        .unwrap()
        .clone()
}

fn deployment(name: &str) -> ObjectRef {
    ObjectRef::new("apps/v1", "Deployment", None, name)
}

fn service(name: &str) -> ObjectRef {
    ObjectRef::new("v1", "Service", None, name)
}

fn manifest(value: Value) -> Manifest {
    Manifest::new(value).unwrap()
}

/// A Deployment of nobody's in the plan.
fn stranger(replicas: u32) -> Manifest {
    manifest(json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "stranger"},
        "spec": {
            "replicas": replicas, "selector": {"matchLabels": {"app": "stranger"}},
            "template": {
                "metadata": {"labels": {"app": "stranger"}},
                "spec": {"containers": [{"name": "stranger", "image": "stranger:1"}]}}},
    }))
}

/// Who may do everything.
fn binding() -> Manifest {
    manifest(json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": {"name": "evil"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"},
        "subjects": [{"kind": "ServiceAccount", "name": "evil", "namespace": "evil"}],
    }))
}

/// A failure means that every forgery below is refused for something else.
#[test]
fn what_is_only_digested_again_is_believed() {
    for case in Case::golden().unwrap() {
        // Some cases show what is refused.
        let Ok(plan) = case.plan() else { continue };
        let again = digested(&plan.metadata.name, plan.spec.clone());
        assert_eq!(again, *plan, "{}", case.name());
        assert!(believed(&plan, |_| ()), "{}", case.name());
    }
}
