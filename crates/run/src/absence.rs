//! A runner that was away: whether another one has written meanwhile.
//!
//! Once its Leases have run out the journal is read anew, and before it has been nothing is decided.

use cutover_manifest::Manifest;
use jiff::{SignedDuration, Timestamp};

use crate::api::effect::Request;
use crate::course::Direction;
use crate::hint::Hint;
use crate::journal::{Position, run_text};
use crate::now::Now;
use crate::phase::Phase;
use crate::reason::Reason;
use crate::requests::Question;
use crate::run::Run;

/// How long watches take to begin anew once the server answers again, at most where the connection
/// was closed.
const AFTER_OUTAGE: SignedDuration = SignedDuration::from_secs(5);

impl Run {
    /// Sees that the Leases have run out, before anything is made of what has happened.
    pub(crate) fn notice_loss(&mut self, now: Now) {
        if self.wants_to_lead() {
            self.leadership.notice_loss(now.steady);
        }
    }

    /// Whether anything may be decided; who had lost the Leases and has them again asks for the
    /// journal first.
    pub(crate) fn may_decide(&mut self, now: Now) -> bool {
        if !self.wants_to_lead() {
            return true;
        }
        if self.leadership.regains(now.steady) {
            let request = Request::Get(self.record.object().clone());
            self.ask(Question::Reread, request, now.wall);
        }
        self.leadership.is_kept()
    }

    /// The journal after an absence: the run goes on only where nobody else has written to it.
    pub(crate) fn reread(&mut self, found: Option<&Manifest>, now: Timestamp) {
        if self.is_over() || !self.leadership.confirm() {
            return;
        }
        if let Some(journal) = found {
            self.observed.update(journal);
        }
        match found.and_then(run_text) {
            Some(text) if self.record.has_written(text) => {
                self.record.confirm(text.to_owned());
                self.come_back(now);
            }
            text if self.record.is_as_recalled(text) || self.is_own(text) => self.begin_again(),
            text => self.yield_to(text),
        }
    }

    /// From when the journal is read to when the run is over.
    fn wants_to_lead(&self) -> bool {
        self.needs_leases() && !matches!(self.phase, Phase::Claim)
    }

    /// Nobody could look meanwhile: the time limit begins anew, and first the watches say what has
    /// become.
    fn come_back(&mut self, now: Timestamp) {
        if let Some(cursor) = &mut self.cursor {
            cursor.position_mut().since = now;
        }
        self.backoff.wait(AFTER_OUTAGE, now);
    }

    /// Another runner has taken over: the journal is left as it is.
    fn yield_to(&mut self, text: Option<&str>) {
        let reason = match text.and_then(position) {
            Some(successor) => taken_over(&successor),
            None => "the journal was deleted or edited while this runner was away".to_owned(),
        };
        self.fail(Reason::from(reason).hint(Hint::ShowStatus));
        self.cursor = None;
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
    let by = &successor.by;
    let course = match (successor.direction(), &successor.ended) {
        (Direction::Forward, None) => "carries it on",
        (Direction::Forward, Some(_)) => "has carried it on",
        (Direction::Back, None) => "takes it back",
        (Direction::Back, Some(_)) => "has taken it back",
    };
    format!("{by} took over while this runner was away, and {course}")
}
