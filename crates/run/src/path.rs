//! The path of a run, forward or back: its steps, and the state before and after each.

use std::collections::{BTreeMap, BTreeSet};

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_plan::{Change, Duration, Gate, Plan, Step, Walk, walk};

use crate::course::Course;
use crate::error::Error;

/// The path of a run: its steps, and the state before and after each.
#[derive(Debug)]
pub(crate) struct Path {
    steps: Vec<Step>,
    /// The states between the steps: one more than there are steps.
    states: Vec<Bundle>,
    /// The state of the plan that each of these is; none between two of them.
    numbers: Vec<Option<usize>>,
    /// On a rollback that begins in the middle of a step: the state before that step.
    halfway: Option<Bundle>,
    /// All states of each object that any step changes, which tells its planned fields.
    plan: Vec<Bundle>,
    /// Deployments whose pods some gate counts.
    counted: BTreeSet<ObjectRef>,
}

impl Path {
    /// The path of a course through a plan.
    pub(crate) fn of(plan: &Plan, course: Course) -> Result<Self, Error> {
        match course {
            Course::Forward => Self::forward(plan),
            Course::Back { from, to, halfway } => Self::back(plan, from, to, halfway),
        }
    }

    /// All steps of the plan, in their order.
    pub(crate) fn forward(plan: &Plan) -> Result<Self, Error> {
        let states = states(plan.start(), &plan.spec.steps)?;
        let numbers = (0..states.len()).map(Some).collect();
        let steps = plan.spec.steps.clone();
        let counted = counted(&steps);
        Ok(Self {
            steps,
            plan: states.clone(),
            states,
            numbers,
            halfway: None,
            counted,
        })
    }

    /// Back from the state after a step to the one after another, or as near above it as the plan's
    /// ways back lead.
    pub(crate) fn back(plan: &Plan, from: usize, to: usize, halfway: bool) -> Result<Self, Error> {
        let forward = states(plan.start(), &plan.spec.steps)?;
        let missing = || cutover_plan::Error::NoStep {
            step: from,
            steps: plan.len(),
        };
        let start = forward.get(from).ok_or_else(missing)?.clone();
        let before = from.checked_sub(1).filter(|_| halfway);
        let mut path = Self {
            steps: Vec::new(),
            states: vec![start],
            numbers: vec![Some(from)],
            halfway: before.map(|before| forward[before].clone()),
            plan: Vec::new(),
            counted: BTreeSet::new(),
        };
        let mut at = from;
        while at > to {
            let undo = plan.undo(at).ok_or_else(missing)?;
            if undo.to < to {
                break;
            }
            // A plan whose ways back do not lead down is refused when it is read.
            at = undo.to.min(at - 1);
            path.go_on(&undo.steps, at)?;
        }
        path.plan = forward;
        path.plan.extend(path.states.iter().cloned());
        path.counted = counted(&path.steps);
        Ok(path)
    }

    /// Leads on by these steps, to a state of the plan.
    fn go_on(&mut self, steps: &[Step], to: usize) -> Result<(), Error> {
        let last = self.states.len() - 1;
        let states = states(self.states[last].clone(), steps)?;
        self.steps.extend(steps.iter().cloned());
        self.states.extend(states.into_iter().skip(1));
        self.numbers.resize(self.states.len(), None);
        let last = self.numbers.len() - 1;
        self.numbers[last] = Some(to);
        Ok(())
    }

    /// How many steps it has.
    pub(crate) fn len(&self) -> usize {
        self.steps.len()
    }

    /// Where it leads to, as the number of a state of the plan.
    pub(crate) fn end(&self) -> usize {
        self.numbers.last().copied().flatten().unwrap_or(0)
    }

    /// The state of the plan that was reached last when so many steps are done.
    pub(crate) fn reached(&self, done: usize) -> usize {
        self.numbers[..=done]
            .iter()
            .rev()
            .flatten()
            .next()
            .copied()
            .unwrap_or(0)
    }

