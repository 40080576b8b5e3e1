//! Shares by route: plans of a planner with one of its rules broken.
//!
//! The golden plan: 1 adopt · 2 the canary and its Service · 3 its backend, without a share · 4 25 % ·
//! 5 a second pod · 6 50 % · 7 the old set is rolled · 8 all to it · 9 the backend goes · 10 the pods ·
//! 11 the objects.

use cutover::manifest::{Bundle, Manifest, ObjectRef};
use cutover::planning::{Change, Drained, Duration, Gate, Spec, Undo};
use serde_json::{Value, json};

use super::{back_by_inverses, deployment, of, refused, service, state, step};

const CASE: &str = "canary/by-route";

/// A forged plan is refused for one of its steps, or ways back.
#[track_caller]
fn check(forge: impl FnOnce(&mut Spec), place: &str, words: &str) {
    refused(CASE, forge, &[&format!("{place}: {words}")]);
}

/// The plan with other forms of the route in its states, taken back by inverses.
fn rerouted(spec: &mut Spec, edit: impl FnOnce(&mut [Manifest])) {
    let states = 0..=spec.steps.len();
    let mut routes: Vec<Manifest> = states.map(|number| route(&state(spec, number))).collect();
    edit(&mut routes);
    for (number, step) in spec.steps.iter_mut().enumerate() {
        step.changes
            .retain(|change| change.object().kind != "HTTPRoute");
        let change = Change::between(Some(&routes[number]), Some(&routes[number + 1]));
        step.changes.extend(change);
    }
    back_by_inverses(spec);
}

/// The plan without some gates of a step, taken back by inverses.
fn without(number: usize, drop: impl Fn(&Gate) -> bool) -> impl FnOnce(&mut Spec) {
    move |spec| {
        spec.steps[number - 1].gates.retain(|gate| !drop(gate));
        back_by_inverses(spec);
    }
}

/// The plan with another way back, over these states; each step waits for nothing.
fn undone(spec: &mut Spec, from: usize, to: usize, over: &[Bundle]) {
    let mut before = state(spec, from);
    let mut steps = Vec::new();
    for after in over {
        let mut objects: Vec<&ObjectRef> = before.objects().chain(after.objects()).collect();
        objects.sort();
        objects.dedup();
        // What goes, goes last: what names it first.
        objects.sort_by_key(|object| !after.contains(object));
        let change = |object: &&ObjectRef| Change::between(before.get(object), after.get(object));
        steps.push(step(objects.iter().filter_map(change).collect()));
        before = after.clone();
    }
    spec.undo[from - 1] = Undo { from, to, steps };
}

fn route(state: &Bundle) -> Manifest {
    of(state, "HTTPRoute", "hello")
}

fn weigh(route: &Manifest, rule: usize, backend: usize, weight: u32) -> Manifest {
    let pointer = format!("/spec/rules/{rule}/backendRefs/{backend}/weight");
    route.set(&pointer, json!(weight)).unwrap()
}

/// The state with the objects of another one in place of its own.
fn with(state: &Bundle, other: &Bundle, objects: &[&ObjectRef]) -> Bundle {
    let mut state = state.clone();
    for object in objects {
        match other.get(object) {
            Some(manifest) => drop(state.insert(manifest.clone())),
            None => drop(state.remove(object)),
        }
    }
    state
}

fn http_route() -> ObjectRef {
    ObjectRef::new("gateway.networking.k8s.io/v1", "HTTPRoute", None, "hello")
}

const NAME: &str = "HTTPRoute hello";

#[test]
fn a_backend_comes_or_goes_with_its_share() {
    check(
        |spec| rerouted(spec, |routes| routes[3] = routes[2].clone()),
        "step 4",
        &format!("{NAME}: a backend comes with a share"),
    );
    check(
        |spec| rerouted(spec, |routes| routes[8] = routes[7].clone()),
        "step 9",
        &format!("{NAME}: a backend goes that may still be given a share"),
    );
}

#[test]
fn a_share_comes_before_ready_pods() {
    let canary = service("hello-canary");
    let sees_canary = |gate: &Gate| matches!(gate, Gate::Endpoints(gate) if gate.object == canary);
    let unseen = |spec: &mut Spec| {
        for step in &mut spec.steps[..4] {
            step.gates.retain(|gate| !sees_canary(gate));
        }
        back_by_inverses(spec);
    };
    check(
        unseen,
        "step 4",
        "hello: 0 pods may answer behind Service hello-canary, and 1 are promised",
    );
    let too_large = |routes: &mut [Manifest]| routes[4] = weigh(&routes[4], 1, 1, 27);
    check(
        |spec| rerouted(spec, too_large),
        "step 4",
        "hello: 1 pods may answer behind Service hello-canary, and 3 are promised",
    );
}

#[test]
fn no_gate_sees_the_route_followed() {
    let routed = |gate: &Gate| matches!(gate, Gate::Routed(_));
    let again = format!("{NAME}: it is changed again, and no gate has seen that it is followed");
    check(without(3, routed), "step 4", &again);
    check(without(6, routed), "step 8", &again);
    let gone = format!("{NAME}: a backend goes that may still be given a share");
    check(without(8, routed), "step 9", &gone);
    let deserted = "Service hello-canary: it goes while a route names it";
    check(without(9, routed), "step 11", deserted);
}

