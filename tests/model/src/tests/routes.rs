//! A gateway follows a route, and its controller says so.

use cutover_manifest::Manifest;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::patch;
use crate::{Model, Write};

fn route() -> Manifest {
    Manifest::new(json!({
        "apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute",
        "metadata": {"name": "hello", "namespace": "default"},
        "spec": {"parentRefs": [{"name": "public"}], "rules": [{"backendRefs": [
            {"name": "old", "port": 80, "weight": 1}, {"name": "new", "port": 80, "weight": 0}]}]},
    }))
    .unwrap()
}

/// When the status speaks of the newest form, and when requests go by it.
fn follows(seed: u64) -> [SignedDuration; 2] {
    let mut model = Model::new(seed, Timestamp::UNIX_EPOCH);
    model.write(&Write::Create(route()), "test", false).unwrap();
    assert!(model.drive_bounded(100));
    let object = route().object().clone();
    let is_taken = |model: &Model| {
        let live = model.server.get(&object).unwrap();
        let seen = "/status/parents/0/conditions/0/observedGeneration";
        live.pointer(seen).is_some() && live.pointer(seen) == live.pointer("/metadata/generation")
    };
    let weight = |model: &Model| model.routed(&object)[0].weights["new"];
    assert!(is_taken(&model) && model.is_routed(&object));
    let share =
        json!([{"op": "replace", "path": "/spec/rules/0/backendRefs/1/weight", "value": 1}]);
    patch(&mut model, &object, share).unwrap();
    let (begun, limit) = (model.now, model.now + SignedDuration::from_mins(1));
    let mut seen = [None; 2];
    while seen.contains(&None) && model.now < limit {
        model.step(limit);
        let found = [is_taken(&model), weight(&model) == 1];
        for (seen, found) in seen.iter_mut().zip(found) {
            *seen = seen.or(found.then(|| model.now.duration_since(begun)));
        }
    }
    assert!(model.is_routed(&object));
    seen.map(|seen| seen.expect("a gateway follows"))
}

/// A failure means that the simulation knows gateways which no real one is like, or only those that
/// a run need not wait for.
#[test]
fn a_gateway_is_behind_its_status_and_at_times_before_it() {
    let (mut behind, mut before, mut late) = (0, 0, 0);
    for seed in 0..300 {
        let [status, requests] = follows(seed);
        let lag = requests - status;
        assert!(lag < SignedDuration::from_secs(3), "{seed}: {lag:?}");
        assert!(status < SignedDuration::from_secs(27), "{seed}: {status:?}");
        behind += u32::from(lag > SignedDuration::from_secs(1));
        before += u32::from(lag < SignedDuration::ZERO);
        late += u32::from(status > SignedDuration::from_secs(5));
    }
    assert!(
        behind > 50 && before > 50 && late > 10,
        "{behind} {before} {late}"
    );
}

/// A failure means that labels count for a change of where requests go.
#[test]
fn labels_make_no_new_form() {
    let mut model = Model::new(1, Timestamp::UNIX_EPOCH);
    model.write(&Write::Create(route()), "test", false).unwrap();
    assert!(model.drive_bounded(100));
    let object = route().object().clone();
    let generation = |model: &Model| {
        let live = model.server.get(&object).unwrap();
        live.pointer("/metadata/generation").and_then(Value::as_u64)
    };
    let label = json!([{"op": "add", "path": "/metadata/labels", "value": {"a": "b"}}]);
    patch(&mut model, &object, label).unwrap();
    assert_eq!(generation(&model), Some(1));
    assert!(model.is_routed(&object));
}
