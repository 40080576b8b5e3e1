//! What an earlier run has left: nothing, a run to go on with, or one that is over.

use cutover_manifest::Manifest;
use jiff::Timestamp;

use crate::api::effect::Request;
use crate::bind::Bound;
use crate::bind::claims::claims;
use crate::change::in_words;
use crate::course::Course;
use crate::cursor::Cursor;
use crate::error::Error;
use crate::hint::Hint;
use crate::journal::{Accepted, Journal, Position, run_text};
use crate::now::Now;
use crate::options::Goal;
use crate::outcome::Outcome;
use crate::path::Path;
use crate::phase::{Next, Phase};
use crate::progress::Progress;
use crate::reason::Reason;
use crate::requests::Question;
use crate::run::Run;
use crate::unsupported::refuse_unsupported;

impl Run {
    /// Goes on once the Leases are held.
    pub(crate) fn await_leases(&mut self, now: Now) -> Next {
        if !self.needs_leases() || self.leadership.holds_leases(now.steady) {
            self.phase = Phase::Recall;
            return Next::Again;
        }
        if let Some(rival) = self.leadership.rival() {
            let message = format!("{rival}: waiting until it is given back or not renewed");
            self.tell(Progress::Warned { message });
        }
        Next::Wait
    }

    pub(crate) fn ask_journal(&mut self, now: Timestamp) -> Next {
        let request = Request::Get(self.record.object().clone());
        self.ask(Question::ReadJournal, request, now);
        Next::Wait
    }

    /// The journal was read.
    pub(crate) fn recall(&mut self, found: Option<Manifest>, now: Timestamp) {
        if self.cursor.is_some() {
            return self.compare_journal(found.as_ref());
        }
        if self.is_over() {
            return;
        }
        self.phase = Phase::Watch { claims: Vec::new() };
        let text = found.as_ref().and_then(run_text);
        self.record.recall(text.map(Into::into));
        let Some(manifest) = found else {
            return self.begin_anew();
        };
        self.observed.update(&manifest);
        match Journal::parse(&manifest) {
            Ok(journal) => self.resume(journal, now),
            Err(error) => self.fail(error),
        }
    }

    /// Without a journal: only a run forward can begin.
    fn begin_anew(&mut self) {
        if let Goal::Back { .. } = self.options.goal {
            let name = &self.given.metadata.name;
            let reason = Reason::from(format!("there is no run of plan {name} to take back"));
            self.fail(reason.hint(Hint::ShowStatus));
        }
    }

    fn resume(&mut self, journal: Journal, now: Timestamp) {
        let Journal {
            position, bound, ..
        } = journal;
        let same = position.digest == self.given.digest;
        if same && let Some(reason) = self.was_taken_back(&position, &bound) {
            return self.fail(reason);
        }
        let over = match &position.ended {
            Some(Outcome::Done) => Some(bound.plan.len()),
            Some(Outcome::Undone { to }) => Some(*to),
            _ => None,
        };
        match (same, over) {
            (false, Some(_)) => self.begin_anew(),
            (true, Some(0)) if !matches!(self.options.goal, Goal::Back { .. }) => {}
            (false, None) => {
                let name = &self.given.metadata.name;
                let digest = position.digest.short();
                let message = format!("another plan named {name} ({digest}…) is under way");
                self.fail(Reason::from(message).hint("finish it, or take it back"));
            }
            (true, over) => self.go_on(position, bound, over, now),
        }
    }

    /// Why a plan that was taken back is not carried out again; none where it was not, or may be.
    fn was_taken_back(&self, position: &Position, bound: &Bound) -> Option<Reason> {
        let is_asked = self.options.goal == Goal::Apply;
        match &position.ended {
            Some(Outcome::Undone { to }) if is_asked && *to < bound.plan.len() => {
                let name = &self.given.metadata.name;
                let (to, by) = (*to, &position.by);
                let at = position.ended_at.unwrap_or(position.since);
                let place = match to {
                    0 => String::new(),
                    step => format!(" to the state after step {step}"),
                };
                let why = position.turned.as_deref().unwrap_or("asked for");
                let message = format!("plan {name} was taken back{place} by {by} at {at}: {why}");
                Some(Reason::from(message).hint(Hint::Again))
            }
            Some(_) | None => None,
        }
    }

