//! Plans that hold autoscalers: all laws hold of them, and holding changes nothing else of a plan.

use std::collections::BTreeSet;

use cutover::manifest::{Bundle, Manifest, ObjectRef};
use cutover::planning::{
    Autoscaler, Change, Gate, Held, OnAutoscaler, Step, Workload, deployments, walk,
};
use cutover::{Ends, Plan};
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::case::{Case, Way};
use super::planned::{Planned, manifests};
use super::{all_laws, cases, config, is_stuck};

/// An autoscaler at both ends of a release, by its limits; it may come, go, change or stay.
#[derive(Clone, Copy, Debug)]
struct Scaler {
    kind: Kind,
    from: Option<Limits>,
    to: Option<Limits>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// With a `behavior` of its own, or without.
    HorizontalPodAutoscaler {
        behaves: bool,
    },
    ScaledObject,
}

/// The fewest and the most pods.
type Limits = (u32, u32);

impl Scaler {
    /// The same at both ends.
    fn that_stays(self) -> Self {
        let limits = self.from.or(self.to).or(Some((1, 4)));
        let (from, to) = (limits, limits);
        Self { from, to, ..self }
    }
}

fn scaler() -> impl Strategy<Value = Scaler> {
    let kinds = vec![
        Kind::HorizontalPodAutoscaler { behaves: false },
        Kind::HorizontalPodAutoscaler { behaves: true },
        Kind::ScaledObject,
    ];
    let limits = || (1..=9_u32, 0..=9_u32).prop_map(|(least, more)| (least, least + more));
    let ends = prop_oneof![
        4 => limits().prop_map(|limits| (Some(limits), Some(limits))),
        4 => (of(limits()), of(limits())),
    ];
    (select(kinds), ends).prop_map(|(kind, (from, to))| Scaler { kind, from, to })
}

fn scalers() -> impl Strategy<Value = Vec<Scaler>> {
    prop::collection::vec(scaler(), 1..=4)
}

proptest! {
    #![proptest_config(config())]

    /// A failure means that a plan which holds an autoscaler is worse than the same without one, or
    /// counts while one writes.
    #[test]
    fn a_plan_that_holds_is_as_sound_as_one_that_need_not(case in cases(), scalers in scalers()) {
        let held = match plan(&case, &scalers) {
            Ok(held) => held,
            Err(reason) => {
                prop_assert!(!reason.trim().is_empty() && !is_stuck(&reason), "{reason}");
                return Ok(());
            }
        };
        let fail = |name: &str, reason: String| {
            TestCaseError::fail(format!("{name}: {reason}\n{}", held.table()))
        };
        for (name, law) in all_laws() {
            law(&held).map_err(|reason| fail(name, reason))?;
        }
        counts_only_what_nobody_writes(&held).map_err(|reason| fail("counts", reason))?;
    }

    /// A failure means that a strategy does otherwise where an autoscaler is held, or that a release
    /// is refused for it.
    #[test]
    fn holding_changes_nothing_else(case in cases(), scalers in scalers()) {
        let stay: Vec<Scaler> = scalers.iter().map(|scaler| scaler.that_stays()).collect();
        // What a file says of a number stays as it runs, where an autoscaler says it.
        let counts = !matches!(case.way, Way::Scale { .. });
        let plain = case.plan_with(manifests, |ends| match counts {
            true => with_counts_as_they_run(ends),
            false => ends,
        });
        let held = plan(&case, &stay);
        let (plain, held) = match (plain, held) {
            (Ok(plain), Ok(held)) => (plain, held),
            (Err(_), Err(_)) => return Ok(()),
            (plain, held) => {
                let reasons = [plain.err(), held.err()];
                return Err(TestCaseError::fail(format!("{reasons:?}")));
            }
        };
        let tables = || format!("{}\n{}", plain.table(), held.table());
        prop_assert_eq!(without_autoscalers(&held.plan), steps(&plain.plan), "{}", tables());
    }
}

/// The case's plan with these autoscalers, one a Deployment in turn, held.
fn plan(case: &Case, scalers: &[Scaler]) -> Result<Planned, String> {
    // Scaling changes numbers of pods and nothing else.
    let scales = matches!(case.way, Way::Scale { .. });
    let scalers: Vec<Scaler> = scalers
        .iter()
        .map(|scaler| match scales {
            true => scaler.that_stays(),
            false => *scaler,
        })
        .collect();
    case.plan_with(manifests, |ends| {
        let mut sets: BTreeSet<ObjectRef> = BTreeSet::new();
        for end in [ends.from(), ends.to()] {
            sets.extend(deployments(end).map(|set| set.manifest().object().clone()));
        }
        let (mut from, mut to) = (ends.from().clone(), ends.to().clone());
        for (set, scaler) in sets.iter().zip(scalers.iter().cycle()) {
            from.extend(scaler.from.map(|limits| manifest(scaler.kind, set, limits)));
            to.extend(scaler.to.map(|limits| manifest(scaler.kind, set, limits)));
        }
        let ends = ends.running(from).wanting(to);
        ends.with_autoscalers(Some(OnAutoscaler::Hold))
    })
}

/// The ends with as many pods wanted of each Deployment as run.
fn with_counts_as_they_run(ends: Ends) -> Ends {
    let mut to = ends.to().clone();
    for set in deployments(ends.from()) {
        let count = set.manifest().pointer("/spec/replicas");
        let wanted = ends.to().get(set.manifest().object());
        if let Some((count, wanted)) = count.zip(wanted) {
            to.insert(wanted.set("/spec/replicas", count.clone()).unwrap());
        }
    }
    ends.wanting(to)
}

