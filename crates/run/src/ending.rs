//! Turning round, stopping, and the end.

use std::cmp::Ordering;
use std::sync::Arc;

use jiff::Timestamp;

use crate::hint::Hint;
use crate::journal::Stage;
use crate::now::Now;
use crate::outcome::Outcome;
use crate::path::{Path, rollback_states};
use crate::progress::Progress;
use crate::reason::Reason;
use crate::requests::Question;
use crate::run::{Held, Phase, Run};
use crate::steps::change::is_terminating;

impl Run {
    /// Turns round: from the step that is reached, in the middle of it too.
    pub(crate) fn turn(&mut self, to: usize, reason: String, now: Timestamp) -> bool {
        let Some(position) = &self.position else {
            return false;
        };
        let (step, stage, held) = (position.step, position.stage, position.held);
        let (from, halfway, passed) = match stage {
            Stage::Waiting => (step, held.is_none(), false),
            Stage::Writing if self.is_begun(step) => (step, true, false),
            Stage::Writing => (step - 1, false, true),
        };
        if from == to && !passed {
            self.fail(not_past(to));
        } else {
            self.roll_back(from, to, halfway, reason, now);
        }
        true
    }

    fn is_begun(&self, step: usize) -> bool {
        let Some(path) = self.path.as_ref().filter(|path| step <= path.steps.len()) else {
            return false;
        };
        let objects = path.changes(step).iter().map(cutover_plan::Change::object);
        let (before, after) = (path.before(step), path.after(step));
        let secrets = self.options.secrets();
        objects.into_iter().any(|object| {
            match (
                before.get(object),
                after.get(object),
                self.observed.live(object),
            ) {
                (None, Some(_), live) => live.is_some_and(|live| !is_terminating(live)),
                (Some(_), None, live) => live.is_none_or(is_terminating),
                (Some(before), Some(after), Some(live)) => {
                    let live = secrets.seal_like(live, after);
                    let schema = &cutover_manifest::MergeKeys;
                    !cutover_patch::Standing::of(
                        live.value(),
                        before.value(),
                        after.value(),
                        schema,
                    )
                    .is_before()
                }
                _ => false,
            }
        })
    }

    /// Sets out on the way back from the state after a step.
    pub(crate) fn roll_back(
        &mut self,
        from: usize,
        to: usize,
        halfway: bool,
        reason: String,
        now: Timestamp,
    ) {
        match from.cmp(&to) {
            Ordering::Less => return self.fail(not_past(to)),
            Ordering::Equal => {
                self.phase = Phase::Close(Outcome::Undone { to });
                return;
            }
            Ordering::Greater => {}
        }
        let path = match Path::back(&self.bound.plan, from, to, halfway) {
            Ok(path) => path,
            Err(error) => return self.fail(error),
        };
        if path.end() != to {
            let states: Vec<String> = rollback_states(&self.bound.plan, from)
                .iter()
                .map(ToString::to_string)
                .collect();
            let states = states.join(", ");
            let message = format!("the ways back do not lead to the state after step {to}");
            let hint = format!("from here they lead to {states}");
            return self.fail(Reason::from(message).hint(hint));
        }
        self.tell(Progress::Turned {
            reason: reason.clone(),
            from,
            steps: path.steps.len(),
        });
        self.start(path, from, to, halfway, Some(reason), now);
    }

    /// Sets out forward again from the state after a step.
    pub(crate) fn start_again(&mut self, at: usize, now: Timestamp) {
        match Path::forward(&self.bound.plan) {
            Ok(path) => {
                self.start(path, 0, 0, false, None, now);
                // What was approved and wished on the way here counts no more.
                self.anew = true;
                if let Some(position) = &mut self.position {
                    position.step = at + 1;
                }
            }
            Err(error) => self.fail(error),
        }
    }

    /// A run that was done before is done, if what it brought is there.
    pub(crate) fn stays_done(&mut self) -> bool {
        let last = self.bound.plan.len();
        match self.drift(last) {
            Some(reason) => {
                let name = &self.given.metadata.name;
                let message = format!("plan {name} was done, and is no longer in place: {reason}");
                self.failed(Reason::from(message).hint(Hint::PlanAnew))
            }
            None => {
                self.phase = Phase::Close(Outcome::Done);
                true
            }
        }
    }

    fn start(
        &mut self,
        path: Path,
        from: usize,
        to: usize,
        halfway: bool,
        turned: Option<String>,
        now: Timestamp,
    ) {
        if let Some(position) = &mut self.position {
            position.direction = path.direction;
            (position.from, position.to, position.halfway) = (from, to, halfway);
            position.turned = turned;
            (position.ended, position.ended_at) = (None, None);
            position.begin(1, now);
        }
        self.step_told = None;
        self.in_place = None;
        self.gates = Held::new();
        self.path = Some(Arc::new(path));
    }

    /// Somebody else has written what the plan is about: the run stops, and changes nothing.
    pub(crate) fn drifted(&mut self, reason: impl Into<Reason>) -> bool {
        let reason = reason.into();
        let hint = reason.advice().cloned().unwrap_or(Hint::Restore);
        self.failed(reason.hint(hint))
    }

    /// Stops, or refuses where nothing was written yet.
    pub(crate) fn fail(&mut self, reason: impl Into<Reason>) {
        let reason = reason.into();
        let begun = self.phase == Phase::Work;
        let step = self.reached();
        // The journal cannot say how the run ended, and there is nothing else left to do.
        if let Phase::Close(outcome) = self.phase.clone() {
            return self.end(outcome);
        }
        let outcome = if begun {
            Outcome::Stopped { step, reason }
        } else {
            Outcome::Refused { reason }
        };
        self.phase = Phase::Close(outcome);
        self.queue.clear();
    }

    /// As [`fail`](Self::fail), for a decision that has been taken with it.
    pub(crate) fn failed(&mut self, reason: impl Into<Reason>) -> bool {
        self.fail(reason);
        true
    }

    /// A Lease cannot be had, or was lost: nothing may be written any more, the journal neither.
    pub(crate) fn lose(&mut self, reason: impl Into<Reason>) {
        let reason = reason.into();
        let step = self.reached();
        let begun = self.phase == Phase::Work;
        self.end(if begun {
            Outcome::Stopped { step, reason }
        } else {
            Outcome::Refused { reason }
        });
    }

    /// The state of the plan that was reached last.
    fn reached(&self) -> usize {
        let done = self
            .position
            .as_ref()
            .map_or(0, |position| position.step.saturating_sub(1));
        self.path
            .as_ref()
            .map_or(0, |path| path.reached(done.min(path.steps.len())))
    }

    /// Writes into the journal how the run ended, and gives the Leases back.
    pub(crate) fn close(&mut self, outcome: &Outcome, now: Now) -> bool {
        let refused = matches!(outcome, Outcome::Refused { .. });
        let ended = self.position.as_mut().filter(|_| !refused);
        if let Some(position) = ended.filter(|position| position.ended.is_none()) {
            position.ended = Some(outcome.clone());
            position.ended_at = Some(now.wall);
        }
        let journaled =
            refused || self.position.is_none() || !self.leads(now) || self.keep_journal(now.wall);
        if !journaled || !self.is_answered() {
            return false;
        }
        for request in self.leases.release() {
            self.ask(Question::Release, request, now.wall);
        }
        if self.is_answered() {
            self.end(outcome.clone());
        }
        false
    }
}

fn not_past(step: usize) -> Reason {
    let message = format!("the run has not come past step {step}: there is nothing to take back");
    Reason::from(message).hint(Hint::ShowStatus)
}
