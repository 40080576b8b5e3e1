//! Gates that are removed, or that hold whatever happens.

use cutover::planning::{
    Available, Drained, Duration, Endpoints, Gate, RoutedGate, Settled, Spec, Step,
};

use super::{deployment, golden, refused, service};

/// Those that are not named here only repeat what another gate has seen before: whether a plan
/// without one is harmless is for the model to say.
#[test]
fn removed_one_by_one() {
    let check = |case: &str, expect: &[&str]| {
        let plan = golden(case);
        let mut missed = Vec::new();
        for (number, step) in (1..).zip(&plan.spec.steps) {
            for (at, gate) in observed(step) {
                let forge = |spec: &mut Spec| drop(spec.steps[number - 1].gates.remove(at));
                if !super::believed(&plan, forge) {
                    missed.push(format!("{number} {}", named(gate)));
                }
            }
        }
        assert_eq!(missed, expect, "{case}");
    };
    check(
        "canary/hello",
        &[
            "1 available hello-canary",
            "1 endpoints hello",
            "2 available hello",
            "3 available hello-canary",
            "4 available hello-canary",
            "5 available hello",
            "6 available hello",
            "6 endpoints hello",
            "7 settled hello-canary",
        ],
    );
    check(
        "blue-green/hello",
        &[
            "1 available hello-green",
            "4 endpoints hello",
            "5 settled hello-green",
        ],
    );
    check(
        "rolling/widen-roll-narrow",
        &["1 endpoints hello", "2 available hello"],
    );
    check("scale/ramp", &["3 available hello"]);
}

/// The gates that look at objects, with their places among all.
fn observed(step: &Step) -> impl Iterator<Item = (usize, &Gate)> {
    let gates = step.gates.iter().enumerate();
    gates.filter(|(_, gate)| gate.is_observed())
}

fn named(gate: &Gate) -> String {
    let kind = match gate {
        Gate::Available(_) => "available",
        Gate::Settled(_) => "settled",
        Gate::Endpoints(_) => "endpoints",
        _ => "other",
    };
    format!("{kind} {}", gate.object().unwrap().name)
}

/// A step of a golden plan has these gates instead of its own.
fn instead(at: usize, gates: Vec<Gate>) -> impl FnOnce(&mut Spec) {
    move |spec: &mut Spec| spec.steps[at - 1].gates = gates
}

/// The pods of the old template would do.
#[test]
fn content_with_old_pods() {
    let check = |updated: u32| {
        let forge = |spec: &mut Spec| {
            for gate in &mut spec.steps[4].gates {
                if let Gate::Available(available) = gate {
                    available.updated = Some(updated);
                }
            }
        };
        let words = "step 5: Deployment hello: its gate is content with pods of another template";
        refused("canary/hello", forge, &[words]);
    };
    check(0);
    check(1);
    check(3);
}

#[test]
fn counts_that_never_come() {
    let available = |count: u32| Gate::Available(Available::all(deployment("hello"), count));
    let words = "step 2: Deployment hello: its gate waits for another number of pods";
    refused("canary/hello", instead(2, vec![available(3)]), &[words]);
    refused("canary/hello", instead(2, vec![available(0)]), &[words]);
    let settled = |count: u32| {
        Gate::Settled(Settled {
            object: deployment("hello"),
            replicas: count,
        })
    };
    refused("canary/hello", instead(2, vec![settled(1)]), &[words]);
    // What the gates want together is not what is there.
    let both = instead(2, vec![settled(2), available(3)]);
    refused("canary/hello", both, &[words]);
}

/// They hold, and tell nothing about what was changed.
#[test]
fn of_another_object() {
    let endpoints = |object| Gate::Endpoints(Endpoints { object });
    let words = "step 1: Deployment hello: its gate waits for endpoints, and it has none";
    let gates = vec![endpoints(deployment("hello"))];
    refused("canary/hello", instead(1, gates), &[words]);
    let words = "step 1: Service hello: its gate counts pods, and it is no set of a workload";
    let gates = vec![Gate::Available(Available::all(service("hello"), 1))];
    refused("canary/hello", instead(1, gates), &[words]);
    let gates = vec![Gate::Settled(Settled {
        object: service("hello"),
        replicas: 1,
    })];
    refused("canary/hello", instead(1, gates), &[words]);
}

/// Nobody knows what they would wait for.
#[test]
fn for_a_route_that_is_none() {
    let words = "step 1: Deployment hello: its gate waits for a route, and it sends requests to no";
    let routed = Gate::Routed(RoutedGate {
        object: deployment("hello"),
        settle: Duration::of_seconds(3),
    });
    refused("canary/hello", instead(1, vec![routed]), &[words]);
    let drained = Gate::Drained(Drained {
        object: deployment("hello"),
        after: Duration::of_seconds(30),
    });
    refused("canary/hello", instead(1, vec![drained]), &[words]);
}
