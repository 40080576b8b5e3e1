//! Whether a write that failed is made, which must be certain before a run turns round.
//!
//! Whoever hears nothing does not know whether the write lands later, so it is made again until an
//! answer says so. A server that answers that it has failed has ended with the request, but for what
//! is on its way between it and its store: a while later the object tells.

use cutover_manifest::ObjectRef;
use jiff::{SignedDuration, Timestamp};

use crate::api::event::Fault;
use crate::course::Direction;
use crate::cursor::Cursor;
use crate::now::saturating_add;
use crate::run::Run;

/// How long a store may take over a write of which the server has said that it failed.
const STORED: SignedDuration = SignedDuration::from_secs(10);

/// Whether it is certain what the last write came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Certainty {
    /// It is.
    Known,
    /// It is once the object has been read.
    Look,
    /// It will be in a while.
    Soon,
    /// An attempt met no answer: only another one tells.
    Unknown,
}

impl Run {
    /// A write has failed, and may have been made all the same.
    pub(super) fn doubt(&mut self, object: &ObjectRef, fault: &Fault, now: Timestamp) {
        let was_answered = self.unconfirmed.is_none() || self.failed_at.is_some();
        let is_answered = was_answered && fault.code != 0;
        self.failed_at = is_answered.then_some(now);
        self.unconfirmed = Some(object.clone());
    }

    /// Whether it is certain what the last write came to, for a run that is to turn round.
    pub(super) fn certainty(&mut self, now: Timestamp) -> Certainty {
        let Some(object) = self.unconfirmed.clone() else {
            return Certainty::Known;
        };
        let Some(failed_at) = self.failed_at else {
            return Certainty::Unknown;
        };
        let stored = saturating_add(failed_at, STORED);
        if now < stored {
            self.outbox.wake_at(stored);
            return Certainty::Soon;
        }
        self.observed.forget(&object);
        self.unconfirmed = None;
        self.backoff.reset();
        Certainty::Look
    }

    /// Whether the run is to go back rather than to try again what the server says has failed: it does
    /// not wait until it would have.
    pub(crate) fn gives_in(&self) -> bool {
        let is_forward = |cursor: &Cursor| cursor.direction() == Direction::Forward;
        let has_failed = self.unconfirmed.is_some() && self.failed_at.is_some();
        has_failed
            && self.cursor.as_ref().is_some_and(is_forward)
            && self.is_asked_to_turn().is_some()
    }
}
