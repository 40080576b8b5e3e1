//! The analyses of a step: other systems are asked, from when its gates on the cluster hold until
//! all have agreed.

use cutover_manifest::ObjectRef;
use cutover_plan::{Analysis, Job};
use jiff::{SignedDuration, Timestamp};

use super::pause::Wait;
use crate::analysis::{
    Check, CheckState, Location, Measured, job_manifest, question, read, verdict,
};
use crate::api::effect::{Request, Write};
use crate::api::event::Answer;
use crate::course::Direction;
use crate::journal::Stage;
use crate::now::saturating_add;
use crate::observed::status::{is_terminating, uid};
use crate::phase::Phase;
use crate::progress::Awaited;
use crate::requests::Question;
use crate::run::Run;

/// What came of looking at a step's analyses.
pub(super) enum Analysed {
    /// One has failed, in words.
    Failed(String),
    /// The journal must say something new first.
    News,
    /// There is nothing to do about them now.
    Nothing,
}

impl Run {
    /// Asks what is to be asked now, where the step's gates on the cluster have held once and its
    /// pauses are not over.
    pub(super) fn analyse(&mut self, number: usize, now: Timestamp) -> Analysed {
        let cursor = self.cursor.as_ref();
        let Some(held) = cursor.and_then(|cursor| cursor.position().measured_since()) else {
            return Analysed::Nothing;
        };
        for (index, analysis) in self.analyses(number) {
            let check = self.check(index);
            match (check.state(&analysis), &analysis) {
                (CheckState::Passed, _) => {}
                (CheckState::Failed, _) => return Analysed::Failed(check.reason(&analysis)),
                (CheckState::Open, Analysis::Job(job)) => {
                    if self.attend_job((number, index), job, &check, now) {
                        return Analysed::News;
                    }
                }
                (
                    CheckState::Open,
                    Analysis::Metric(_) | Analysis::Smoke(_) | Analysis::Webhook(_),
                ) => {
                    self.attend((number, index), &analysis, &check, held, now);
                }
            }
        }
        Analysed::Nothing
    }

    /// An analysis of the step that has not agreed yet.
    pub(super) fn open_analysis(&self, number: usize) -> Option<Wait> {
        for (index, analysis) in self.analyses(number) {
            let check = self.check(index);
            if check.state(&analysis) != CheckState::Passed {
                return Some(Wait {
                    gate: Awaited::Gate(analysis.to_string()),
                    stands: check.stands(&analysis),
                    until: None,
                });
            }
        }
        None
    }

    /// What came of a question.
    pub(crate) fn checked(&mut self, (step, index): Location, answer: &Answer, now: Timestamp) {
        let mut analyses = self.analyses(step).into_iter();
        let asked = analyses
            .find(|(at, _)| *at == index)
            .filter(|_| self.is_waiting_at(step));
        if let Some((_, analysis)) = asked {
            self.measure(index, read(&analysis, answer), now);
        }
    }

    /// Deletes Jobs that are over or no longer waited for, one after the other; false while there
    /// is one.
    pub(super) fn swept(&mut self, now: Timestamp) -> bool {
        let stray = self.jobs.iter().find_map(|(object, location)| {
            let live = self.observed.live(object);
            let live = live.filter(|live| !is_terminating(live))?;
            let uid = uid(live)?.to_owned();
            (!self.awaits_job(*location)).then(|| (object.clone(), uid))
        });
        let Some((object, uid)) = stray else {
            return true;
        };
        let write = Write::Delete {
            object: object.clone(),
            uid,
            version: None,
        };
        self.make(object, write, now);
        false
    }

    fn attend(
        &mut self,
        location: Location,
        analysis: &Analysis,
        check: &Check,
        held: Timestamp,
        now: Timestamp,
    ) {
        let limits = analysis.limits();
        let (since, seconds) = match check.at {
            Some(at) => (at, limits.interval),
            None => (held, limits.initial_delay),
        };
        let due = saturating_add(since, SignedDuration::from_secs(seconds.into()));
        if self.requests.has_asked(location) {
            return;
        }
        if due > now {
            return self.outbox.wake_at(due);
        }
        let Some(cursor) = &self.cursor else { return };
        let phase = &cursor.path().step(location.0).phase;
        let plan = &self.given.metadata.name;
        if let Some(request) = question(analysis, plan, location.0, phase) {
            self.ask(Question::Check(location), Request::Http(request), now);
        }
    }

    /// Creates the Job, or sees how it stands; true where the journal must say something new first.
    fn attend_job(&mut self, location: Location, job: &Job, check: &Check, now: Timestamp) -> bool {
        let Some(began) = check.at else {
            if let Some(cursor) = &mut self.cursor {
                cursor.position_mut().expect_job(location.1, now);
            }
            return true;
        };
        let mut jobs = self.jobs.iter();
        let Some((object, _)) = jobs.find(|(_, of)| **of == location) else {
            return false;
        };
        let (object, live) = (object.clone(), self.observed.live(object));
        let (is_there, verdict) = (live.is_some(), live.and_then(verdict));
        let timeout = SignedDuration::from_secs(job.timeout.seconds().into());
        let due = saturating_add(began, timeout);
        let late = || {
            (due <= now).then(|| Measured::Bad(format!("it was not over within {}", job.timeout)))
        };
        if let Some(measured) = verdict.or_else(late) {
            self.measure(location.1, measured, now);
            return true;
        }
        self.outbox.wake_at(due);
        !is_there && self.create_job(job, object, now)
    }

    /// Creates a Job; true where it cannot be, and the run has failed.
    fn create_job(&mut self, job: &Job, object: ObjectRef, now: Timestamp) -> bool {
        match job_manifest(job, &object) {
            Ok(manifest) => {
                self.make(object, Write::Create(manifest), now);
                false
            }
            Err(error) => {
                self.fail(error.to_string());
                true
            }
        }
    }

    fn measure(&mut self, index: usize, measured: Measured, now: Timestamp) {
        if let Some(cursor) = &mut self.cursor {
            cursor.position_mut().measure(index, measured, now);
        }
    }

    fn awaits_job(&self, (step, index): Location) -> bool {
        let check = self.check(index);
        let open = |(at, analysis): &(usize, Analysis)| {
            *at == index && check.state(analysis) == CheckState::Open
        };
        self.is_waiting_at(step) && check.at.is_some() && self.analyses(step).iter().any(open)
    }

    fn is_waiting_at(&self, step: usize) -> bool {
        let Some(cursor) = self.cursor.as_ref() else {
            return false;
        };
        matches!(self.phase, Phase::Work)
            && cursor.direction() == Direction::Forward
            && cursor.number() == step
            && cursor.stage() == Stage::Waiting
            && !cursor.position().passed
    }

    fn analyses(&self, step: usize) -> Vec<(usize, Analysis)> {
        let gates = self.gates(step).iter().enumerate();
        gates
            .filter_map(|(index, gate)| Some((index, gate.analysis()?)))
            .collect()
    }

    fn check(&self, index: usize) -> Check {
        let cursor = self.cursor.as_ref();
        cursor.map_or_else(Check::default, |cursor| cursor.position().check(index))
    }
}
