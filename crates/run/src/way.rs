//! The way that a run is on: its steps, and the state before and after each.

use std::collections::{BTreeMap, BTreeSet};

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_plan::{Change, Gate, Plan, Step, apply};

use crate::direction::Direction;
use crate::error::Error;
use crate::journal::Position;

/// The way that a run is on.
#[derive(Debug)]
pub(crate) struct Way {
    pub(crate) direction: Direction,
    pub(crate) steps: Vec<Step>,
    /// The states between the steps: one more than there are steps.
    states: Vec<Bundle>,
    /// The state of the plan that each of these is; none between two of them.
    numbers: Vec<Option<usize>>,
    /// On a way back that begins in the middle of a step: the state before that step.
    halfway: Option<Bundle>,
    /// All states of each object that any step changes, which tells its planned fields.
    plan: Vec<Bundle>,
    /// Deployments whose pods some gate counts.
    counted: BTreeSet<ObjectRef>,
}

impl Way {
    /// The way that a run is on.
    pub(crate) fn of(plan: &Plan, position: &Position) -> Result<Self, Error> {
        let Position {
            from, to, halfway, ..
        } = *position;
        match position.direction {
            Direction::Forward => Self::forward(plan),
            Direction::Back => Self::back(plan, from, to, halfway),
        }
    }

    /// Through the plan.
    pub(crate) fn forward(plan: &Plan) -> Result<Self, Error> {
        let states = plan.states()?;
        let numbers = (0..states.len()).map(Some).collect();
        let steps = plan.spec.steps.clone();
        let (direction, counted) = (Direction::Forward, counted(&steps));
        Ok(Self {
            direction,
            steps,
            plan: states.clone(),
            states,
            numbers,
            halfway: None,
            counted,
        })
    }

    /// Back from the state after a step to the one after another, or as near above it as the plan's
    /// ways lead.
    pub(crate) fn back(plan: &Plan, from: usize, to: usize, halfway: bool) -> Result<Self, Error> {
        let forward = plan.states()?;
        let missing = || cutover_plan::Error::NoStep {
            step: from,
            steps: plan.len(),
        };
        let mut way = Self {
            direction: Direction::Back,
            steps: Vec::new(),
            states: vec![forward.get(from).ok_or_else(missing)?.clone()],
            numbers: vec![Some(from)],
            halfway: from
                .checked_sub(1)
                .filter(|_| halfway)
                .map(|before| forward[before].clone()),
            plan: Vec::new(),
            counted: BTreeSet::new(),
        };
        let mut at = from;
        while at > to {
            let undo = &plan.spec.undo[at - 1];
            if undo.then < to {
                break;
            }
            for step in &undo.steps {
                let mut state = way.states[way.states.len() - 1].clone();
                apply(&mut state, step, at)?;
                way.steps.push(step.clone());
                way.states.push(state);
                way.numbers.push(None);
            }
            at = undo.then;
            let last = way.numbers.len() - 1;
            way.numbers[last] = Some(at);
        }
        way.plan = forward;
        way.plan.extend(way.states.iter().cloned());
        way.counted = counted(&way.steps);
        Ok(way)
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

    /// Whether a gate of this way counts an object's pods, so that how many there are is planned.
    pub(crate) fn counts(&self, object: &ObjectRef) -> bool {
        self.counted.contains(object)
    }
}

fn counted(steps: &[Step]) -> BTreeSet<ObjectRef> {
    let gates = steps.iter().flat_map(|step| &step.gates);
    let counted = gates.filter_map(|gate| match gate {
        Gate::Available { object, .. } | Gate::Settled { object, .. } => Some(object.clone()),
        _ => None,
    });
    counted.collect()
}

/// The states that the ways back from the state after a step lead to, down to the start.
pub(crate) fn ways_back(plan: &Plan, from: usize) -> Vec<usize> {
    let then = |at: &usize| {
        plan.spec
            .undo
            .get(at.wrapping_sub(1))
            .map(|undo| undo.then.min(at - 1))
    };
    std::iter::successors(Some(from), then).skip(1).collect()
}

/// Every state that any step of a plan, forward or back, brings an object to; each once.
pub(crate) fn states_of_objects(plan: &Plan) -> Result<Vec<Manifest>, Error> {
    let mut found: BTreeMap<ObjectRef, Vec<Manifest>> = BTreeMap::new();
    let states = plan.states()?;
    let forward = (0, &plan.spec.steps);
    let back = plan.spec.undo.iter().map(|undo| (undo.from, &undo.steps));
    for (from, steps) in std::iter::once(forward).chain(back) {
        let mut state = states[from].clone();
        for step in steps {
            apply(&mut state, step, from)?;
            for object in step.changes.iter().map(Change::object) {
                let known = found.entry(object.clone()).or_default();
                known.extend(
                    state
                        .get(object)
                        .filter(|here| !known.contains(here))
                        .cloned()
                        .into_iter()
                        .collect::<Vec<_>>(),
                );
            }
        }
    }
    Ok(found.into_values().flatten().collect())
}
