//! The changes of a step are made, one after the other.

use cutover_manifest::ObjectRef;
use jiff::Timestamp;

use crate::api::effect::Write;
use crate::api::event::{Answer, Fault, Reply};
use crate::change::ChangeState;
use crate::hint::Hint;
use crate::phase::Next;
use crate::progress::Progress;
use crate::reason::Reason;
use crate::run::Run;

/// How far the changes of a step are made.
struct Made {
    /// Whether one of them is.
    any: bool,
    /// The first that is not, and the write that makes it.
    pending: Option<(ObjectRef, Write)>,
}

impl Run {
    /// Makes the changes of the present step, one after the other.
    pub(crate) fn write(&mut self, now: Timestamp) -> Next {
        let Some(cursor) = &self.cursor else {
            return Next::Wait;
        };
        if cursor.is_behind_the_last() {
            return self.arrive(now);
        }
        let number = cursor.number();
        let has_changes = !cursor.path().changes(number).is_empty();
        // Of the step in whose middle the run turned round some changes are as they were before it.
        let turns = number == 1 && cursor.path().halfway().is_some();
        let made = match self.made_so_far(number, now) {
            Ok(made) => made,
            Err(next) => return next,
        };
        let Some((object, write)) = made.pending else {
            return self.begin_to_wait(has_changes, now);
        };
        let begins = !made.any || turns;
        if begins && self.is_paused() {
            self.waiting.forget_counts();
            self.tell_wait(number, self.until_resumed(None));
            return Next::Wait;
        }
        if begins && !self.may_begin(number, now) {
            self.waiting.forget_counts();
            return Next::Wait;
        }
        if self.recounts(number) {
            return Next::Again;
        }
        self.tell_step(number, false);
        self.make(object, write, now);
        Next::Wait
    }

    /// How far the changes of a step are made, unless one of them cannot be.
    fn made_so_far(&mut self, number: usize, now: Timestamp) -> Result<Made, Next> {
        let (mut any, mut pending) = (false, None);
        for object in self.changed_by(number) {
            match self.change_state(number, &object) {
                ChangeState::Drifted(drift) => return Err(self.go_over_in_step(drift, now)),
                ChangeState::Terminating => return Err(self.wait_until_gone(number, &object, now)),
                ChangeState::Done => any = true,
                ChangeState::Pending(write) => pending = pending.or(Some((object, write))),
            }
        }
        Ok(Made { any, pending })
    }

    /// The objects that a step changes.
    pub(crate) fn changed_by(&self, number: usize) -> Vec<ObjectRef> {
        let cursor = self.cursor.iter();
        let changes = cursor.flat_map(|cursor| cursor.path().changes(number));
        changes.map(|change| change.object().clone()).collect()
    }

    /// Whether the step may begin: nothing has drifted, and all gates of the step before hold at
    /// this moment.
    fn may_begin(&mut self, number: usize, now: Timestamp) -> bool {
        let drift = self.drift(number - 1);
        if !drift.is_empty() {
            self.go_over_before(number, &drift, now);
            return false;
        }
        self.has_restored();
        if number == 1 {
            return self.has_shrunk(now);
        }
        let Some(step) = self.unheld(number, now) else {
            return true;
        };
        if let Some(cursor) = &mut self.cursor {
            cursor.position_mut().wait_again(step, now);
        }
        self.outbox.wake_at(now);
        false
    }

    /// The step whose gates do not hold at this moment: the one before, or, while those change
    /// nothing, one before that.
    fn unheld(&mut self, number: usize, now: Timestamp) -> Option<usize> {
        let mut step = number - 1;
        if self.hold(step, now).is_err() || self.closed_window(step, now).is_some() {
            return Some(step);
        }
        while step > 1 && self.changed_by(step).is_empty() {
            step -= 1;
            if !self.still_holds(step, now) {
                return Some(step);
            }
        }
        None
    }

    /// What came of a write.
    pub(crate) fn made(&mut self, object: &ObjectRef, answer: Answer, now: Timestamp) {
        match answer {
            Ok(Reply::Object(found)) => {
                self.unconfirmed = None;
                self.backoff.reset();
                self.overruled.wrote(object);
                match found {
                    Some(manifest) => {
                        if let Some(cursor) = &mut self.cursor {
                            cursor.position_mut().note_uid(&manifest);
                        }
                        self.observed.update(&manifest);
                    }
                    None => self.observed.remove(object),
                }
            }
            Ok(_) => self.observed.forget(object),
            Err(_) if self.is_over() => {}
            Err(fault) if fault.is_final() && !fault.is_stale() => {
                let reason = format!("{object}: {}", fault.in_words());
                self.give_up_writing(reason.into(), now);
            }
            Err(fault) if self.backoff.is_exhausted() => self.give_up_on(object, &fault, now),
            Err(fault) => {
                self.waiting.forget_counts();
                if fault.may_have_been_made() && self.objects.contains(object) {
                    self.doubt(object, &fault, now);
                }
                self.observed.forget(object);
                self.back_off(&fault, now);
            }
        }
    }

    fn give_up_on(&mut self, object: &ObjectRef, fault: &Fault, now: Timestamp) {
        let reason = if fault.is_stale() {
            "it changes each time that it is to be written".to_owned()
        } else {
            fault.in_words()
        };
        let reason = Reason::from(format!("{object}: {reason}"));
        self.give_up_writing(reason.hint(Hint::GoOn), now);
    }

    /// A write will not be made: the run goes back where the plan says so, unless an earlier attempt
    /// may still land; else it stops.
    fn give_up_writing(&mut self, reason: Reason, now: Timestamp) {
        if self.unconfirmed.is_none() {
            self.give_up(reason, now);
        } else {
            self.fail(reason);
        }
    }

    pub(crate) fn tell_step(&mut self, number: usize, already: bool) {
        if self.step_told == Some(number) {
            return;
        }
        self.step_told = Some(number);
        let Some(cursor) = &self.cursor else { return };
        let phase = cursor.path().step(number).phase.to_string();
        self.tell(Progress::Step {
            number,
            phase,
            already,
        });
    }
}
