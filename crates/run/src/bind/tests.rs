use std::num::NonZeroU32;

use cutover_plan::{
    Available, Change, Drained, Duration, Endpoints, Gate, Held, Outdated, Replace, RoutedGate,
    Settled,
};
use cutover_workload::{Bounds, Budget, Live};
use serde_json::json;

use super::*;
use crate::examples::{deployment, edited, is_whole, manifest, rolling};

/// The objects of a plan's start as the server would hold them.
fn live(plan: &Plan) -> Bundle {
    let place = DefaultNamespace::new("prod");
    let mut live = Bundle::new();
    for file in &plan.start() {
        let mut value = place.manifest(file).unwrap().into_value();
        value["metadata"]["uid"] = json!("1");
        value["metadata"]["resourceVersion"] = json!("7");
        value["metadata"]["annotations"] = json!({"team": "web"});
        if value["kind"] == "Deployment" {
            value["spec"]["progressDeadlineSeconds"] = json!(600);
            value["spec"]["template"]["spec"]["containers"][0]["imagePullPolicy"] = json!("Always");
        }
        live.insert(Manifest::new(value).unwrap());
    }
    live
}

/// All objects that a plan names: in states, changes, gates, workloads and notes.
fn named(plan: &Plan) -> Vec<ObjectRef> {
    let mut named: Vec<ObjectRef> = plan.start().objects().cloned().collect();
    for workload in &plan.spec.workloads {
        named.extend(workload.objects().cloned());
        named.extend(workload.routers.iter().map(|router| router.object.clone()));
    }
    named.extend(
        plan.spec
            .notes
            .iter()
            .filter_map(|note| note.object.clone()),
    );
    for step in plan.every_step() {
        named.extend(step.changes.iter().map(|change| change.object().clone()));
        named.extend(step.gates.iter().filter_map(Gate::object).cloned());
    }
    named
}

/// A failure means that a run would refuse its own journal, or write objects of another namespace.
#[test]
fn a_bound_plan_is_as_whole_as_the_one_that_was_approved() {
    let plan = rolling();
    let bound = bind(&plan, &live(&plan), &Sealer::default(), "prod").unwrap();
    assert!(is_whole(&bound.plan));
    assert_eq!(bound.approved, plan.digest);
    assert_ne!(bound.plan.digest, plan.digest);
    assert_eq!(bound.plan.len(), plan.len());
    let elsewhere = |object: &ObjectRef| object.namespace.as_deref() != Some("prod");
    assert_eq!(named(&bound.plan).into_iter().find(elsewhere), None);
    // What the cluster has beside the files stays, in every state.
    let object = DefaultNamespace::new("prod").object(&deployment());
    for number in 0..=plan.len() {
        let state = bound.plan.state(number).unwrap();
        let policy = "/spec/template/spec/containers/0/imagePullPolicy";
        assert_eq!(
            state.get(&object).unwrap().pointer(policy),
            Some(&json!("Always")),
            "{number}"
        );
    }
}

#[test]
fn what_admission_changes_leaves_it_whole() {
    let plan = rolling();
    let bound = bind(&plan, &live(&plan), &Sealer::default(), "prod").unwrap();
    let object = DefaultNamespace::new("prod").object(&deployment());
    let state = bound
        .plan
        .state(plan.len())
        .unwrap()
        .get(&object)
        .unwrap()
        .clone();
    let image = "/spec/template/spec/containers/0/image";
    let stored = state.set(image, "hello@sha256:1".into()).unwrap();
    let admitted = admit(&bound.plan, &[(state, stored.clone())], "prod").unwrap();
    assert!(is_whole(&admitted));
    let last = admitted.state(plan.len()).unwrap();
    assert_eq!(last.get(&object), Some(&stored));
}

/// Every change and gate that names an object, also those that this version does not carry out.
#[test]
fn all_changes_and_gates_are_bound() {
    let object = deployment();
    let service = ObjectRef::new("v1", "Service", None, "hello");
    let gates = [
        Gate::Available(Available {
            object: object.clone(),
            replicas: None,
            updated: Some(1),
        }),
        Gate::Drained(Drained {
            object: service.clone(),
            after: Duration::of_seconds(1),
        }),
        Gate::Endpoints(Endpoints {
            object: service.clone(),
        }),
        Gate::Held(Held {
            object: object.clone(),
        }),
        Gate::Routed(RoutedGate {
            object: service,
            settle: Duration::of_seconds(1),
        }),
        Gate::Settled(Settled {
            object: object.clone(),
            replicas: 3,
        }),
    ];
    let replace = Change::Replace(Replace {
        object,
        pods: Outdated::Stuck,
        at_most: NonZeroU32::MIN,
    });
    let plan = edited(&rolling(), |spec| {
        let step = &mut spec.steps[0];
        step.changes.push(replace.clone());
        step.gates.extend(gates.clone());
    });
    assert!(is_whole(&plan));
    let bound = bind(&plan, &live(&plan), &Sealer::default(), "prod")
        .unwrap()
        .plan;
    assert!(is_whole(&bound));
    let elsewhere = |object: &ObjectRef| object.namespace.as_deref() != Some("prod");
    assert_eq!(named(&bound).into_iter().find(elsewhere), None);
    for (step, was) in bound.spec.steps.iter().zip(&plan.spec.steps) {
        assert_eq!(step.gates.len(), was.gates.len());
        assert_eq!(step.changes.len(), was.changes.len());
    }
}

/// A failure means that a plan is refused as soon as an autoscaler has done its work.
#[test]
fn a_number_that_others_own_may_be_another_one() {
    let live_count = Bounds::Live(Live::within(Budget::default()));
    let plan = edited(&rolling(), |spec| {
        spec.workloads[0].bounds = live_count.clone()
    });
    let object = DefaultNamespace::new("prod").object(&deployment());
    let mut cluster = live(&plan);
    cluster.insert(
        cluster
            .get(&object)
            .unwrap()
            .set("/spec/replicas", json!(5))
            .unwrap(),
    );
    let bound = bind(&plan, &cluster, &Sealer::default(), "prod")
        .unwrap()
        .plan;
    let counts = |state: &Bundle| {
        state
            .get(&object)
            .unwrap()
            .pointer("/spec/replicas")
            .cloned()
    };
    assert_eq!(counts(&bound.start()), Some(json!(5)));
    assert_eq!(counts(&bound.walk().end().unwrap()), Some(json!(5)));
}

#[test]
fn what_does_not_fit_is_told() {
    let check = |edit: &dyn Fn(&mut Bundle), expect: &str| {
        let plan = rolling();
        let mut live = live(&plan);
        edit(&mut live);
        let error = bind(&plan, &live, &Sealer::default(), "prod")
            .unwrap_err()
            .to_string();
        assert!(error.starts_with(expect), "{error}");
    };
    let object = DefaultNamespace::new("prod").object(&deployment());
    check(
        &|live| drop(live.remove(&object)),
        "Deployment prod/hello: it is not in the cluster",
    );
    check(
        &|live| {
            let scaled = live
                .get(&object)
                .unwrap()
                .set("/spec/replicas", json!(5))
                .unwrap();
            live.insert(scaled);
        },
        "Deployment prod/hello: spec.replicas: the plan starts from 3, and the cluster has 5",
    );
    check(
        &|live| {
            live.insert(manifest(json!({
                "apiVersion": "v1", "kind": "ConfigMap",
                "metadata": { "name": "hello-2", "namespace": "prod" },
            })));
        },
        "ConfigMap prod/hello-2: the plan creates it, and it is there",
    );
}
