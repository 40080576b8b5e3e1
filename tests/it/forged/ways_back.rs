//! Ways back that do something of their own.

use cutover::manifest::{Manifest, ObjectRef};
use cutover::planning::{
    Asked, Available, Change, Gate, Job, Pause, Settled, Smoke, Spec, Webhook, Window,
};
use serde_json::{Value, from_value, json};

use super::{between, binding, deployment, refused, service, state, step, stranger};

const UNTOUCHED: &str = "the way forward does not touch it";
const NO_STATE: &str = "it is so in no state of the way forward";

/// The first way back goes a way of its own before it does what it should.
fn detour(spec: &mut Spec, steps: Vec<Vec<Change>>) {
    let steps = steps.into_iter().map(step);
    spec.undo[0].steps.splice(0..0, steps);
}

/// The first way back holds an object otherwise for a while.
fn meanwhile(spec: &mut Spec, object: &ObjectRef, edit: impl FnOnce(&Manifest) -> Manifest) {
    let state = state(spec, 1);
    let before = state.get(object).unwrap();
    let after = edit(before);
    detour(
        spec,
        vec![vec![between(before, &after)], vec![between(&after, before)]],
    );
}

/// Whoever goes back does not want the new version, ready or not.
#[test]
fn pods_of_the_new_version() {
    let there = |spec: &mut Spec| {
        let end = state(spec, spec.steps.len());
        let new = end.get(&deployment("hello")).unwrap().clone();
        meanwhile(spec, &deployment("hello"), |_| new);
    };
    let words =
        "undo from step 1, step 1: Deployment hello: a way back starts pods of the new version";
    refused("canary/hello", there, &[words]);
    let more = |spec: &mut Spec| {
        meanwhile(spec, &deployment("hello-canary"), |set| {
            set.set("/spec/replicas", json!(2)).unwrap()
        });
    };
    let words = "undo from step 1, step 1: Deployment hello-canary: a way back starts pods of the new version";
    refused("canary/hello", more, &[words]);
}

#[test]
fn times_that_sets_do_not_take() {
    let within = |limit: &'static str| {
        move |spec: &mut Spec| {
            let mut steps = spec.undo.iter_mut().flat_map(|undo| &mut undo.steps);
            let step = steps.find(|step| !step.gates.is_empty()).unwrap();
            step.within = Some(limit.parse().unwrap());
        }
    };
    let words = "a way back gives up before the sets do that it waits for";
    refused("canary/hello", within("1s"), &[words]);
    let words = "a way back waits for longer than the sets and gateways take that it waits for";
    refused("canary/hello", within("100h"), &[words]);
}

#[test]
fn objects_of_its_own() {
    let place = "undo from step 1, step 1: ClusterRoleBinding evil";
    let made = || Change::Create(binding());
    let gone = || Change::Delete(binding().object().clone());
    let words = &[place, UNTOUCHED];
    refused(
        "canary/hello",
        |spec| detour(spec, vec![vec![made()], vec![gone()]]),
        words,
    );
    // It waits in between, for something else.
    let settled = || {
        Gate::Settled(Settled {
            object: deployment("hello"),
            replicas: 3,
        })
    };
    let waits = |spec: &mut Spec| {
        detour(spec, vec![vec![made()], vec![], vec![gone()]]);
        spec.undo[0].steps[1].gates.push(settled());
    };
    refused("blue-green/hello", waits, words);
    // Within what it does anyway.
    let beside = |spec: &mut Spec| {
        spec.undo[0].steps[0].changes.push(made());
        spec.undo[0].steps[1].changes.push(gone());
    };
    refused("canary/hello", beside, words);
    refused(
        "canary/hello",
        |spec| detour(spec, vec![vec![made(), gone()]]),
        &["undo from step 1, step 1: ClusterRoleBinding evil is changed twice"],
    );
}

/// An object of `from` that the way forward leaves alone.
#[test]
fn objects_that_the_way_forward_leaves_alone() {
    let shrunk = |count: u32| {
        move |spec: &mut Spec| {
            spec.from.push(stranger(3));
            let object = stranger(3).object().clone();
            meanwhile(spec, &object, |set| {
                set.set("/spec/replicas", json!(count)).unwrap()
            });
        }
    };
    let words = &["undo from step 1, step 1: Deployment stranger", UNTOUCHED];
    refused("canary/hello", shrunk(0), words);
    refused("canary/hello", shrunk(300), words);
    let gone = |spec: &mut Spec| {
        spec.from.push(stranger(3));
        let gone = Change::Delete(stranger(3).object().clone());
        detour(spec, vec![vec![gone], vec![Change::Create(stranger(3))]]);
    };
    refused("canary/hello", gone, words);
    let service = |spec: &mut Spec| {
        let object = service("hello");
        meanwhile(spec, &object, |service| {
            service.set("/spec/type", json!("LoadBalancer")).unwrap()
        });
    };
    let words = &["undo from step 1, step 1: Service hello", UNTOUCHED];
    refused("canary/hello", service, words);
}

