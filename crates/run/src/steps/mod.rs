//! The steps: their changes are made, one after the other.

pub(crate) mod change;
pub(crate) mod objects;
pub(crate) mod takeover;
mod wait;

use cutover_manifest::{Manifest, ObjectRef};
use cutover_workload::Deployment;
use jiff::Timestamp;

use crate::api::effect::Request;
use crate::api::event::{Answer, Reply};
use crate::course::Direction;
use crate::gates::{Verdict, shrunk};
use crate::hint::Hint;
use crate::journal::Stage;
use crate::options::Goal;
use crate::outcome::Outcome;
use crate::progress::{Awaited, Progress};
use crate::reason::Reason;
use crate::requests::Question;
use crate::run::Run;
use crate::steps::change::ChangeState;

impl Run {
    pub(crate) fn work(&mut self, now: Timestamp) -> bool {
        if !self.look(now) || !self.keep_journal(now) || !self.sweep(now) {
            return false;
        }
        let Some((stage, direction)) = self.position.as_ref().map(|at| (at.stage, at.direction))
        else {
            return false;
        };
        if direction == Direction::Forward
            && self.unconfirmed.is_none()
            && let Some((to, reason)) = self.wish()
        {
            return self.turn(to, reason, now);
        }
        match stage {
            Stage::Writing => self.make(now),
            Stage::Waiting => self.wait(now),
        }
    }

    /// Reads what has been asked about and is not known; false while there is something.
    pub(crate) fn look(&mut self, now: Timestamp) -> bool {
        let unknown = self
            .objects
            .iter()
            .chain(self.jobs.keys())
            .find(|object| self.observed.object(object).is_none());
        match unknown.cloned() {
            Some(object) => {
                self.ask(Question::Look(object.clone()), Request::Get(object), now);
                false
            }
            None => true,
        }
    }

    /// Who wants the run to go back, how far and why.
    fn wish(&self) -> Option<(usize, String)> {
        let by = self
            .wishes
            .abort
            .as_ref()
            .map(|wish| format!("asked by {} at {}", wish.by, wish.at));
        match self.options.goal {
            Goal::Back { to } => Some((to, "asked for".to_owned())),
            _ if self.abort => Some((0, "asked for at this terminal".to_owned())),
            _ => by.map(|by| (0, by)),
        }
    }

    /// Makes the changes of the present step, one after the other.
    pub(crate) fn make(&mut self, now: Timestamp) -> bool {
        let (Some(position), Some(path)) = (&self.position, &self.path) else {
            return false;
        };
        let number = position.step;
        if number > path.steps.len() {
            return self.arrive();
        }
        let objects: Vec<ObjectRef> = path
            .changes(number)
            .iter()
            .map(|change| change.object().clone())
            .collect();
        let has_changes = !objects.is_empty();
        // Of the step in whose middle the run turned round some changes are as they were before it.
        let turns = number == 1 && path.halfway().is_some();
        let (mut begun, mut todo) = (false, None);
        for object in objects {
            match self.change_state(&object) {
                ChangeState::Drifted(reason) => return self.drifted(reason),
                ChangeState::Terminating => return self.wait_until_gone(number, &object),
                ChangeState::Done => begun = true,
                ChangeState::Pending(write) => todo = todo.or(Some((object, write))),
            }
        }
        let Some((object, write)) = todo else {
            return self.wait_from(now, has_changes);
        };
        if (!begun || turns) && !self.may_begin(number, now) {
            return false;
        }
        self.tell_step(number, false);
        self.ask(
            Question::Make(object),
            Request::Write {
                write,
                dry_run: false,
            },
            now,
        );
        false
    }

    /// What is to be created anew is still being deleted: a watch says when it is gone.
    fn wait_until_gone(&mut self, number: usize, object: &ObjectRef) -> bool {
        self.tell(Progress::Waiting {
            number,
            gate: Awaited::Gone(object.name.clone()),
            stands: "it is still being deleted".to_owned(),
            until: None,
        });
        false
    }

