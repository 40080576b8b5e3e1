//! How a run stops, and what it does at its end.

use crate::now::Now;
use crate::outcome::Outcome;
use crate::phase::{Next, Phase};
use crate::reason::Reason;
use crate::requests::Question;
use crate::run::Run;

impl Run {
    /// As [`fail`](Self::fail), for a decision that has been taken with it.
    pub(crate) fn failed(&mut self, reason: impl Into<Reason>) -> Next {
        self.fail(reason);
        Next::Again
    }

    /// Stops, or refuses where nothing was written yet.
    pub(crate) fn fail(&mut self, reason: impl Into<Reason>) {
        // The journal cannot say how the run ended, and there is nothing else left to do.
        if let Phase::Close(outcome) = &self.phase {
            return self.end(outcome.clone());
        }
        self.phase = Phase::Close(self.stopped(reason.into()));
        self.requests.clear_queue();
    }

    /// A Lease cannot be had, or was lost: nothing may be written any more, the journal neither.
    pub(crate) fn lose(&mut self, reason: impl Into<Reason>) {
        self.end(self.stopped(reason.into()));
    }

    /// Writes into the journal how the run ended, and gives the Leases back.
    pub(crate) fn close(&mut self, outcome: Outcome, now: Now) -> Next {
        if !self.notes_end(&outcome, now) || !self.requests.is_answered() {
            return Next::Wait;
        }
        for request in self.leadership.release() {
            self.ask(Question::Release, request, now.wall);
        }
        match self.requests.is_answered() {
            true => Next::End(outcome),
            false => Next::Wait,
        }
    }

    /// Whether the journal says how the run ended, or will never.
    fn notes_end(&mut self, outcome: &Outcome, now: Now) -> bool {
        if matches!(outcome, Outcome::Refused { .. }) {
            return true;
        }
        let Some(cursor) = &mut self.cursor else {
            return true;
        };
        cursor.position_mut().end(outcome, now.wall);
        !self.leadership.leads(now.steady) || self.updates_journal(now.wall)
    }

    fn stopped(&self, reason: Reason) -> Outcome {
        if !matches!(self.phase, Phase::Work | Phase::GiveBack { .. }) {
            return Outcome::Refused { reason };
        }
        let cursor = self.cursor.as_ref();
        let step = cursor.map_or(0, |cursor| cursor.reached());
        Outcome::Stopped { step, reason }
    }
}