#[test]
fn requests_are_not_waited_for_or_not_for_long_enough() {
    let drained = |gate: &Gate| matches!(gate, Gate::Drained(_));
    let words =
        "Deployment hello-canary: it loses pods that a route has just passed requests on to";
    check(without(8, drained), "step 10", words);
    let shorter = |seconds: u32| {
        move |spec: &mut Spec| {
            let gates = &mut spec.steps[7].gates;
            gates.retain(|gate| !matches!(gate, Gate::Drained(_)));
            gates.push(Gate::Drained(Drained {
                object: http_route(),
                after: Duration::of_seconds(seconds),
            }));
        }
    };
    let words =
        format!("{NAME}: its gate waits for less time than a request may take, or than 30 s");
    // One of its rules gives a request 45 s.
    check(shorter(44), "step 8", &words);
}

#[test]
fn a_service_goes_before_its_backend() {
    let forge = |spec: &mut Spec| {
        let (three, one) = (state(spec, 3), state(spec, 1));
        let canary = [service("hello-canary"), http_route()];
        let away = with(&three, &one, &[&canary[0], &canary[1]]);
        undone(spec, 3, 1, &[away, one]);
    };
    let words = "Service hello-canary: it goes while a route names it";
    check(forge, "undo from step 3, step 1", words);
}

#[test]
fn a_way_back_gives_shares_to_the_new_version() {
    // The template goes back after the share.
    let late = |spec: &mut Spec| {
        let (seven, three) = (state(spec, 7), state(spec, 3));
        let shared = with(&seven, &three, &[&http_route()]);
        undone(spec, 7, 3, &[shared, three]);
    };
    let words =
        format!("{NAME}: a way back gives a share to pods that are not of the version of before");
    check(late, "undo from step 7, step 1", &words);
    // More for the canary first.
    let more = |spec: &mut Spec| {
        let (five, six, three) = (state(spec, 5), state(spec, 6), state(spec, 3));
        let shared = with(&five, &six, &[&http_route()]);
        undone(spec, 5, 3, &[shared, three]);
    };
    let words = format!("{NAME}: a way back passes more requests on to the new version");
    check(more, "undo from step 5, step 1", &words);
    // Its pods go while requests are on their way.
    let soon = |spec: &mut Spec| {
        let (six, three, two) = (state(spec, 6), state(spec, 3), state(spec, 2));
        let shared = with(&six, &three, &[&http_route()]);
        let emptied = with(&shared, &two, &[&deployment("hello-canary")]);
        undone(spec, 6, 3, &[shared, emptied]);
    };
    let words =
        "Deployment hello-canary: it loses pods that a route has just passed requests on to";
    check(soon, "undo from step 6, step 2", words);
}

#[test]
fn a_route_is_changed_in_more_than_the_workloads_shares() {
    let edit = |pointer: &'static str, value: Value| {
        move |spec: &mut Spec| {
            rerouted(spec, |routes| {
                routes[4] = routes[4].set(pointer, value).unwrap();
            });
        }
    };
    let strangers = format!("{NAME}: the share of a Service that is not the workload's changes");
    let weight = "/spec/rules/0/backendRefs/1/weight";
    check(edit(weight, json!(11)), "step 4", &strangers);
    let more = format!("{NAME}: it is changed in more than the shares of the workload's Services");
    check(
        edit("/spec/rules/0/timeouts/request", json!("1s")),
        "step 4",
        &more,
    );
    check(
        edit("/spec/rules/1/backendRefs/1/port", json!(81)),
        "step 4",
        &more,
    );
    check(
        edit("/spec/rules/0/backendRefs/1/name", json!("evil")),
        "step 4",
        &more,
    );
    check(edit("/spec/hostnames", json!(["evil"])), "step 4", &more);
    let gone = |spec: &mut Spec| {
        rerouted(spec, |routes| {
            let none = weigh(&routes[4], 1, 0, 0);
            routes[4] = weigh(&none, 1, 1, 0);
        });
    };
    let words = format!("{NAME}: no Service of the workload has a share in a rule that had some");
    check(gone, "step 4", &words);
}

#[test]
fn a_route_is_not_named_or_not_what_it_is_called() {
    let unnamed = |spec: &mut Spec| {
        let routers = &mut spec.workloads[0].routers;
        routers.retain(|router| router.object.kind != "HTTPRoute");
    };
    let words = "HTTPRoute hello: it sends requests to workload hello, which does not name it";
    check(unnamed, "step 3", words);
    check(
        unnamed,
        "plan",
        "Service hello-canary: it is said to be reached by routes alone, and no route of the workload names it",
    );
    let elsewhere = |spec: &mut Spec| {
        spec.from
            .retain(|manifest| manifest.object() != &http_route());
    };
    refused(CASE, elsewhere, &["HTTPRoute hello"]);
    let endless = |spec: &mut Spec| {
        for manifest in &mut spec.from {
            if manifest.object() == &http_route() {
                let session = json!({"type": "Cookie"});
                *manifest = manifest
                    .set("/spec/rules/1/sessionPersistence", session)
                    .unwrap();
            }
        }
    };
    let words = "its clients stay where their session began, for as long as they like";
    check(endless, "plan", &format!("{NAME}: {words}"));
}