fn manifest(kind: Kind, set: &ObjectRef, (least, most): Limits) -> Manifest {
    let (version, name) = match kind {
        Kind::HorizontalPodAutoscaler { .. } => ("autoscaling/v2", "HorizontalPodAutoscaler"),
        Kind::ScaledObject => ("keda.sh/v1alpha1", "ScaledObject"),
    };
    let mut scaler = json!({
        "apiVersion": version, "kind": name,
        "metadata": {"name": set.name, "namespace": set.namespace},
        "spec": {"scaleTargetRef": {"kind": set.kind, "name": set.name}},
    });
    if let Some(metadata) = scaler["metadata"].as_object_mut() {
        metadata.retain(|_, value| !value.is_null());
    }
    let limits = match kind {
        Kind::HorizontalPodAutoscaler { .. } => ["minReplicas", "maxReplicas"],
        Kind::ScaledObject => ["minReplicaCount", "maxReplicaCount"],
    };
    scaler["spec"][limits[0]] = json!(least);
    scaler["spec"][limits[1]] = json!(most);
    if kind == (Kind::HorizontalPodAutoscaler { behaves: true }) {
        let slow = json!({"stabilizationWindowSeconds": 600, "selectPolicy": "Min"});
        scaler["spec"]["behavior"] = json!({"scaleDown": slow});
    }
    Manifest::new(scaler).unwrap()
}

/// Steps as they are told apart here: by all but the digest of the state, which has autoscalers in
/// it.
type Told = (String, Vec<Change>, Vec<Gate>, Value);

fn steps(plan: &Plan) -> Vec<Told> {
    plan.spec.steps.iter().map(told).collect()
}

fn told(step: &Step) -> Told {
    (
        step.phase.to_string(),
        step.changes.clone(),
        step.gates.clone(),
        json!(step.shares),
    )
}

/// The steps that do more than hold autoscalers, or let them go.
fn without_autoscalers(plan: &Plan) -> Vec<Told> {
    let others = |step: &&Step| {
        let mut objects = step.changes.iter().map(Change::object);
        step.changes.is_empty() || !objects.all(Autoscaler::is)
    };
    plan.spec.steps.iter().filter(others).map(told).collect()
}

/// No set of a number that the plan says is changed, nor its pods waited for, while an autoscaler
/// may write it: forward, and from the middle of each step back.
fn counts_only_what_nobody_writes(planned: &Planned) -> Result<(), String> {
    let mut unseen = BTreeSet::new();
    for (number, step) in planned.plan.spec.steps.iter().enumerate() {
        let before = &planned.states[number];
        let mut halfway = unseen.clone();
        halfway.extend(changed(step));
        unseen = along(planned, before, unseen, std::slice::from_ref(step))?;
        let way = planned.plan.way_back(number + 1);
        let way: Vec<Step> = way
            .map_err(|error| error.to_string())?
            .into_iter()
            .cloned()
            .collect();
        let back = along(planned, &planned.states[number + 1], halfway, &way);
        back.map_err(|reason| format!("undo from {}: {reason}", number + 1))?;
    }
    Ok(())
}

/// The autoscalers that nobody has seen stand still, after some steps.
fn along(
    planned: &Planned,
    from: &Bundle,
    mut unseen: BTreeSet<ObjectRef>,
    steps: &[Step],
) -> Result<BTreeSet<ObjectRef>, String> {
    let mut along = walk(from.clone(), steps);
    while let Some(step) = along.advance().map_err(|error| error.to_string())? {
        unseen.extend(changed(step));
        let (before, after) = (along.before(), along.state());
        for set in counted(&planned.plan) {
            let moves = before.get(set) != after.get(set);
            if moves && let Some(scaler) = writer(set, [before, after], &unseen) {
                return Err(format!("`{}` changes {set} beside {scaler}", step.phase));
            }
        }
        for gate in &step.gates {
            if let Gate::Held(Held { object }) = gate {
                unseen.remove(object);
            }
            let counts = gate.counted().map(|pods| pods.object);
            let counts = counts.filter(|set| counted(&planned.plan).any(|own| own == *set));
            if let Some(set) = counts
                && let Some(scaler) = writer(set, [after, after], &unseen)
            {
                return Err(format!("`{}` counts {set} beside {scaler}", step.phase));
            }
        }
    }
    Ok(unseen)
}

fn changed(step: &Step) -> impl Iterator<Item = ObjectRef> {
    let objects = step.changes.iter().map(Change::object);
    objects.filter(|object| Autoscaler::is(object)).cloned()
}

fn counted(plan: &Plan) -> impl Iterator<Item = &ObjectRef> {
    let workloads = plan.spec.workloads.iter();
    workloads
        .filter(|workload| !workload.is_live())
        .flat_map(Workload::objects)
}

/// An autoscaler of a set that is free in one of two states, or that nobody has seen held.
fn writer(
    set: &ObjectRef,
    states: [&Bundle; 2],
    unseen: &BTreeSet<ObjectRef>,
) -> Option<ObjectRef> {
    let scalers = states.into_iter().flat_map(Bundle::iter);
    let mut scalers = scalers.filter_map(Autoscaler::of);
    let writer = scalers.find(|scaler| {
        scaler.scales(set) && (!scaler.is_held() || unseen.contains(scaler.object()))
    });
    writer.map(|scaler| scaler.object().clone())
}
