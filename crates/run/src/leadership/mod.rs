//! Whether this runner is the only one.
//!
//! A runner that slept, or that heard nothing from the API server, may have lost its Leases to
//! another one that has come and gone meanwhile. So once they have run out the journal is read anew,
//! and before it has been nothing is decided.

mod lease;
pub(crate) mod leases;
pub(crate) mod runner;

use crate::api::effect::Request;
use crate::api::event::Answer;
use crate::now::{Now, Steady};

use self::leases::Leases;

/// The Leases of a run, and whether they have been held all the time since its journal was read.
#[derive(Debug)]
pub(crate) struct Leadership {
    leases: Leases,
    state: State,
}

/// Whether the Leases have been held all the time since the journal was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// They have been held without a gap.
    Kept,
    /// They ran out, and nothing is decided.
    Lost,
    /// They ran out and are held again: the journal is being read.
    Regained,
}

impl Leadership {
    pub(crate) fn new(leases: Leases) -> Self {
        Self {
            leases,
            state: State::Kept,
        }
    }

    /// Sees whether the Leases have run out.
    pub(crate) fn notice_loss(&mut self, now: Steady) {
        if !self.leases.held(now) {
            self.state = State::Lost;
        }
    }

    /// Whether they are held again after they ran out, seen for the first time: the journal is to
    /// be read.
    pub(crate) fn regains(&mut self, now: Steady) -> bool {
        let regains = self.state == State::Lost && self.leases.held(now);
        if regains {
            self.state = State::Regained;
        }
        regains
    }

    /// The journal has been read; whether it was for that.
    pub(crate) fn confirm(&mut self) -> bool {
        let confirms = self.state == State::Regained;
        if confirms {
            self.state = State::Kept;
        }
        confirms
    }

    /// Whether they have been held all the time.
    pub(crate) fn is_kept(&self) -> bool {
        self.state == State::Kept
    }

    /// Whether nobody else can have written since the journal was read.
    pub(crate) fn leads(&self, now: Steady) -> bool {
        self.is_kept() && self.leases.held(now)
    }

    /// Whether all Leases are held now.
    pub(crate) fn holds_leases(&self, now: Steady) -> bool {
        self.leases.held(now)
    }

    /// Until when all of them are held; none where there are none.
    pub(crate) fn deadline(&self) -> Option<Steady> {
        self.leases.deadline()
    }

    /// Who else holds one of them, in words.
    pub(crate) fn rival(&self) -> Option<String> {
        self.leases.rival()
    }

    /// Why they cannot be had, once.
    pub(crate) fn take_refusal(&mut self) -> Option<String> {
        self.leases.take_refusal()
    }

    /// The next request about a Lease, and about which.
    pub(crate) fn next(&mut self, now: Now) -> Option<(usize, Request)> {
        self.leases.next(now)
    }

    /// When there is something to ask again.
    pub(crate) fn wake(&self) -> Option<Steady> {
        self.leases.wake()
    }

    pub(crate) fn answer(&mut self, lease: usize, answer: Answer, now: Steady) {
        self.leases.answer(lease, answer, now);
    }

    /// Requests that give the Leases back.
    pub(crate) fn release(&mut self) -> Vec<Request> {
        self.leases.release()
    }
}

#[cfg(test)]
mod tests;
