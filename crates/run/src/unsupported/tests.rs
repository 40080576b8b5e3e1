use std::num::NonZeroU32;

use cutover_check::check;
use cutover_manifest::ObjectRef;
use cutover_plan::{OnFailure, Outdated, Replace};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::*;
use crate::api::effect::Effect;
use crate::examples::{deployment, edited, manifest, rolling, with_object};
use crate::now::Now;
use crate::options::{Goal, Options};
use crate::outcome::Outcome;
use crate::run::Run;

fn check_said(plan: &Plan, expect: &str) {
    let error = refuse_unsupported(plan).unwrap_err().to_string();
    let (said, hint) = error.split_once("\nhint: ").unwrap();
    assert_eq!(said, expect);
    assert!(!hint.is_empty());
}

fn check_refused(plan: &Plan, expect: &str) {
    check_said(plan, expect);
    let error = refuse_unsupported(plan).unwrap_err().to_string();
    // Neither a Lease nor anything else is written, whatever the run is for.
    for goal in [Goal::Apply, Goal::Back { to: 0 }, Goal::Try] {
        let options = Options::new("default", "me");
        let mut run = Run::new(check(plan.clone()).unwrap(), Options { goal, ..options });
        run.handle_timeout(Now::simulated(Timestamp::UNIX_EPOCH));
        while let Some(effect) = run.poll_effect() {
            assert!(matches!(effect, Effect::Tell(_)), "{effect:?}");
        }
        let reason = error.clone().into();
        assert_eq!(run.outcome(), Some(&Outcome::Refused { reason }));
    }
}

/// The plan with two routes, and with a gate more at its second step.
fn with_gate(gate: Value) -> Plan {
    let gate: Gate = serde_json::from_value(gate).unwrap();
    let routes = ["HTTPRoute", "GRPCRoute"].map(|kind| manifest(json!({
        "apiVersion": "gateway.networking.k8s.io/v1", "kind": kind, "metadata": {"name": "hello"},
        "spec": {"rules": [{"backendRefs": [{"name": "hello", "port": 80}]}]},
    })));
    let plan = routes
        .into_iter()
        .fold(rolling(), |plan, route| with_object(&plan, route));
    edited(&plan, |spec| spec.steps[1].gates.push(gate))
}

fn route(kind: &str) -> Value {
    let version = "gateway.networking.k8s.io/v1";
    json!(ObjectRef::new(version, kind, None, "hello"))
}

fn object() -> Value {
    json!(deployment())
}

#[test]
fn what_is_carried_out_is_not_refused() {
    assert_eq!(refuse_unsupported(&rolling()), Ok(()));
    let office = json!({"from": "09:00", "to": "16:00", "timezone": "UTC"});
    for gate in [
        json!({"window": office}),
        json!({"pause": {}}),
        json!({"smoke": {"url": "http://hello"}}),
        json!({"available": {"object": object(), "replicas": 0}}),
        json!({"available": {"object": object()}}),
        json!({"held": {"object": object()}}),
        json!({"routed": {"object": route("HTTPRoute"), "settle": "2s"}}),
        json!({"drained": {"object": route("HTTPRoute"), "after": "30s"}}),
    ] {
        assert_eq!(refuse_unsupported(&with_gate(gate)), Ok(()));
    }
}

#[test]
fn routed() {
    let plan = with_gate(json!({"routed": {"object": route("GRPCRoute"), "settle": "2s"}}));
    check_refused(
        &plan,
        "step 2: this version does not carry out the gate `routed` of GRPCRoute hello",
    );
}

#[test]
fn drained() {
    let plan = with_gate(json!({"drained": {"object": route("GRPCRoute"), "after": "30s"}}));
    check_refused(
        &plan,
        "step 2: this version does not carry out the gate `drained` of GRPCRoute hello",
    );
}

#[test]
fn available_with_updated() {
    let said = "step 2: this version does not carry out the gate `available` of Deployment hello with `updated`";
    // Also where it says of none, or of all.
    for updated in [0, 1, 3] {
        let gate = json!({"object": object(), "replicas": 3, "updated": updated});
        check_said(&with_gate(json!({"available": gate})), said);
    }
    let gate = json!({"object": object(), "updated": 1});
    check_said(&with_gate(json!({"available": gate})), said);
}

#[test]
fn replace() {
    let replace = Replace {
        object: ObjectRef::new("apps/v1", "StatefulSet", Some("prod"), "db"),
        pods: Outdated::Outdated,
        at_most: NonZeroU32::MIN,
    };
    let plan = edited(&rolling(), |spec| {
        spec.steps[0].changes.push(Change::Replace(replace.clone()));
    });
    let said = "this version does not carry out the change `replace` of StatefulSet prod/db";
    check_said(&plan, &format!("step 1: {said}"));
    // A change of a step is told before its gates, and the first step before the others.
    let also = edited(&plan, |spec| {
        spec.on_failure = OnFailure::Undo;
        let gate = json!({"routed": {"object": route("GRPCRoute"), "settle": "2s"}});
        spec.steps[0]
            .gates
            .push(serde_json::from_value(gate).unwrap());
    });
    check_said(&also, &format!("step 1: {said}"));
    let back = edited(&rolling(), |spec| {
        let undo = &mut spec.undo[1];
        undo.steps[0].changes.push(Change::Replace(replace));
    });
    check_said(&back, &format!("undo from step 2: step 1: {said}"));
}
