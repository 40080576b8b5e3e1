//! Routers that are left out, or called what they are not.

use cutover::planning::{Change, Endpoints, Gate, Routed, Spec};
use serde_json::json;

use super::{back_by_inverses, between, golden, of, refused, service, state, step};

const TWO: &str = "canary/two-workloads-three-services";

/// The plan names all that sends requests to what it changes.
#[test]
fn left_out() {
    let routers = |at: usize, name: &'static str| {
        move |spec: &mut Spec| {
            let routers = &mut spec.workloads[at].routers;
            routers.retain(|router| router.object.name != name);
        }
    };
    let words = "plan: Service hello: it sends requests to workload hello, which does not name it";
    refused("canary/hello", routers(0, "hello"), &[words]);
    refused("blue-green/hello", routers(0, "hello"), &[words]);
    refused("rolling/widen-roll-narrow", routers(0, "hello"), &[words]);
    refused(TWO, routers(1, "hello"), &[words]);
    let words = "plan: Service hello-internal: it sends requests to workload hello";
    refused(TWO, routers(1, "hello-internal"), &[words]);
}

/// It begins to select the workload's pods on the way.
#[test]
fn comes_later() {
    let other = || of(&[hello()].into_iter().collect(), "Service", "other");
    let words =
        "step 2: Service other: it sends requests to workload hello, which does not name it";
    let turned = |spec: &mut Spec| {
        let elsewhere = other()
            .set("/spec/selector", json!({"app": "other"}))
            .unwrap();
        spec.from.push(elsewhere.clone());
        spec.steps[1].changes.push(between(&elsewhere, &other()));
        back_by_inverses(spec);
    };
    refused("canary/hello", turned, &[words]);
    let matched = |spec: &mut Spec| {
        let picky = other()
            .set("/spec/selector", json!({"track": "canary"}))
            .unwrap();
        spec.from.push(picky);
    };
    let words =
        "step 1: Service other: it sends requests to workload hello, which does not name it";
    refused("canary/hello", matched, &[words]);
}

/// A Service beside the one of the golden plan.
fn hello() -> cutover::manifest::Manifest {
    super::manifest(json!({
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": "other"},
        "spec": {"selector": {"app": "hello"}, "ports": [{"port": 80}]},
    }))
}

/// Nobody can look at what is not there.
#[test]
fn left_out_of_the_start() {
    let gone = |spec: &mut Spec| {
        spec.from
            .retain(|manifest| manifest.object().kind != "Service");
        for step in spec
            .steps
            .iter_mut()
            .chain(spec.undo.iter_mut().flat_map(|undo| &mut undo.steps))
        {
            step.gates
                .retain(|gate| !matches!(gate, Gate::Endpoints(_)));
        }
    };
    let words = "plan: Service hello: it is in no state of the plan";
    refused("canary/hello", gone, &[words]);
    let renamed = |spec: &mut Spec| {
        spec.workloads[0]
            .routers
            .push(Routed::new(service("nobody")))
    };
    refused(
        "canary/hello",
        renamed,
        &["plan: Service nobody: it is in no state of the plan"],
    );
    let gate = |spec: &mut Spec| {
        let object = service("nobody");
        spec.steps[0]
            .gates
            .push(Gate::Endpoints(Endpoints { object }));
    };
    refused(
        "canary/hello",
        gate,
        &["step 1: Service nobody: its gate waits for what is not there"],
    );
}

/// Other pods would get a part of the requests, and the share that a reviewer reads is another one.
#[test]
fn shared_and_silent() {
    let beside = |kind: &'static str| {
        move |spec: &mut Spec| {
            let labels = json!({"app": "hello", "of": "nobody"});
            let set = super::manifest(json!({
                "apiVersion": "apps/v1", "kind": kind, "metadata": {"name": "nobody"},
                "spec": {"template": {
                    "metadata": {"labels": labels},
                    "spec": {"containers": [{"name": "a", "image": "a:1"}]}}},
            }));
            spec.steps[0].changes.push(Change::Create(set));
            back_by_inverses(spec);
        }
    };
    let words = "step 1: Service hello: it sends requests to pods of others than workload hello, and does not say so";
    for kind in ["StatefulSet", "DaemonSet", "ReplicaSet"] {
        refused("canary/hello", beside(kind), &[words]);
    }
}