    /// Goes on with a run: where it was, or from the state at which it ended.
    fn go_on(&mut self, mut position: Position, bound: Bound, over: Option<usize>, now: Timestamp) {
        if let Err(error) = self.believe(&bound) {
            return self.fail(error);
        }
        // What is done is looked at, and stays done.
        let is_done = self.options.goal.is_end() && over == Some(bound.plan.len());
        if !is_done {
            if let Some(reason) = self.is_not_said(&position) {
                return self.fail(reason);
            }
            self.tell_accepted(&position);
            position.resume(&self.options.holder, now);
        }
        self.record.resume(self.journal_text());
        self.bound = bound;
        let cursor = match Path::of(&self.bound.plan, position.course) {
            Ok(path) => Cursor::new(position, path),
            Err(error) => return self.fail(error),
        };
        if !cursor.fits() {
            return self.fail("the journal names a step that its way does not have");
        }
        self.cursor = Some(cursor);
        self.know_paused();
        self.excuse_routes();
        match (self.options.goal, over) {
            (Goal::Try, over) => self.fail(tried(over)),
            (Goal::Again | Goal::Apply, Some(at)) if !is_done => self.start_again(at, now),
            (Goal::Back { to }, Some(from)) => {
                let halfway = false;
                let course = Course::Back { from, to, halfway };
                self.roll_back(course, "it was asked for".into(), now);
            }
            (Goal::Again | Goal::Apply, _) | (Goal::Back { .. }, None) => {}
        }
    }

    /// What an earlier runner went on over, where nobody tells this one to: whoever may write ConfigMaps
    /// does not decide what a way back ends with.
    fn is_not_said(&self, position: &Position) -> Option<Reason> {
        let accepts = &self.options.accept_drift;
        let accepted = position.accepted.iter();
        let unsaid = accepted.filter(|accepted| !accepts.accepts(&accepted.object, &accepted.path));
        let lines: Vec<String> = unsaid.map(gone_over).collect();
        let reason = || Reason::from(lines.join("\n")).hint(Hint::AcceptDrift);
        (!lines.is_empty()).then(reason)
    }

    fn tell_accepted(&mut self, position: &Position) {
        for accepted in position.accepted.iter() {
            self.outbox.tell(Progress::Accepted {
                field: accepted.field().to_string(),
                found: accepted.found.clone(),
            });
        }
    }

    /// Holds the plan that a journal keeps against the given one.
    fn believe(&mut self, bound: &Bound) -> Result<(), Error> {
        let claims = claims(&self.given, &bound.plan, &self.options.namespace)?;
        refuse_unsupported(&bound.plan)?;
        self.phase = Phase::Watch { claims };
        Ok(())
    }

    /// What the journal says about the run, as it was seen last.
    fn journal_text(&self) -> Option<String> {
        run_text(self.observed.live(self.record.object())?).map(Into::into)
    }
}

fn gone_over(accepted: &Accepted) -> String {
    let Accepted { found, by, at, .. } = accepted;
    let field = accepted.field();
    let found = in_words(found.as_ref());
    format!("{field} was {found}, and the run went on over it by the word of {by} at {at}")
}

/// Why a plan is not rehearsed that there is a run of.
fn tried(over: Option<usize>) -> Reason {
    let message = match over {
        None => "a run of this plan is under way".to_owned(),
        Some(at) => format!("a run of this plan has ended after step {at}"),
    };
    Reason::from(message).hint(Hint::ShowStatus)
}