    pub(crate) fn before(&self, step: usize) -> &Bundle {
        &self.states[step - 1]
    }

    pub(crate) fn after(&self, step: usize) -> &Bundle {
        &self.states[step]
    }

    /// The state that some objects may still be in although the first step begins after it.
    pub(crate) fn halfway(&self) -> Option<&Bundle> {
        self.halfway.as_ref()
    }

    pub(crate) fn step(&self, number: usize) -> &Step {
        &self.steps[number - 1]
    }

    pub(crate) fn changes(&self, number: usize) -> &[Change] {
        &self.step(number).changes
    }

    pub(crate) fn gates(&self, number: usize) -> &[Gate] {
        &self.step(number).gates
    }

    /// For how long a step's gates on the cluster are waited for; none where it has none.
    pub(crate) fn limit(&self, number: usize) -> Option<Duration> {
        self.step(number).limit(self.after(number))
    }

    /// Other states of an object, anywhere in the plan: where they differ from this one its planned
    /// fields are.
    pub(crate) fn others<'a>(
        &'a self,
        object: &'a ObjectRef,
        state: &'a Bundle,
    ) -> impl Iterator<Item = &'a Manifest> {
        let here = state.get(object);
        let states = self.plan.iter().filter_map(|other| other.get(object));
        let mut known: Vec<&Manifest> = Vec::new();
        for state in states.filter(|other| Some(*other) != here) {
            if !known.contains(&state) {
                known.push(state);
            }
        }
        known.into_iter()
    }

    /// Whether a gate of this path counts an object's pods, so that how many there are is planned.
    pub(crate) fn counts(&self, object: &ObjectRef) -> bool {
        self.counted.contains(object)
    }
}

/// The states along some steps: one more than there are steps.
fn states(from: Bundle, steps: &[Step]) -> Result<Vec<Bundle>, cutover_plan::Error> {
    let mut walk = walk(from, steps);
    let mut states = vec![walk.state().clone()];
    while walk.advance()?.is_some() {
        states.push(walk.state().clone());
    }
    Ok(states)
}

fn counted(steps: &[Step]) -> BTreeSet<ObjectRef> {
    let gates = steps.iter().flat_map(|step| &step.gates);
    let counted = gates.filter_map(Gate::counted);
    // Where a gate waits for as many pods as the object asks for, others say how many.
    let counted = counted.filter(|pods| pods.replicas.is_some());
    counted.map(|pods| pods.object.clone()).collect()
}

/// The states that the ways back from the state after a step lead to, down to the start.
pub(crate) fn rollback_states(plan: &Plan, from: usize) -> Vec<usize> {
    let next = |at: &usize| plan.undo(*at).map(|undo| undo.to.min(at - 1));
    std::iter::successors(Some(from), next).skip(1).collect()
}

/// Every state that any step of a plan, forward or back, brings an object to; each once.
pub(crate) fn states_of_objects(plan: &Plan) -> Result<Vec<Manifest>, Error> {
    let mut found = BTreeMap::new();
    collect_states(plan.walk(), &mut found)?;
    let mut forward = plan.walk();
    while forward.advance()?.is_some() {
        if let Some(undo) = plan.undo(forward.number()) {
            collect_states(walk(forward.state().clone(), &undo.steps), &mut found)?;
        }
    }
    Ok(found.into_values().flatten().collect())
}

fn collect_states(
    mut walk: Walk<'_>,
    found: &mut BTreeMap<ObjectRef, Vec<Manifest>>,
) -> Result<(), Error> {
    while let Some(step) = walk.advance()? {
        for object in step.changes.iter().map(Change::object) {
            let Some(here) = walk.state().get(object) else {
                continue;
            };
            let known = found.entry(object.clone()).or_default();
            if !known.contains(here) {
                known.push(here.clone());
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
