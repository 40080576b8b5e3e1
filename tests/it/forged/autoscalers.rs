//! Plans that count pods whose number an autoscaler writes too.

use cutover::manifest::{Field, Manifest, ObjectRef};
use cutover::planning::{Change, Gate, Held, Pause, Spec};
use serde_json::json;

use super::{back_by_inverses, believed, between, golden, of, refused, state, step};

const CASE: &str = "canary/autoscaler-held";
const FREE: &str = "Deployment hello: /spec/replicas: an autoscaler may write it too";
const NARROW: &str = "its limits leave out the number of pods that the plan gives its set";

const KIND: &str = "HorizontalPodAutoscaler";

fn autoscaler(spec: &Spec, after: usize) -> Manifest {
    of(&state(spec, after), KIND, "hello")
}

/// Another autoscaler while it is held, from the first step to the last.
fn held_as(edit: impl Fn(&Manifest) -> Manifest) -> impl FnOnce(&mut Spec) {
    move |spec| {
        let (last, from) = (spec.steps.len(), autoscaler(spec, 0));
        let (held, end) = (edit(&autoscaler(spec, 1)), autoscaler(spec, last));
        spec.steps[0].changes = vec![between(&from, &held)];
        spec.steps[last - 1].changes = vec![between(&held, &end)];
        back_by_inverses(spec);
    }
}

#[test]
fn nothing_holds_it() {
    let gone = |spec: &mut Spec| {
        let (from, last) = (autoscaler(spec, 0), spec.steps.len());
        let end = autoscaler(spec, last);
        spec.steps[last - 1].changes = vec![between(&from, &end)];
        spec.steps.remove(0);
        back_by_inverses(spec);
    };
    refused(CASE, gone, &[&format!("step 2: {FREE}")]);
    let half = held_as(|held| held.without(Field::new("/spec/behavior/scaleUp")));
    refused(CASE, half, &[&format!("step 3: {FREE}")]);
    let nothing = "its gate waits for it to stand still, and nothing holds it";
    let half = held_as(|held| held.without(Field::new("/spec/behavior/scaleUp")));
    refused(CASE, half, &[nothing]);
}

/// A patch alone says nothing of what the autoscaler is doing right now.
#[test]
fn nobody_has_seen_it_held() {
    let unseen = |spec: &mut Spec| spec.steps[0].gates.clear();
    refused(CASE, unseen, &[&format!("step 3: {FREE}")]);
    let back = |spec: &mut Spec| {
        let last = spec.undo.last_mut().unwrap();
        last.steps[0].gates.clear();
    };
    let words = format!("undo from step 9, step 1: {FREE}");
    refused(CASE, back, &[&words]);
}

#[test]
fn it_is_let_go_on_the_way() {
    let meanwhile = |spec: &mut Spec| {
        let (held, free) = (autoscaler(spec, 1), autoscaler(spec, 0));
        let let_go = step(vec![between(&held, &free)]);
        let held_again = step(vec![between(&free, &held)]);
        spec.steps.splice(2..2, [let_go, held_again]);
        back_by_inverses(spec);
    };
    refused(CASE, meanwhile, &[&format!("step 5: {FREE}")]);
    // In the very step that counts.
    let beside = |spec: &mut Spec| {
        let (held, free) = (autoscaler(spec, 1), autoscaler(spec, 0));
        let last = spec.steps.len();
        let end = autoscaler(spec, last);
        spec.steps[2].changes.push(between(&held, &free));
        spec.steps[last - 1].changes = vec![between(&free, &end)];
        back_by_inverses(spec);
    };
    let words = "its gate waits for a number of pods, and an autoscaler may write another";
    refused(CASE, beside, &[words]);
}

/// Nobody can say how many pods there are while a person thinks.
#[test]
fn a_pause_while_it_scales() {
    let paused = |spec: &mut Spec| {
        let last = spec.steps.last_mut().unwrap();
        last.gates.push(Gate::Pause(Pause::person()));
    };
    let words = "how many pods Deployment hello has is not known here, and somebody is asked";
    refused(CASE, paused, &[words]);
}

#[test]
fn limits_that_leave_a_count_out() {
    let most = held_as(|held| held.set("/spec/maxReplicas", json!(2)).unwrap());
    refused(CASE, most, &["step 1", NARROW]);
    let least = held_as(|held| held.set("/spec/minReplicas", json!(3)).unwrap());
    refused(CASE, least, &["step 3", NARROW]);
}

#[test]
fn a_gate_on_what_is_no_autoscaler() {
    let gate = |spec: &mut Spec| {
        let object = ObjectRef::new("v1", "Service", None, "hello");
        spec.steps[1].gates.push(Gate::Held(Held { object }));
    };
    let words = "its gate waits for an autoscaler to stand still, and it is none";
    refused(CASE, gate, &[words]);
}

/// On a way back a held autoscaler may have other limits, and nothing else.
#[test]
fn a_way_back_with_limits_of_its_own() {
    let narrower = |pointer: &'static str, value: u32| {
        move |spec: &mut Spec| {
            let (held, free) = (autoscaler(spec, 1), autoscaler(spec, 0));
            let own = held.set(pointer, json!(value)).unwrap();
            let mut back = vec![step(vec![between(&held, &own)])];
            back.push(step(vec![between(&own, &free)]));
            spec.undo[0].steps = back;
        }
    };
    let plan = golden(CASE);
    assert!(believed(&plan, narrower("/spec/maxReplicas", 3)));
    assert!(believed(&plan, narrower("/spec/minReplicas", 3)));
    let seconds = "/spec/behavior/scaleDown/stabilizationWindowSeconds";
    let words =
        "HorizontalPodAutoscaler hello: /spec/behavior/scaleDown/stabilizationWindowSeconds";
    refused(CASE, narrower(seconds, 1), &[words]);
}

/// An autoscaler that comes before the last count writes it, and one that nobody has seen gone.
#[test]
fn one_that_comes_or_goes() {
    let comes = |spec: &mut Spec| {
        let other = of(&state(spec, 0), KIND, "hello");
        let other = other.set("/metadata/name", json!("other")).unwrap();
        spec.steps[1].changes.push(Change::Create(other));
        back_by_inverses(spec);
    };
    refused(CASE, comes, &[&format!("step 3: {FREE}")]);
    let goes = |spec: &mut Spec| {
        let last = spec.steps.len();
        let (from, end) = (autoscaler(spec, 0), autoscaler(spec, last));
        spec.steps[0].changes = vec![Change::Delete(from.object().clone())];
        spec.steps[last - 1].changes = vec![Change::Create(end)];
        spec.steps[0].gates.clear();
        back_by_inverses(spec);
    };
    refused(CASE, goes, &[&format!("step 3: {FREE}")]);
}
