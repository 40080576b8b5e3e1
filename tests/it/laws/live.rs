//! Plans over counts that others own: whatever number of pods runs, they are as sound as plans over
//! that number.

use std::collections::BTreeSet;

use cutover::manifest::{Bundle, Manifest, ObjectRef};
use cutover::planning::{
    Bounds, Change, Deployment, Gate, Step, Undo, Workload, deployments, state_digest, walk,
};
use cutover::{Plan, Release};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::planned::{Planned, manifests, states};
use super::{all_laws, cases, config, is_stuck};

proptest! {
    #![proptest_config(config())]

    /// A failure means that a plan which counts no pods breaks a promise where so many run.
    #[test]
    fn a_plan_that_counts_no_pods_holds_for_any_number(case in cases(), pods in 1..=12_u32) {
        let live = case.plan_of(|values| with_counts(manifests(values), None));
        let live = match live {
            Ok(live) => live,
            Err(reason) => {
                prop_assert!(!reason.trim().is_empty() && !is_stuck(&reason), "{reason}");
                return Ok(());
            }
        };
        // A set that comes or goes is made and deleted as a whole; one that is counted by way of zero.
        if live_sets(&live.plan).any(|set| !live.states.iter().all(|state| state.contains(set))) {
            return Ok(());
        }
        let counted = at(&live, pods);
        for (name, law) in all_laws() {
            if let Err(reason) = law(&counted) {
                let tables = format!("{}\nwith {pods} pods\n{}", live.table(), counted.table());
                return Err(TestCaseError::fail(format!("{name}: {reason}\n{tables}")));
            }
        }
    }

    /// A failure means that a strategy which must know how many pods run goes on without.
    #[test]
    fn no_live_count_is_written(case in cases()) {
        let Ok(live) = case.plan_of(|values| with_counts(manifests(values), None)) else {
            return Ok(());
        };
        let own: Vec<&ObjectRef> = live_sets(&live.plan).collect();
        let said = |state: &Bundle| own.iter().any(|set| state.get(set).is_some_and(|set| set.pointer(Deployment::REPLICAS.pointer()).is_some()));
        prop_assert!(!live.states.iter().any(said), "{}", live.table());
    }
}

/// The objects with so many pods in each Deployment, or with no number.
fn with_counts(objects: Bundle, pods: Option<u32>) -> Bundle {
    let counted: Vec<Manifest> = deployments(&objects)
        .map(|set| counted(set.manifest(), pods))
        .collect();
    let mut objects = objects;
    objects.extend(counted);
    objects
}

fn counted(set: &Manifest, pods: Option<u32>) -> Manifest {
    match pods {
        Some(pods) => Deployment::of(set).scaled(pods),
        None => set.without(Deployment::REPLICAS),
    }
}

/// The same plan where so many pods run.
fn at(live: &Planned, pods: u32) -> Planned {
    let sets: BTreeSet<ObjectRef> = live_sets(&live.plan).cloned().collect();
    let plan = plan_at(&live.plan, &live.states, &sets, pods);
    let end = |end: &Bundle| state_at(end, &sets, pods);
    let ends = cutover::Ends::new(end(live.release.from()), end(live.release.to())).pruned();
    Planned {
        release: Release::new(ends).unwrap(),
        way: live.way.clone(),
        concurrent: live.concurrent,
        after: live.after.clone(),
        versioned: live.versioned,
        states: states(&plan).unwrap(),
        plan,
    }
}

fn live_sets(plan: &Plan) -> impl Iterator<Item = &ObjectRef> {
    let workloads = plan.spec.workloads.iter();
    let live = workloads.filter(|workload| workload.is_live());
    live.flat_map(Workload::objects)
}

fn state_at(state: &Bundle, sets: &BTreeSet<ObjectRef>, pods: u32) -> Bundle {
    let each = |manifest: &Manifest| manifest_at(manifest, sets, pods);
    state.iter().map(each).collect()
}

fn manifest_at(manifest: &Manifest, sets: &BTreeSet<ObjectRef>, pods: u32) -> Manifest {
    match sets.contains(manifest.object()) {
        true => counted(manifest, Some(pods)),
        false => manifest.clone(),
    }
}

fn plan_at(live: &Plan, states: &[Bundle], sets: &BTreeSet<ObjectRef>, pods: u32) -> Plan {
    let mut spec = live.spec.clone();
    for workload in &mut spec.workloads {
        if let Some(bounds) = workload.bounds.live() {
            workload.bounds = Bounds::within(bounds.budget(), pods, pods);
        }
    }
    let steps_at = |from: &Bundle, steps: &[Step]| -> Vec<Step> {
        let mut along = walk(from.clone(), steps);
        let mut counted = Vec::new();
        while let Some(step) = along.advance().unwrap() {
            counted.push(step_at(step, along.state(), sets, pods));
        }
        counted
    };
    spec.from = state_at(&states[0], sets, pods).into_iter().collect();
    spec.steps = steps_at(&states[0], &live.spec.steps);
    let undo = live.spec.undo.iter().map(|undo| Undo {
        steps: steps_at(&states[undo.from], &undo.steps),
        ..undo.clone()
    });
    spec.undo = undo.collect();
    Plan::new(live.metadata.name.clone(), spec).unwrap()
}

fn step_at(step: &Step, after: &Bundle, sets: &BTreeSet<ObjectRef>, pods: u32) -> Step {
    let gate = |gate: &Gate| match gate {
        Gate::Available(available) if sets.contains(&available.object) => {
            let mut available = available.clone();
            assert_eq!(available.replicas.replace(pods), None);
            Gate::Available(available)
        }
        other => other.clone(),
    };
    let change = |change: &Change| match change {
        Change::Create(manifest) => Change::Create(manifest_at(manifest, sets, pods)),
        other => other.clone(),
    };
    Step {
        changes: step.changes.iter().map(change).collect(),
        gates: step.gates.iter().map(gate).collect(),
        state: state_digest(&state_at(after, sets, pods)).unwrap(),
        ..step.clone()
    }
}

/// A failure means that where one end alone says a number it is written, or nobody is told.
#[test]
fn a_number_at_one_end_is_told_of() {
    let deployment = |count: Value, image: &str| {
        let deployment = json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
            "spec": {"replicas": count, "selector": {"matchLabels": {"app": "web"}}, "template": {
                "metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "web", "image": image}]}}},
        });
        Bundle::from_iter([Manifest::new(deployment).unwrap()])
    };
    let rolling: cutover::AnyStrategy = serde_json::from_value(json!({"rolling": {}})).unwrap();
    let ends = cutover::Ends::new(
        deployment(json!(3), "web:1"),
        deployment(Value::Null, "web:2"),
    );
    let release = Release::new(ends).unwrap();
    let plan = cutover::plan(&release, &rolling, &cutover::Options::default()).unwrap();
    assert!(plan.spec.workloads[0].is_live());
    assert_eq!(
        plan.spec
            .notes
            .iter()
            .filter(|note| note.message.contains("how many pods run"))
            .count(),
        1
    );
    assert_eq!(
        plan.spec.from[0].pointer(Deployment::REPLICAS.pointer()),
        Some(&json!(3))
    );
    assert_eq!(plan.len(), 1);
}