/// A Service that goes and comes back, or is a name for a host elsewhere in between, sends nobody to the
/// pods meanwhile.
#[test]
fn away_for_a_while() {
    let detour = |there: Change, back: Change| {
        move |spec: &mut Spec| {
            let steps = [step(vec![there]), step(vec![back])];
            spec.steps.splice(1..1, steps);
            back_by_inverses(spec);
        }
    };
    let hello = of(&state(&golden("canary/hello").spec, 1), "Service", "hello");
    let gone = Change::Delete(service("hello"));
    let words = "step 2: Service hello: it sends requests to a workload, and is away for a while";
    let back = Change::Create(hello.clone());
    refused("canary/hello", detour(gone, back), &[words]);
    let elsewhere = hello.set("/spec/type", json!("ExternalName")).unwrap();
    let (there, back) = (between(&hello, &elsewhere), between(&elsewhere, &hello));
    let words = "step 2: hello: 0 pods may answer behind Service hello, and 3 are promised";
    refused("canary/hello", detour(there, back), &[words]);
}

/// A preview owes nobody an answer: only what no client asks may be one.
#[test]
fn called_a_preview() {
    let preview = |at: usize, name: &'static str| {
        move |spec: &mut Spec| {
            let routers = &mut spec.workloads[at].routers;
            let router = routers.iter_mut().find(|router| router.object.name == name);
            router.unwrap().preview = true;
        }
    };
    let words =
        "plan: Service hello: it is called a preview, and sends requests where the others do";
    refused("canary/hello", preview(0, "hello"), &[words]);
    refused("blue-green/hello", preview(0, "hello"), &[words]);
    refused("blue-green/two-slots", preview(0, "hello"), &[words]);
    refused("recreate/one-writer", preview(0, "hello"), &[words]);
    refused("scale/ramp", preview(0, "hello"), &[words]);
    refused(TWO, preview(1, "hello"), &[words]);
    let words = "plan: Service hello-internal: it is called a preview";
    refused(TWO, preview(1, "hello-internal"), &[words]);
}

#[test]
fn named_twice_or_of_another_kind() {
    let twice = |spec: &mut Spec| {
        let router = spec.workloads[0].routers[0].clone();
        spec.workloads[0].routers.push(Routed {
            preview: true,
            ..router
        });
    };
    refused(
        "canary/hello",
        twice,
        &["plan: Service hello: it is a router twice"],
    );
    let no_router = |spec: &mut Spec| {
        let object = super::deployment("hello");
        spec.workloads[0].routers.push(Routed::new(object));
    };
    refused(
        "canary/hello",
        no_router,
        &["plan: Deployment hello: it is no router whose shares are known"],
    );
}

/// What only routes reach owes a share of the floor: a route must be there that gives it one.
#[test]
fn said_to_be_reached_by_routes_alone() {
    let by_route = |spec: &mut Spec| spec.workloads[0].routers[0].by_route = true;
    refused(
        "canary/hello",
        by_route,
        &[
            "plan: Service hello: it is said to be reached by routes alone, and no route of the workload names it",
        ],
    );
}

/// By a port that its pods do not have a Service has no endpoints that answer, though as many pods are
/// ready as before.
#[test]
fn a_port_that_no_pod_has() {
    let words = "step 2: Service hello: /spec/ports/0/targetPort: \
        no container of the pods that it selects has that port";
    for port in [json!("nowhere"), json!(9999)] {
        let led_away = |spec: &mut Spec| {
            let hello = of(&state(spec, 1), "Service", "hello");
            let elsewhere = hello.set("/spec/ports/0/targetPort", port).unwrap();
            spec.steps[1].changes.push(between(&hello, &elsewhere));
            spec.steps[2].changes.push(between(&elsewhere, &hello));
            back_by_inverses(spec);
        };
        refused("canary/hello", led_away, &[words]);
    }
}
