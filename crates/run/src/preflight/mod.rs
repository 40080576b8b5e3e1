//! What a run begins with: Leases, the journal, and the live objects.

mod managed;
mod rehearsal;
pub(crate) mod rights;
mod rollout;
mod survey;
pub(crate) mod unsupported;

use std::sync::Arc;

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use jiff::Timestamp;

use crate::api::effect::Request;
use crate::bind::{Bound, bind};
use crate::hint::Hint;
use crate::journal::claims::claims;
use crate::journal::{Journal, Position, run_text};
use crate::leadership::lease::saturating_add;
use crate::now::Now;
use crate::options::{Goal, Options};
use crate::outcome::Outcome;
use crate::path::{Path, states_of_objects};
use crate::preflight::managed::manager;
use crate::preflight::rights::scopes;
use crate::preflight::unsupported::refuse_unsupported;
use crate::progress::Progress;
use crate::reason::Reason;
use crate::requests::{PATIENCE, Question};
use crate::run::{Phase, Run};
use crate::steps::change::unknown_data;

impl Run {
    /// A rehearsal changes nothing, so it asks for no Lease.
    pub(crate) fn leases_are_wanted(&self) -> bool {
        self.options.goal != Goal::Try && !matches!(self.phase, Phase::Close(_))
    }

    pub(crate) fn claimed(&mut self, now: Now) -> bool {
        let held = !self.leases_are_wanted() || self.leases.held(now.steady);
        if held {
            self.phase = Phase::Recall;
        } else if let Some(rival) = self.leases.rival() {
            let message = format!("{rival}: waiting until it is given back or not renewed");
            self.tell(Progress::Warned { message });
        }
        held
    }

    pub(crate) fn ask_journal(&mut self, now: Timestamp) -> bool {
        self.ask(
            Question::ReadJournal,
            Request::Get(self.journal.clone()),
            now,
        );
        false
    }

    /// What an earlier run has left: nothing, a run to go on with, or one that is over.
    pub(crate) fn recall(&mut self, found: Option<Manifest>, now: Timestamp) {
        if self.position.is_some() {
            return self.compare_journal(found.as_ref());
        }
        if self.is_over() {
            return;
        }
        self.phase = Phase::Watch;
        self.recalled = Some(found.as_ref().and_then(run_text).map(Into::into));
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
        match claims(&self.given, &bound.plan, &self.options.namespace) {
            Ok(claims) => self.claims = claims,
            Err(error) => return self.fail(error),
        }
        if let Err(error) = refuse_unsupported(&bound.plan) {
            return self.fail(error);
        }
        // What is done is looked at, and stays done.
        let is_done = self.options.goal.is_end() && over == Some(bound.plan.len());
        if !is_done {
            if position.ended.take().is_some() {
                // Somebody has thought about it meanwhile: it is measured anew.
                position.checks.clear();
            }
            position.ended_at = None;
            position.by.clone_from(&self.options.holder);
            // Nobody has looked meanwhile: the time limit begins anew.
            position.since = now;
        }
        self.written = self.journal_text();
        self.bound = bound;
        match Path::of(&self.bound.plan, &position) {
            Ok(path) if position.fits(path.steps.len()) => self.path = Some(Arc::new(path)),
            Ok(_) => {
                return self.fail("the journal names a step that its way does not have");
            }
            Err(error) => return self.fail(error),
        }
        self.position = Some(position);
        match (self.options.goal, over) {
            (Goal::Try, None) => {
                let reason = Reason::from("a run of this plan is under way");
                self.fail(reason.hint(Hint::ShowStatus));
            }
            (Goal::Try, Some(at)) => {
                let reason = Reason::from(format!("a run of this plan has ended after step {at}"));
                self.fail(reason.hint(Hint::ShowStatus));
            }
            (Goal::Again | Goal::Apply, Some(at)) if !is_done => self.start_again(at, now),
            (Goal::Back { to }, Some(at)) => {
                self.roll_back(at, to, false, "it was asked for".into(), now)
            }
            _ => {}
        }
    }

    /// What the journal says about the run, as it was seen last.
    pub(crate) fn journal_text(&self) -> Option<String> {
        run_text(self.observed.live(&self.journal)?).map(Into::into)
    }

    pub(crate) fn watched(&mut self, now: Timestamp) -> bool {
        let scopes = scopes(&self.given, &self.options.namespace);
        let until = saturating_add(self.watching.unwrap_or(now), PATIENCE);
        if self.watching.is_none() {
            self.watching = Some(now);
            scopes.iter().for_each(|scope| self.watch(scope.clone()));
        }
        if let Some(missing) = scopes.iter().find(|scope| !self.observed.is_listed(scope)) {
            if until <= now {
                return self.failed(format!("the API server gives no list of {}s", missing.kind));
            }
            self.wake_at(until);
            return false;
        }
        self.observed
            .settle(self.objects.iter().chain(self.jobs.keys()));
        self.phase = Phase::Bind;
        true
    }

    /// The plan as it fits the live objects.
    pub(crate) fn bound(&mut self) -> bool {
        self.phase = Phase::Survey;
        self.queue = self.surveys().collect();
        if self.position.is_some() {
            self.tell_start();
            return match self.bind_again() {
                Ok(()) => true,
                Err(error) => self.failed(error),
            };
        }
        let live = self.observed.bundle(self.objects.iter());
        let Options {
            sealer, namespace, ..
        } = &self.options;
        match bind(&self.given, &live, sealer, namespace) {
            Ok(bound) => self.bound = bound,
            Err(error) => return self.failed(error),
        }
        match self.managed(&live).or_else(|| self.closed()) {
            Some(reason) => self.failed(reason),
            None => true,
        }
    }

    /// A Secret whose data the plan writes, and whose values nobody has given; or why that cannot
    /// be said.
    fn closed(&self) -> Option<Reason> {
        let states = match states_of_objects(&self.bound.plan) {
            Ok(states) => states,
            Err(error) => return Some(error.into()),
        };
        let secrets = self.options.secrets();
        let stays =
            |state: &Manifest| matches!(state.seal(), Some(Ok(seal)) if seal.is_unchanged());
        let mut written = states.iter().filter(|state| !stays(state));
        let closed = written.find(|state| secrets.open(state).is_none())?;
        Some(unknown_data(closed.object()))
    }

    /// Who else would take each step back.
    fn managed(&self, live: &Bundle) -> Option<Reason> {
        if self.options.managed {
            return None;
        }
        let changed = self.changed_objects();
        let mut changed = live
            .iter()
            .filter(|manifest| changed.contains(manifest.object()));
        let (object, manager) =
            changed.find_map(|manifest| Some((manifest.object(), manager(manifest)?)))?;
        let message = format!("{object}: {manager} manages it, and would take each step back");
        Some(Reason::from(message).hint(Hint::AllowManaged))
    }

    pub(crate) fn changed_objects(&self) -> Vec<ObjectRef> {
        let changes = self
            .bound
            .plan
            .spec
            .steps
            .iter()
            .flat_map(|step| &step.changes);
        changes.map(|change| change.object().clone()).collect()
    }
}
