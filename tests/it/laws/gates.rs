//! What is waited for.

use std::collections::BTreeSet;

use cutover::manifest::{Bundle, ObjectRef};
use cutover::planning::{Endpoints, Gate, Step};

use super::documents::walk;
use super::laws;
use super::model::{labels, matches, replicas, selector, sets, turns};
use super::planned::Planned;

laws! {
    /// A failure means that the next step may start while pods of this one are still coming or
    /// going, or before kube-proxy knows them.
    fn every_step_waits_for_its_pods(planned) {
        for (number, step) in planned.plan.spec.steps.iter().enumerate() {
            waits(planned, step, &planned.states[number], &planned.states[number + 1])?;
        }
        for undo in &planned.plan.spec.undo {
            let mut before = planned.states[undo.from].clone();
            for step in &undo.steps {
                let after = walk(&before, [step])?;
                let place = |reason| format!("undo from {}: {reason}", undo.from);
                waits(planned, step, &before, &after).map_err(place)?;
                before = after;
            }
        }
        Ok(())
    }
}

fn waits(planned: &Planned, step: &Step, before: &Bundle, after: &Bundle) -> Result<(), String> {
    let wanted = pods(planned, before, after);
    let counted: Vec<ObjectRef> = step
        .gates
        .iter()
        .filter_map(|gate| counts(gate))
        .cloned()
        .collect();
    let missing = wanted.iter().find(|object| !counted.contains(object));
    if let Some(missing) = missing {
        return Err(format!(
            "`{}` does not wait for the pods of {missing}",
            step.phase
        ));
    }
    if let Some(service) = services(planned, step, before, after)
        .into_iter()
        .find(|object| {
            let object = object.clone();
            !step.gates.contains(&Gate::Endpoints(Endpoints { object }))
        })
    {
        return Err(format!(
            "`{}` does not wait for the endpoints of {service}",
            step.phase
        ));
    }
    if step.gates.iter().any(Gate::is_observed) && step.within.is_none() {
        return Err(format!("`{}` waits without a limit", step.phase));
    }
    step.gates
        .iter()
        .try_for_each(|gate| true_of(gate, after))
        .map_err(|reason| format!("`{}`: {reason}", step.phase))
}

fn counts(gate: &Gate) -> Option<&ObjectRef> {
    match gate {
        Gate::Available(available) => Some(&available.object),
        Gate::Settled(settled) => Some(&settled.object),
        _ => None,
    }
}

/// The sets whose pods a step must wait for: all with pods of a workload that the step moves, and
/// those that lose all.
fn pods(planned: &Planned, before: &Bundle, after: &Bundle) -> BTreeSet<ObjectRef> {
    let mut wanted = BTreeSet::new();
    for workload in &planned.plan.spec.workloads {
        let moved = |object: &ObjectRef| {
            let (before, after) = (before.get(object), after.get(object));
            let (was, is) = (before.map_or(0, replicas), after.map_or(0, replicas));
            was != is || turns(before, after)
        };
        let objects: Vec<&ObjectRef> = workload.objects().collect();
        if objects.into_iter().any(moved) {
            let here =
                sets(workload, after).filter(|(object, set)| replicas(set) > 0 || moved(object));
            wanted.extend(here.map(|(object, _)| object));
        }
    }
    wanted
}

/// The Services whose endpoints a step must wait for: those that it changes, and those before a set
/// that it grows or rolls.
fn services(
    planned: &Planned,
    step: &Step,
    before: &Bundle,
    after: &Bundle,
) -> BTreeSet<ObjectRef> {
    let changed = step
        .changes
        .iter()
        .map(|change| change.object())
        .filter(|object| object.kind == "Service");
    let mut wanted: BTreeSet<ObjectRef> = changed
        .filter(|object| {
            after
                .get(object)
                .is_some_and(|service| !selector(service).is_empty())
        })
        .cloned()
        .collect();
    for workload in &planned.plan.spec.workloads {
        let renewed = sets(workload, after).filter(|(object, set)| {
            let was = before.get(object);
            replicas(set) > was.map_or(0, replicas) || turns(was, Some(set))
        });
        for (_, set) in renewed {
            let routers = workload.serving().map(|router| router.object.clone());
            let reached = routers.filter(|service| {
                after
                    .get(service)
                    .is_some_and(|service| matches(&selector(service), &labels(set)))
            });
            wanted.extend(reached);
        }
    }
    wanted
}

/// Gates speak of what is there, with the counts that are asked for.
fn true_of(gate: &Gate, after: &Bundle) -> Result<(), String> {
    let asked = |object: &ObjectRef| after.get(object).map(replicas);
    let fits = match gate {
        Gate::Available(gate) => gate.replicas.is_some() && asked(&gate.object) == gate.replicas,
        Gate::Settled(gate) => asked(&gate.object) == Some(gate.replicas),
        Gate::Endpoints(gate) => after.contains(&gate.object),
        _ => true,
    };
    if fits {
        Ok(())
    } else {
        Err(format!("{gate:?} is not what the state asks for"))
    }
}