    /// Whether the step may begin: nothing has drifted, and all gates of the step before hold at
    /// this moment.
    fn may_begin(&mut self, number: usize, now: Timestamp) -> bool {
        if let Some(reason) = self.drift(number - 1) {
            return !self.drifted(reason);
        }
        if number == 1 {
            return self.has_shrunk();
        }
        let Some(step) = self.unheld(number, now) else {
            return true;
        };
        // Its pauses are over; its gates have a limit of their own once more.
        if let Some(position) = &mut self.position {
            position.step = step;
            position.stage = Stage::Waiting;
            position.since = now;
            position.passed = true;
        }
        self.wake_at(now);
        false
    }

    /// The step whose gates do not hold at this moment: the one before, or, while those change
    /// nothing, one before that.
    fn unheld(&mut self, number: usize, now: Timestamp) -> Option<usize> {
        let path = self.path.clone()?;
        let mut step = number - 1;
        if self.holds(step, now).is_err() || self.closed_window(step, now).is_some() {
            return Some(step);
        }
        while step > 1 && path.changes(step).is_empty() {
            step -= 1;
            if !self.still_holds(step, now) {
                return Some(step);
            }
        }
        None
    }

    /// Before the first step of a way back: the pods of the sets that the step before has shrunk are
    /// gone, or there would be too many.
    fn has_shrunk(&mut self) -> bool {
        let Some(path) = &self.path else { return false };
        let Some(halfway) = path.halfway() else {
            return true;
        };
        let count = |set: Option<&Manifest>| set.and_then(|set| Deployment::of(set).replicas());
        let shrinks = path
            .before(1)
            .iter()
            .filter(|set| Deployment::is(set.object()));
        let waits = shrinks.filter_map(|set| {
            let (was, is) = (count(halfway.get(set.object()))?, count(Some(set))?);
            let is_shrunk = is < was && count(self.observed.live(set.object())) == Some(is);
            match shrunk(&self.observed, set.object(), is) {
                Verdict::Waits(reason) if is_shrunk => {
                    Some(format!("{}: {reason}", set.object().name))
                }
                _ => None,
            }
        });
        let waits: Vec<String> = waits.collect();
        let Some(stands) = waits.first().cloned() else {
            return true;
        };
        self.tell(Progress::Waiting {
            number: 1,
            gate: Awaited::Gone("pods".to_owned()),
            stands,
            until: None,
        });
        false
    }

    /// What came of a write.
    pub(crate) fn made(&mut self, object: &ObjectRef, answer: Answer, now: Timestamp) {
        match answer {
            Ok(Reply::Object(found)) => {
                self.unconfirmed = None;
                self.rested();
                match found {
                    Some(manifest) => {
                        self.note_uid(&manifest);
                        self.observed.update(&manifest);
                    }
                    None => self.observed.remove(object),
                }
            }
            Ok(_) => self.observed.forget(object),
            Err(_) if self.is_over() => {}
            Err(fault) if fault.is_final() && !fault.is_stale() => {
                self.fail(format!("{object}: {}", fault.in_words()));
            }
            Err(fault) if self.is_tired() => {
                let changes = "it changes each time that it is to be written".to_owned();
                let reason = if fault.is_stale() {
                    changes
                } else {
                    fault.in_words()
                };
                self.fail(Reason::from(format!("{object}: {reason}")).hint(Hint::GoOn));
            }
            Err(fault) => {
                if fault.may_have_been_made() && self.objects.contains(object) {
                    self.unconfirmed = Some(object.clone());
                }
                self.observed.forget(object);
                self.rest(&fault, now);
            }
        }
    }

    /// All steps of the way are done.
    pub(crate) fn arrive(&mut self) -> bool {
        let Some(path) = &self.path else { return false };
        let outcome = match path.direction {
            Direction::Forward => Outcome::Done,
            Direction::Back => Outcome::Undone { to: path.end() },
        };
        self.phase = crate::run::Phase::Close(outcome);
        true
    }

    pub(crate) fn tell_step(&mut self, number: usize, already: bool) {
        if self.step_told == Some(number) {
            return;
        }
        self.step_told = Some(number);
        let Some(path) = &self.path else { return };
        let phase = path.step(number).phase.to_string();
        self.tell(Progress::Step {
            number,
            phase,
            already,
        });
    }
}
