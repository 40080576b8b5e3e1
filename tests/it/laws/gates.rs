//! What is waited for.

use std::collections::BTreeSet;

use cutover::manifest::{Bundle, ObjectRef};
use cutover::planning::{Endpoints, Gate, Step};

use super::documents::walk;
use super::laws;
use super::model::{labels, matches, replicas, selector, sets, template, turns};
use super::planned::Planned;

laws! {
    /// A failure means that the next step may start while pods of this one are still coming or
    /// going, or before kube-proxy knows them.
    fn every_step_waits_for_its_pods(planned) {
        for (number, step) in planned.plan.spec.steps.iter().enumerate() {
            let ends = [&planned.states[number], &planned.states[number + 1]];
            waits(planned, step, Moved::forward(ends))?;
        }
        for undo in &planned.plan.spec.undo {
            let mut before = planned.states[undo.from].clone();
            for step in &undo.steps {
                let after = walk(&before, [step])?;
                let place = |reason| format!("undo from {}: {reason}", undo.from);
                let moved = Moved::back(&planned.states[0], [&before, &after]);
                waits(planned, step, moved).map_err(place)?;
                before = after;
            }
        }
        Ok(())
    }
}

/// What a step leads from and to.
#[derive(Clone, Copy)]
struct Moved<'a> {
    /// Where the plan starts, of a way back.
    start: Option<&'a Bundle>,
    before: &'a Bundle,
    after: &'a Bundle,
}

impl<'a> Moved<'a> {
    fn forward([before, after]: [&'a Bundle; 2]) -> Self {
        let start = None;
        Self {
            start,
            before,
            after,
        }
    }

    fn back(start: &'a Bundle, ends: [&'a Bundle; 2]) -> Self {
        Self {
            start: Some(start),
            ..Self::forward(ends)
        }
    }

    /// Whether pods of a set are replaced, but by a pause that is taken back with nothing else: what
    /// goes on then was begun before the plan.
    fn turns(self, object: &ObjectRef) -> bool {
        let [before, after] = [self.before, self.after].map(|state| state.get(object));
        let is_as_it_was = after == self.start.and_then(|start| start.get(object));
        let is_resumed = before.map(template) == after.map(template);
        turns(before, after) && !(is_as_it_was && is_resumed)
    }
}

fn waits(planned: &Planned, step: &Step, moved: Moved<'_>) -> Result<(), String> {
    let after = moved.after;
    let wanted = pods(planned, moved);
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
    if let Some(service) = services(planned, step, moved).into_iter().find(|object| {
        let object = object.clone();
        !step.gates.contains(&Gate::Endpoints(Endpoints { object }))
    }) {
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
fn pods(planned: &Planned, ends: Moved<'_>) -> BTreeSet<ObjectRef> {
    let (before, after) = (ends.before, ends.after);
    let mut wanted = BTreeSet::new();
    for workload in &planned.plan.spec.workloads {
        let moved = |object: &ObjectRef| {
            let (was, is) = (before.get(object), after.get(object));
            was.map_or(0, replicas) != is.map_or(0, replicas) || ends.turns(object)
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
fn services(planned: &Planned, step: &Step, ends: Moved<'_>) -> BTreeSet<ObjectRef> {
    let (before, after) = (ends.before, ends.after);
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
            replicas(set) > was.map_or(0, replicas) || ends.turns(object)
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
