//! Where a plan leads, and where its ways back lead.

use std::collections::BTreeSet;

use cutover::manifest::{Bundle, Field, Manifest, ObjectRef};
use cutover::planning::{Gate, Step, Workload, deployments};

use super::case::Way;
use super::documents::walk;
use super::laws;
use super::model::{labels, matches, replicas, selector, sets, version};
use super::planned::Planned;

laws! {
    /// A failure means that a plan does not bring what was wanted, or leaves something behind.
    fn the_end_is_what_was_wanted(planned) {
        let end = &planned.states[planned.states.len() - 1];
        match planned.slots() {
            true => serves_the_wanted(planned, end),
            false => planned.release.to().iter().try_for_each(|wanted| arrived(planned, wanted, end)).and_then(|()| nothing_left(planned, end)),
        }
    }

    /// A failure means that two Deployments have each a claim to the same pods.
    fn no_two_sets_have_one_selector(planned) {
        distinct(&planned.states)?;
        for from in 1..planned.states.len() {
            let mut states = vec![planned.states[from].clone()];
            for step in planned.plan.way_back(from).map_err(|error| error.to_string())? {
                states.push(walk(&states[states.len() - 1], [step])?);
            }
            distinct(&states).map_err(|reason| format!("undo from {from}: {reason}"))?;
        }
        Ok(())
    }

    /// A failure means that undo does not end where the plan started, or never ends.
    fn undo_from_any_step_ends_at_the_start(planned) {
        for from in 0..planned.states.len() {
            let way = planned.plan.way_back(from).map_err(|error| error.to_string())?;
            if walk(&planned.states[from], way)? != planned.states[0] {
                return Err(format!("undo from {from} ends elsewhere"));
            }
        }
        for (number, undo) in planned.plan.spec.undo.iter().enumerate() {
            if undo.from != number + 1 || undo.to >= undo.from || walk(&planned.states[undo.from], &undo.steps)? != planned.states[undo.to] {
                return Err(format!("undo from {} does not lead to {}", undo.from, undo.to));
            }
        }
        Ok(())
    }

    /// A failure means that undo starts pods of the very version that one wants to be rid of, or
    /// waits for their health.
    fn undo_starts_no_pod_of_the_new_version(planned) {
        for workload in &planned.plan.spec.workloads {
            let old: BTreeSet<String> = sets(workload, &planned.states[0]).map(|(_, set)| version(set)).collect();
            for from in 1..planned.states.len() {
                let mut state = planned.states[from].clone();
                for step in planned.plan.way_back(from).map_err(|error| error.to_string())? {
                    let after = walk(&state, [step])?;
                    starts_nothing_new(workload, &old, &planned.states[from], &after, step).map_err(|reason| format!("undo from {from}: {reason}"))?;
                    state = after;
                }
            }
        }
        Ok(())
    }
}

fn distinct(states: &[Bundle]) -> Result<(), String> {
    for (number, state) in states.iter().enumerate() {
        let mut known = BTreeSet::new();
        for set in deployments(state).map(|set| set.manifest()) {
            let selector = set.pointer("/spec/selector").map(ToString::to_string);
            if !known.insert((set.object().namespace.clone(), selector)) {
                return Err(format!(
                    "state {number}: {} is not the only one of its selector",
                    set.object()
                ));
            }
        }
    }
    Ok(())
}

/// The labels that an adoption adds.
const ADOPTED: [Field; 2] = [
    Field::new("/spec/template/metadata/labels/cutover.dev~1track"),
    Field::new("/spec/selector/cutover.dev~1track"),
];

const TRACK: Field = Field::new("/spec/selector/track");

/// An object that is wanted stands at the end, or was so from the start and is not of the plan.
fn arrived(planned: &Planned, wanted: &Manifest, end: &Bundle) -> Result<(), String> {
    let there = match end.get(wanted.object()) {
        Some(there) => there,
        None if planned.release.from().get(wanted.object()) == Some(wanted) => return Ok(()),
        None => return Err(format!("{} is missing", wanted.object())),
    };
    let plain = |manifest: &Manifest| {
        let mut plain = ADOPTED
            .iter()
            .fold(manifest.clone(), |manifest, label| manifest.without(*label));
        if manifest.object().kind == "Service" {
            plain = plain.without(TRACK);
        }
        plain
    };
    let same = there == wanted
        || matches!(planned.way, Way::BlueGreen { .. }) && plain(there) == plain(wanted);
    if same {
        Ok(())
    } else {
        Err(format!(
            "{} ends as {there:?}, wanted {wanted:?}",
            wanted.object()
        ))
    }
}

fn nothing_left(planned: &Planned, end: &Bundle) -> Result<(), String> {
    match end
        .objects()
        .find(|object| !planned.release.to().contains(object))
    {
        Some(left) => Err(format!("{left} is left")),
        None => Ok(()),
    }
}

/// With two slots: the pods behind each of the workload's Services are as wanted, and nothing else
/// has come.
fn serves_the_wanted(planned: &Planned, end: &Bundle) -> Result<(), String> {
    let workload = &planned.plan.spec.workloads[0];
    let images = |set: &Manifest| {
        let mut pods = set.pointer("/spec/template").cloned().unwrap_or_default();
        if let Some(labels) = pods
            .pointer_mut("/metadata/labels")
            .and_then(serde_json::Value::as_object_mut)
        {
            labels.remove("slot");
        }
        pods
    };
    let wanted: Vec<_> = sets(workload, planned.release.to())
        .map(|(_, set)| images(set))
        .collect();
    for service in workload
        .serving()
        .filter_map(|router| end.get(&router.object))
    {
        let behind: Vec<_> = sets(workload, end)
            .filter(|(_, set)| matches(&selector(service), &labels(set)))
            .collect();
        let [(object, set)] = behind.as_slice() else {
            return Err(format!("{} sets behind {}", behind.len(), service.object()));
        };
        if !wanted.contains(&images(set)) || replicas(set) == 0 {
            return Err(format!("{object} serves, but not as wanted"));
        }
    }
    nothing_left(planned, end)
}

fn starts_nothing_new(
    workload: &Workload,
    old: &BTreeSet<String>,
    from: &Bundle,
    after: &Bundle,
    step: &Step,
) -> Result<(), String> {
    let new = |set: &Manifest| !old.contains(&version(set));
    for (object, set) in sets(workload, after).filter(|(_, set)| new(set)) {
        let at_most = from
            .get(&object)
            .filter(|was| version(was) == version(set))
            .map_or(0, replicas);
        if replicas(set) > at_most {
            return Err(format!(
                "`{}` starts pods of the new version in {object}",
                step.phase
            ));
        }
    }
    let waits = |object: &ObjectRef| workload.runs(object) && after.get(object).is_some_and(new);
    match step
        .gates
        .iter()
        .any(|gate| matches!(gate, Gate::Available(gate) if waits(&gate.object)))
    {
        true => Err(format!(
            "`{}` waits for the new version's health",
            step.phase
        )),
        false => Ok(()),
    }
}
