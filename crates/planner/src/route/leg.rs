//! From where the plan stands to a waypoint, step by step.

use std::collections::VecDeque;

use cutover_manifest::{Bundle, ObjectRef, rank};
use cutover_plan::{Change, Phase, Step, state_digest};

use super::cohort::cohorts;
use super::context::{Context, Inputs};
use super::edit::{Action, Edit, made};
use super::gates::{awaited, gates};
use super::movement::Move;
use super::order::{Edits, ORDER};
use super::others::{Kind, Others, Turn};
use crate::error::Error;
use crate::waypoint::Waypoint;

/// The way from one state to a waypoint, made step by step by [`Leg::next`].
pub(super) struct Leg<'a> {
    inputs: &'a Inputs<'a>,
    point: &'a Waypoint,
    /// What is left for each cohort to do, move by move; a batch goes after the one before it.
    batches: VecDeque<Vec<VecDeque<Action>>>,
    others: Others,
}

impl<'a> Leg<'a> {
    pub(super) fn new(
        inputs: &'a Inputs<'a>,
        here: &Bundle,
        point: &'a Waypoint,
        context: &Context<'_>,
    ) -> Result<Self, Error> {
        let there = &point.bundle;
        let cohorts = cohorts(inputs.workloads, here, there);
        let mut batches: VecDeque<Vec<VecDeque<Action>>> = VecDeque::new();
        for cohort in &cohorts {
            let actions = cohort.actions(here, there, context)?;
            match batches.back_mut() {
                Some(batch) if Some(batch.len()) != inputs.max_concurrent => batch.push(actions),
                _ => batches.push_back(vec![actions]),
            }
        }
        if context.back {
            // The last to go is the first to come back.
            batches.make_contiguous().reverse();
        }
        Ok(Self {
            inputs,
            point,
            batches,
            others: Others::new(inputs.workloads, &cohorts, here, there),
        })
    }

    /// The next step from `here`, and the state after it; `None` at the waypoint.
    ///
    /// The cohort with the longest way ahead says which move it is; all cohorts that are to make
    /// the same one make it too.
    pub(super) fn next(
        &mut self,
        here: &Bundle,
        context: &Context<'_>,
    ) -> Result<Option<(Step, Bundle)>, Error> {
        self.batches
            .retain(|batch| batch.iter().any(|actions| !actions.is_empty()));
        let (mut edits, beside) = self.others_next(here);
        edits.extend(beside.map_or_else(Vec::new, |movement| self.take(movement)));
        if edits.is_empty() {
            return Ok(None);
        }
        self.step(here, context, edits).map(Some)
    }

    /// What is done next about objects that no workload moves, and which move of the workloads goes
    /// beside it.
    fn others_next(&self, here: &Bundle) -> (Vec<Edit>, Option<Move>) {
        let turn = self.turn(here);
        let mut edits = Vec::new();
        for rule in &ORDER {
            let Edits::OfOthers(of_others) = rule.edits else {
                continue;
            };
            let more = of_others(&turn);
            if !more.is_empty() && turn.movement != Some(rule.movement) {
                return (more, None);
            }
            edits.extend(more);
        }
        (edits, turn.movement)
    }

    fn turn<'t>(&'t self, here: &'t Bundle) -> Turn<'t> {
        let there = &self.point.bundle;
        let left = self.others.left(here, there);
        let introduces = left.iter().any(|(kind, _)| *kind == Kind::Plain);
        let movement = match introduces {
            true => Some(Move::Expand),
            false => self.next_move(),
        };
        let actions = self.batches.front().into_iter().flatten();
        let first = actions.filter_map(VecDeque::front);
        let ready = first.filter(|action| Some(action.movement) == movement);
        Turn {
            here,
            there,
            others: &self.others,
            left,
            movement,
            ready: ready.flat_map(|action| &action.edits).collect(),
        }
    }

    /// What the cohort with the longest way ahead does next.
    fn next_move(&self) -> Option<Move> {
        let batch = self.batches.front()?;
        let longest = batch.iter().rev().max_by_key(|actions| actions.len())?;
        Some(longest.front()?.movement)
    }

    /// What the cohorts do that are to make this move next.
    fn take(&mut self, movement: Move) -> Vec<Edit> {
        let mut edits = Vec::new();
        for actions in self.batches.front_mut().into_iter().flatten() {
            let is_ready = |first: &Action| first.movement == movement;
            if actions.front().is_some_and(is_ready) {
                edits.extend(
                    actions
                        .pop_front()
                        .into_iter()
                        .flat_map(|first| first.edits),
                );
            }
        }
        edits
    }

    fn step(
        &self,
        here: &Bundle,
        context: &Context<'_>,
        mut edits: Vec<Edit>,
    ) -> Result<(Step, Bundle), Error> {
        edits.sort_by_cached_key(order);
        let after = made(here, &edits);
        let (idle, edits): (Vec<Edit>, Vec<Edit>) =
            edits.into_iter().partition(|edit| edit.is_idle(here));
        let change = |edit: &Edit| Change::between(here.get(&edit.object), edit.after.as_ref());
        let changes: Vec<Change> = edits.iter().filter_map(change).collect();
        let mut gates = gates(self.inputs, here, &after, &changes, context);
        let idle = idle.iter().map(|edit| &edit.object);
        gates.extend(awaited(self.inputs, &after, idle, context));
        let mut shares = Vec::new();
        if !context.back && self.is_over(&after) {
            gates.extend(self.point.gates.iter().cloned());
            shares.clone_from(&self.point.shares);
        }
        let step = Step {
            phase: Phase::new(&*self.point.phase)?,
            within: Step::full_limit(&gates, &after),
            changes,
            shares,
            gates,
            state: state_digest(&after)?,
        };
        Ok((step, after))
    }

    /// Whether the waypoint is reached.
    fn is_over(&self, here: &Bundle) -> bool {
        let mut actions = self.batches.iter().flatten();
        actions.all(VecDeque::is_empty) && *here == self.point.bundle
    }
}

/// Existing objects come before what refers to them, and leave in the reverse order.
fn order(edit: &Edit) -> (bool, i16, ObjectRef) {
    let rank = i16::from(rank(&edit.object));
    let removal = edit.after.is_none();
    (
        removal,
        if removal { -rank } else { rank },
        edit.object.clone(),
    )
}
