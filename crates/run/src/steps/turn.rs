//! Turning round, and setting out.

use std::cmp::Ordering;

use cutover_manifest::{MergeKeys, ObjectRef};
use cutover_patch::Standing;
use jiff::Timestamp;

use crate::course::Course;
use crate::gates::Waiting;
use crate::hint::Hint;
use crate::journal::Stage;
use crate::observed::status::is_terminating;
use crate::outcome::Outcome;
use crate::path::{Path, rollback_states};
use crate::phase::Next;
use crate::progress::Progress;
use crate::reason::Reason;
use crate::run::Run;

impl Run {
    /// Turns round: from the step that is reached, in the middle of it too.
    pub(crate) fn turn(&mut self, to: usize, reason: String, now: Timestamp) -> Next {
        let Some(cursor) = &self.cursor else {
            return Next::Wait;
        };
        let step = cursor.number();
        let (from, halfway, passed) = match cursor.stage() {
            Stage::Waiting => (step, cursor.position().held.is_none(), false),
            Stage::Writing if self.is_begun(step) => (step, true, false),
            Stage::Writing => (step - 1, false, true),
        };
        if from == to && !passed {
            self.fail(not_past(to));
        } else {
            let course = Course::Back { from, to, halfway };
            self.roll_back(course, reason, now);
        }
        Next::Again
    }

    /// Whether there is anything to take back.
    pub(super) fn has_taken_a_step(&self) -> bool {
        let cursor = self.cursor.as_ref();
        cursor.is_some_and(|cursor| {
            let is_past_the_first = cursor.number() > 1 || cursor.stage() == Stage::Waiting;
            is_past_the_first || self.is_begun(1)
        })
    }

    /// Whether a change of a step is made, or may be.
    fn is_begun(&self, step: usize) -> bool {
        let Some(cursor) = &self.cursor else {
            return false;
        };
        if cursor.is_behind_the_last() {
            return false;
        }
        let objects = self.changed_by(step);
        objects.iter().any(|object| self.is_changed(step, object))
    }

    fn is_changed(&self, step: usize, object: &ObjectRef) -> bool {
        let Some(cursor) = &self.cursor else {
            return false;
        };
        let live = self.observed.live(object);
        let before = cursor.path().before(step).get(object);
        let after = cursor.path().after(step).get(object);
        match (before, after, live) {
            (None, Some(_), live) => live.is_some_and(|live| !is_terminating(live)),
            (Some(_), None, live) => live.is_none_or(is_terminating),
            (Some(before), Some(after), Some(live)) => {
                let live = self.options.as_secrets().seal_like(live, after);
                let (live, before, after) = (live.value(), before.value(), after.value());
                !Standing::of(live, before, after, &MergeKeys).is_before()
            }
            (Some(_), Some(_), None) | (None, None, _) => false,
        }
    }

    /// Sets out on a rollback, where the plan's ways back lead to its end.
    pub(crate) fn roll_back(&mut self, course: Course, reason: String, now: Timestamp) {
        let Course::Back { from, to, .. } = course else {
            return;
        };
        match from.cmp(&to) {
            Ordering::Less => return self.fail(not_past(to)),
            Ordering::Equal => {
                self.end_as(Outcome::Undone { to });
                return;
            }
            Ordering::Greater => {}
        }
        let path = match Path::of(&self.bound.plan, course) {
            Ok(path) => path,
            Err(error) => return self.fail(error),
        };
        if path.end() != to {
            return self.fail(self.leads_elsewhere(from, to));
        }
        self.tell(Progress::Turned {
            reason: reason.clone(),
            from,
            steps: path.len(),
        });
        self.start(course, path, Some(reason), now);
    }

    fn leads_elsewhere(&self, from: usize, to: usize) -> Reason {
        let states = rollback_states(&self.bound.plan, from);
        let states: Vec<String> = states.iter().map(ToString::to_string).collect();
        let message = format!("the ways back do not lead to the state after step {to}");
        let hint = format!("from here they lead to {}", states.join(", "));
        Reason::from(message).hint(hint)
    }

    /// Sets out forward again from the state after a step.
    pub(crate) fn start_again(&mut self, at: usize, now: Timestamp) {
        let path = match Path::forward(&self.bound.plan) {
            Ok(path) => path,
            Err(error) => return self.fail(error),
        };
        self.start(Course::Forward, path, None, now);
        // What was approved and wished on the way here counts no more.
        self.record.drop_wishes();
        if let Some(cursor) = &mut self.cursor {
            cursor.position_mut().begin(at + 1, now);
        }
    }

    fn start(&mut self, course: Course, path: Path, turned: Option<String>, now: Timestamp) {
        if let Some(cursor) = &mut self.cursor {
            cursor.start(course, path, turned, now);
        }
        self.step_told = None;
        self.in_place = None;
        self.waiting = Waiting::default();
    }
}

fn not_past(step: usize) -> Reason {
    let message = format!("the run has not come past step {step}: there is nothing to take back");
    Reason::from(message).hint(Hint::ShowStatus)
}
