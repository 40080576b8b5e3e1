//! A request that is on its way.

use jiff::{SignedDuration, Timestamp};

use super::Question;
use crate::api::effect::{Request, Write};
use crate::api::event::Fault;

/// How long a request that meets no answer is sent again.
pub(crate) const PATIENCE: SignedDuration = SignedDuration::from_mins(5);

/// How often a dry run is tried, which a server may refuse with the same words for good.
const DRY_TRIES: u32 = 5;

/// A request that is on its way.
#[derive(Debug)]
pub(crate) struct Sent {
    pub(crate) question: Question,
    pub(crate) request: Request,
    /// How often it was sent before.
    pub(crate) tries: u32,
    /// When it was sent first.
    pub(crate) since: Timestamp,
}

impl Sent {
    pub(crate) fn new(question: Question, request: Request, now: Timestamp) -> Self {
        Self {
            question,
            request,
            tries: 0,
            since: now,
        }
    }

    /// The same, as it is sent again.
    pub(crate) fn again(self) -> Self {
        Self {
            tries: self.tries + 1,
            ..self
        }
    }

    /// Whether it is a write that only the holder of the Leases may make.
    pub(crate) fn needs_leases(&self) -> bool {
        let is_write = matches!(self.request, Request::Write { dry_run: false, .. });
        is_write && !matches!(self.question, Question::Lease(_) | Question::Release)
    }

    /// Whether it has been sent for as long as it may be.
    pub(crate) fn is_given_up(&self, now: Timestamp) -> bool {
        now.duration_since(self.since) > PATIENCE
    }

    /// Whether its object may have changed since it was read.
    pub(crate) fn is_outdated(&self, fault: &Fault) -> bool {
        let creates = matches!(
            self.request,
            Request::Write {
                write: Write::Create(_),
                ..
            }
        );
        let may_have_changed = fault.code == 409 || !creates && fault.is_stale();
        may_have_changed && self.tries < DRY_TRIES
    }
}
