//! Whether this runner is still the only one.
//!
//! A runner that slept, or that heard nothing from the API server, may have lost its Leases to
//! another one that has come and gone meanwhile. So once they have run out the journal is read anew,
//! and before it has been nothing is decided.

pub(crate) mod lease;

use cutover_manifest::Manifest;
use jiff::{SignedDuration, Timestamp};

use crate::api::effect::Request;
use crate::course::Direction;
use crate::hint::Hint;
use crate::journal::{Position, run_text};
use crate::leadership::lease::saturating_add;
use crate::now::Now;
use crate::reason::Reason;
use crate::requests::Question;
use crate::run::{Phase, Run};

/// How long watches take to begin anew once the server answers again, at most where the connection
/// was closed.
const AFTER_OUTAGE: SignedDuration = SignedDuration::from_secs(5);

/// Whether the Leases have been held all the time since the journal was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leadership {
    /// They have.
    Kept,
    /// They ran out.
    Lost,
    /// They ran out and are held again: the journal is being read.
    Regained,
}

impl Run {
    /// Sees that the Leases have run out, before anything is made of what has happened.
    pub(crate) fn notice_loss(&mut self, now: Now) {
        if self.wants_to_lead() && !self.leases.held(now.steady) {
            self.leadership = Leadership::Lost;
        }
    }

    /// Whether nobody else can have written since the journal was read.
    pub(crate) fn leads(&self, now: Now) -> bool {
        self.leadership == Leadership::Kept && self.leases.held(now.steady)
    }

    /// Whether anything may be decided; who had lost the Leases and has them again asks for the
    /// journal first.
    pub(crate) fn may_decide(&mut self, now: Now) -> bool {
        if !self.wants_to_lead() {
            return true;
        }
        if self.leadership == Leadership::Lost && self.leases.held(now.steady) {
            self.leadership = Leadership::Regained;
            let request = Request::Get(self.journal.clone());
            self.ask(Question::Reread, request, now.wall);
        }
        self.leadership == Leadership::Kept
    }

    /// The journal after an absence: the run goes on only where nobody else has written to it.
    pub(crate) fn reread(&mut self, found: Option<&Manifest>, now: Timestamp) {
        if self.leadership != Leadership::Regained || self.is_over() {
            return;
        }
        self.leadership = Leadership::Kept;
        if let Some(journal) = found {
            self.observed.update(journal);
        }
        match found.and_then(run_text) {
            Some(text) if self.has_written(text) => {
                self.written = Some(text.to_owned());
                self.come_back(now);
            }
            text if self.is_as_recalled(text) || self.is_own(text) => self.begin_again(),
            text => self.give_way(text),
        }
    }

    /// From when the journal is read to when the run is over.
    fn wants_to_lead(&self) -> bool {
        self.leases_are_wanted() && self.phase != Phase::Claim
    }

    /// Whether this run has not opened the journal, and nobody else has written to it.
    fn is_as_recalled(&self, text: Option<&str>) -> bool {
        match &self.recalled {
            Some(recalled) => recalled.as_deref() == text,
            None => true,
        }
    }

    /// Nobody could look meanwhile: the time limit begins anew, and first the watches say what has
    /// become.
    fn come_back(&mut self, now: Timestamp) {
        if let Some(position) = &mut self.position {
            position.since = now;
        }
        self.rests = Some((saturating_add(now, AFTER_OUTAGE), 0));
    }

    /// Another runner has taken over: the journal is left as it is.
    fn give_way(&mut self, text: Option<&str>) {
        let reason = match text.and_then(position) {
            Some(successor) => taken_over(&successor),
            None => "the journal was deleted or edited while this runner was away".to_owned(),
        };
        self.fail(Reason::from(reason).hint(Hint::ShowStatus));
        self.position = None;
    }

    /// Whether it is a write of this run that came late.
    fn is_own(&self, text: Option<&str>) -> bool {
        let position = text.and_then(position);
        position.is_some_and(|position| position.by == self.options.holder)
    }
}

/// What a journal says, where it can be read.
fn position(text: &str) -> Option<Position> {
    let Ok(position) = serde_json::from_str(text) else {
        return None;
    };
    Some(position)
}

fn taken_over(successor: &Position) -> String {
    let Position { by, direction, .. } = successor;
    let course = match (direction, &successor.ended) {
        (Direction::Forward, None) => "carries it on",
        (Direction::Forward, Some(_)) => "has carried it on",
        (Direction::Back, None) => "takes it back",
        (Direction::Back, Some(_)) => "has taken it back",
    };
    format!("{by} took over while this runner was away, and {course}")
}
