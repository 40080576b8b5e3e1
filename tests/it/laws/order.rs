//! Workloads that come after others.

use std::collections::BTreeSet;

use cutover::manifest::{Bundle, Manifest, ObjectRef};
use cutover::planning::{Workload, deployments};

use super::documents::walk;
use super::laws;
use super::model::{labels, matches, selector};
use super::planned::Planned;

laws! {
    /// A failure means that a workload moves before one that it comes after has arrived, or that
    /// this one goes back while the other has not.
    fn what_comes_after_another_waits_for_it(planned) {
        for state in &planned.states {
            in_order(planned, state)?;
        }
        for from in 1..planned.states.len() {
            let mut state = planned.states[from].clone();
            for step in planned.plan.way_back(from).map_err(|error| error.to_string())? {
                state = walk(&state, [step])?;
                in_order(planned, &state).map_err(|reason| format!("undo from {from}: {reason}"))?;
            }
        }
        Ok(())
    }

    /// A failure means that people are told of two phases as if they were one.
    fn a_phase_is_one_stretch_of_the_way(planned) {
        if planned.after.is_empty() {
            return Ok(());
        }
        let mut known = BTreeSet::new();
        let mut phases: Vec<&str> = planned.plan.spec.steps.iter().map(|step| &*step.phase).collect();
        phases.dedup();
        match phases.into_iter().find(|phase| !known.insert(*phase)) {
            Some(again) => Err(format!("`{again}` is there twice")),
            None => Ok(()),
        }
    }
}

fn in_order(planned: &Planned, state: &Bundle) -> Result<(), String> {
    let [start, end] = [
        &planned.states[0],
        &planned.states[planned.states.len() - 1],
    ];
    let is_at = |object: &ObjectRef, end: &Bundle| state.get(object) == end.get(object);
    for (later, earlier) in &planned.after {
        let [later_objects, earlier_objects] = [later, earlier].map(|set| objects(planned, set));
        if !later_objects.is_disjoint(&earlier_objects) {
            continue;
        }
        let moved = later_objects.iter().find(|object| !is_at(object, start));
        let missing = earlier_objects.iter().find(|object| !is_at(object, end));
        if let (Some(moved), Some(missing)) = (moved, missing) {
            return Err(format!("{moved} has moved, and {missing} has not arrived"));
        }
    }
    Ok(())
}

/// The sets of a workload, the Services that select its pods alone, and the configuration that no
/// others read.
fn objects(planned: &Planned, deployment: &ObjectRef) -> BTreeSet<ObjectRef> {
    let workloads = &planned.plan.spec.workloads;
    let workload = workloads.iter().find(|workload| workload.runs(deployment));
    let mut own: BTreeSet<ObjectRef> = workload
        .into_iter()
        .flat_map(Workload::objects)
        .cloned()
        .collect();
    own.insert(deployment.clone());
    let ends = [planned.release.from(), planned.release.to()];
    let alone = |object: &&ObjectRef| {
        let sets = ends
            .into_iter()
            .flat_map(deployments)
            .map(|set| set.manifest());
        let mut near = sets
            .filter(|set| ends.iter().any(|end| goes_with(end, object, set)))
            .peekable();
        near.peek().is_some() && near.all(|set| own.contains(set.object()))
    };
    let others: Vec<ObjectRef> = ends
        .into_iter()
        .flat_map(Bundle::objects)
        .filter(alone)
        .cloned()
        .collect();
    own.extend(others);
    own
}

/// Whether an object is a Service before a set, or configuration that it reads.
fn goes_with(end: &Bundle, object: &ObjectRef, set: &Manifest) -> bool {
    let near = object.namespace == set.object().namespace;
    let selects = || {
        end.get(object)
            .is_some_and(|service| matches(&selector(service), &labels(set)))
    };
    let reads = || {
        cutover::planning::Deployment::of(set)
            .configuration()
            .contains(object)
    };
    near && match object.kind.as_str() {
        "Service" => selects(),
        "ConfigMap" | "Secret" => reads(),
        _ => false,
    }
}
