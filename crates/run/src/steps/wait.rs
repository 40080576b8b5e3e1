//! The gates of a step: what is waited for, and for how long.

use cutover_plan::{Gate, OnFailure};
use jiff::{SignedDuration, Timestamp};

use super::analyse::Analysed;
use super::pause::Wait;
use crate::change::ChangeState;
use crate::course::Direction;
use crate::gates::{Blocked, Cluster, Verdict, Waiting, judge};
use crate::now::saturating_add;
use crate::phase::Next;
use crate::progress::Progress;
use crate::reason::Reason;
use crate::run::Run;

impl Run {
    /// All changes of the present step are made: its gates are waited for.
    pub(super) fn begin_to_wait(&mut self, already: bool, now: Timestamp) -> Next {
        let Some(number) = self.number() else {
            return Next::Wait;
        };
        self.tell_step(number, already);
        self.unconfirmed = None;
        self.backoff.reset();
        self.waiting = Waiting::default();
        let objects = self.changed_by(number);
        if let Some(cursor) = &mut self.cursor {
            let position = cursor.position_mut();
            for object in objects {
                match self.observed.live(&object) {
                    Some(live) => position.note_uid(live),
                    None => position.forget_uid(&object),
                }
            }
            position.wait(now);
        }
        Next::Again
    }

    /// Waits for the gates of the present step.
    pub(super) fn wait(&mut self, now: Timestamp) -> Next {
        let Some(number) = self.number() else {
            return Next::Wait;
        };
        if self.has_landed(number + 1) {
            return self.begin(number + 1, now);
        }
        let drift = self.drift(number);
        if !drift.is_empty() {
            return self.go_over(&drift, now);
        }
        self.has_restored();
        if self.take_over(number, now) {
            return Next::Wait;
        }
        match self.analyse(number, now) {
            Analysed::Failed(reason) => {
                return self.give_up(format!("step {number}: {reason}"), now);
            }
            Analysed::News => return Next::Again,
            Analysed::Nothing => {}
        }
        match self.hold(number, now) {
            Ok(()) => self.pass(number, now),
            Err(blocked) => self.wait_on(number, blocked, now),
        }
    }

    /// Whether a write of the next step that was given up, and after which the run went back to
    /// these gates, is made after all.
    fn has_landed(&self, next: usize) -> bool {
        let (Some(object), Some(cursor)) = (&self.unconfirmed, &self.cursor) else {
            return false;
        };
        next <= cursor.path().len()
            && self.changed_by(next).contains(object)
            && self.change_state(next, object) == ChangeState::Done
    }

    /// The gates on the cluster hold; analyses, pauses and windows are left.
    fn pass(&mut self, number: usize, now: Timestamp) -> Next {
        let Some(cursor) = &mut self.cursor else {
            return Next::Wait;
        };
        let position = cursor.position_mut();
        let Some(held) = position.held else {
            position.held = Some(now);
            return Next::Again;
        };
        let is_passed = position.passed;
        let pending = match is_passed {
            true => None,
            false => self.pending(number, held, now),
        };
        if let Some(wait) = pending.or_else(|| self.closed_window(number, now)) {
            self.tell_wait(number, wait);
            return Next::Wait;
        }
        if self.is_paused() {
            self.tell_wait(number, self.until_resumed(None));
            return Next::Wait;
        }
        self.tell(Progress::Held { number });
        self.begin(number + 1, now)
    }

    /// Sets to work on a step.
    fn begin(&mut self, number: usize, now: Timestamp) -> Next {
        if let Some(cursor) = &mut self.cursor {
            cursor.position_mut().begin(number, now);
        }
        Next::Again
    }

    /// Whether all gates of a step but pauses hold now; if not, the first that does not.
    pub(super) fn hold(&mut self, number: usize, now: Timestamp) -> Result<(), Blocked> {
        let Some(cursor) = &self.cursor else {
            return Ok(());
        };
        let cluster = Cluster::new(&self.observed, &self.fronted, self.options.settle);
        let held = self.waiting.hold(cursor.path().gates(number), cluster, now);
        if let Err(Blocked {
            wake: Some(wake), ..
        }) = held
        {
            self.outbox.wake_at(wake);
        }
        held
    }

    /// Whether all gates of a step but pauses and analyses hold at this moment, of one that they
    /// held for before.
    pub(super) fn still_holds(&self, number: usize, now: Timestamp) -> bool {
        let mut gates = self.gates(number).iter();
        gates.all(|gate| judge(gate, &self.observed) == Verdict::Holds)
            && self.closed_window(number, now).is_none()
    }

    /// A gate does not hold: the run waits. A pause and an analysis have no limit of their own, and
    /// pods that cease to be ready in it do.
    fn wait_on(&mut self, number: usize, blocked: Blocked, now: Timestamp) -> Next {
        let Some(cursor) = &mut self.cursor else {
            return Next::Wait;
        };
        let begun = cursor.position().since;
        let Some(held) = cursor.position().measured_since() else {
            return self.wait_within(number, blocked, begun, now);
        };
        let Some(pending) = self.pending(number, held, now) else {
            if let Some(cursor) = &mut self.cursor {
                cursor.position_mut().pass(now);
            }
            return Next::Again;
        };
        if let Some(until) = pending.until {
            self.outbox.wake_at(until);
        }
        self.wait_within(number, blocked, held.max(begun), now)
    }

    /// A gate does not hold: the run waits as long as the step may take.
    fn wait_within(
        &mut self,
        number: usize,
        blocked: Blocked,
        begun: Timestamp,
        now: Timestamp,
    ) -> Next {
        let Some(cursor) = &self.cursor else {
            return Next::Wait;
        };
        if self.is_paused() {
            // What is held cannot come nearer.
            self.waiting.restart(now);
            self.tell_wait(number, self.until_resumed(Some(blocked)));
            return Next::Wait;
        }
        let gates = cursor.path().gates(number);
        let since = self.waiting.still_since(gates, &self.observed, begun, now);
        let within = cursor.path().limit(number);
        let until = within.map(|within| {
            let within = SignedDuration::from_secs(within.seconds().into());
            saturating_add(since, within)
        });
        if let Some(within) = within.filter(|_| until.is_some_and(|until| until <= now)) {
            let Blocked { gate, stands, .. } = blocked;
            let reason = format!("step {number}: {gate} did not hold within {within}: {stands}");
            return self.give_up(reason, now);
        }
        self.tell_wait(number, Wait::on(blocked, until));
        Next::Wait
    }

    /// What the step needs will not come: the run goes back where the plan says so, else it stops.
    pub(super) fn give_up(&mut self, reason: impl Into<Reason>, now: Timestamp) -> Next {
        let reason = reason.into();
        let cursor = self.cursor.as_ref();
        let forward = cursor.is_some_and(|cursor| cursor.direction() == Direction::Forward);
        let on_failure = self
            .options
            .on_failure
            .unwrap_or(self.given.spec.on_failure);
        if forward && on_failure == OnFailure::Undo && self.has_taken_a_step() {
            return self.turn(0, reason.message().to_owned(), now);
        }
        self.failed(reason)
    }

    /// The number of the present step.
    pub(super) fn number(&self) -> Option<usize> {
        let cursor = self.cursor.as_ref()?;
        Some(cursor.number())
    }

    /// The gates of a step; none where there is no path yet.
    pub(super) fn gates(&self, number: usize) -> &[Gate] {
        let cursor = self.cursor.as_ref();
        cursor.map_or(&[], |cursor| cursor.path().gates(number))
    }
}

#[cfg(test)]
mod tests;