/// An object that the way forward touches, in a field which it leaves alone.
#[test]
fn fields_that_the_way_forward_leaves_alone() {
    let check = |pointer: &str, value: Value| {
        let forge = |spec: &mut Spec| {
            let object = deployment("hello-canary");
            meanwhile(spec, &object, |set| set.set(pointer, value).unwrap());
        };
        let place = "undo from step 1, step 1: Deployment hello-canary: ";
        refused("canary/hello", forge, &[place, pointer, NO_STATE]);
    };
    let container = "/spec/template/spec/containers/0";
    check(&format!("{container}/image"), json!("evil.example/miner:1"));
    check(
        &format!("{container}/securityContext"),
        json!({"privileged": true}),
    );
    check("/spec/template/spec/hostPID", json!(true));
    check("/spec/minReadySeconds", json!(60));
    check("/spec/paused", json!(true));
    check("/metadata/labels", json!({"app": "other"}));
}

/// What nobody may wait for who goes back.
#[test]
fn questions() {
    let check = |gate: Gate| {
        let forge = |spec: &mut Spec| spec.undo[1].steps[0].gates.push(gate);
        let words = "undo from step 2, step 1: a way back waits for no person";
        refused("canary/hello", forge, &[words]);
    };
    check(Gate::Pause(Pause::person()));
    check(Gate::Pause(Pause::of("1s".parse().unwrap())));
    let window: Window =
        from_value(json!({"from": "09:00", "to": "10:00", "timezone": "UTC"})).unwrap();
    check(Gate::Window(window));
    let smoke: Smoke = from_value(json!({"url": "http://hello/ready"})).unwrap();
    check(Gate::Smoke(smoke));
    let webhook: Webhook = from_value(json!({"url": "http://evil.example/"})).unwrap();
    check(Gate::Webhook(webhook));
    let job: Job = from_value(json!({"manifest": {
        "apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "evil"},
        "spec": {"template": {"spec": {"restartPolicy": "Never", "hostPID": true, "containers": [
            {"name": "evil", "image": "evil:1", "securityContext": {"privileged": true}}]}}},
    }}))
    .unwrap();
    check(Gate::Job(job));
    let shares = |spec: &mut Spec| {
        spec.undo[1].steps[0].shares.push(Asked {
            workload: "hello".into(),
            asked: from_value(json!(25)).unwrap(),
            overload: false,
        });
    };
    let words = "undo from step 2, step 1: a way back waits for no person";
    refused("canary/hello", shares, &[words]);
}

#[test]
fn pods_that_are_why_one_goes_back() {
    let forge = |spec: &mut Spec| {
        let available = Available::all(deployment("hello-canary"), 1);
        spec.undo[1].steps[0].gates = vec![Gate::Available(available)];
    };
    let words = "undo from step 2, step 1: Deployment hello-canary: a way back waits for pods of the new version";
    refused("canary/hello", forge, &[words]);
}

/// Where a way back ends is held against the digests of the way forward.
#[test]
fn ends_elsewhere() {
    let check = |forge: fn(&mut Spec), words: &str| refused("canary/hello", forge, &[words]);
    check(
        |spec| spec.undo[1].steps.clear(),
        "undo from step 2: it does not end where it says",
    );
    check(
        |spec| spec.undo[3].to = 2,
        "undo from step 4: it does not end where it says",
    );
    check(
        |spec| spec.undo[3].to = 4,
        "undo from step 4: it does not lead back",
    );
    check(
        |spec| spec.undo.swap(2, 3),
        "there is not one way back a step",
    );
    check(
        |spec| drop(spec.undo.pop()),
        "there is not one way back a step",
    );
    check(
        |spec| {
            let left = Change::Create(binding());
            spec.undo[1].steps[0].changes.push(left);
        },
        "undo from step 2: it does not end where it says",
    );
}

/// A set whose pods are on their way is taken back within the budget that the plan promises: a way
/// back that gives its controller another one breaks the floor.
#[test]
fn a_roll_that_is_taken_back_by_another_budget() {
    let hello = deployment("hello");
    let bold = |spec: &mut Spec| {
        let (rolled, start) = (state(spec, 5), state(spec, 4));
        let [rolled, start] = [&rolled, &start].map(|state| state.get(&hello).unwrap());
        let all = json!({"rollingUpdate": {"maxSurge": 1, "maxUnavailable": "100%"}});
        let bold = start.set("/spec/strategy", all).unwrap();
        let back = &mut spec.undo[4].steps;
        back[0].changes = vec![between(rolled, &bold)];
        back.push(step(vec![between(&bold, start)]));
    };
    refused(
        "canary/hello",
        bold,
        &["undo from step 5, step 1: hello: 1 pods may answer, and 3 are promised"],
    );
}

/// What only a later step does, past those who are asked before it, no way back does.
#[test]
fn states_that_come_later() {
    let later = |spec: &mut Spec| {
        let end = state(spec, spec.steps.len());
        let last = end.get(&service("hello")).unwrap().clone();
        meanwhile(spec, &service("hello"), |_| last);
    };
    let words = "undo from step 1, step 1: Service hello: /spec/selector/tier: it is so in no state of the way forward to there";
    refused("rolling/widen-roll-narrow", later, &[words]);
}
