//! Analyses of a step: other systems are asked, from when its gates on the cluster hold until all
//! have agreed.

mod check;
mod job;
mod prometheus;
mod question;

use cutover_manifest::ObjectRef;
use cutover_plan::{Analysis, Job};
use jiff::{SignedDuration, Timestamp};

pub use self::check::Check;
use self::check::{CheckState, Measured};
use self::job::verdict;
pub(crate) use self::job::{Location, job_at, jobs, manifest};
use self::question::{question, read};
use crate::api::effect::{Request, Write};
use crate::api::event::Answer;
use crate::course::Direction;
use crate::journal::Stage;
use crate::leadership::lease::saturating_add;
use crate::requests::Question;
use crate::run::{Phase, Run};
use crate::steps::change::is_terminating;

/// What came of looking at a step's analyses.
pub(crate) enum Analysed {
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
    pub(crate) fn analyse(&mut self, number: usize, now: Timestamp) -> Analysed {
        let held = self
            .position
            .as_ref()
            .filter(|position| !position.passed)
            .and_then(|position| position.held);
        let Some(held) = held else {
            return Analysed::Nothing;
        };
        for (index, analysis) in self.analyses(number) {
            let check = self.check(index);
            match check.state(&analysis) {
                CheckState::Passed => {}
                CheckState::Failed => return Analysed::Failed(check.reason(&analysis)),
                CheckState::Open => match &analysis {
                    Analysis::Job(job) if self.attend_job((number, index), job, &check, now) => {
                        return Analysed::News;
                    }
                    Analysis::Job(_) => {}
                    _ => self.attend((number, index), &analysis, &check, held, now),
                },
            }
        }
        Analysed::Nothing
    }

    /// An analysis of the step that has not agreed yet, and how it stands.
    pub(crate) fn open_analysis(&self, number: usize) -> Option<(String, String)> {
        let mut open = self
            .analyses(number)
            .into_iter()
            .map(|(index, analysis)| (self.check(index), analysis));
        let (check, analysis) =
            open.find(|(check, analysis)| check.state(analysis) != CheckState::Passed)?;
        Some((analysis.to_string(), check.stands(&analysis)))
    }

    /// What came of a question.
    pub(crate) fn checked(&mut self, (step, index): Location, answer: &Answer, now: Timestamp) {
        let mut analyses = self.analyses(step).into_iter();
        let asked = analyses
            .find(|(at, _)| *at == index)
            .filter(|_| self.is_waiting_at(step));
        if let Some((_, analysis)) = asked {
            self.take(index, read(&analysis, answer), now);
        }
    }

    /// Deletes Jobs that are over or no longer waited for, one after the other; false while there
    /// is one.
    pub(crate) fn sweep(&mut self, now: Timestamp) -> bool {
        let stray = self.jobs.iter().find_map(|(object, location)| {
            let live = self
                .observed
                .live(object)
                .filter(|live| !is_terminating(live))?;
            let uid = live.pointer("/metadata/uid")?.as_str()?.to_owned();
            (!self.runs(*location)).then(|| (object.clone(), uid))
        });
        let Some((object, uid)) = stray else {
            return true;
        };
        self.write(
            object.clone(),
            Write::Delete {
                object,
                uid,
                version: None,
            },
            now,
        );
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
        let after =
            |time, seconds: u32| saturating_add(time, SignedDuration::from_secs(seconds.into()));
        let due = check.at.map_or_else(
            || after(held, limits.initial_delay),
            |at| after(at, limits.interval),
        );
        if self.is_asked(location) {
            return;
        }
        if due > now {
            return self.wake_at(due);
        }
        let Some(path) = &self.path else { return };
        let (plan, phase) = (&self.given.metadata.name, &path.step(location.0).phase);
        if let Some(request) = question(analysis, plan, location.0, phase) {
            self.ask(Question::Check(location), Request::Http(request), now);
        }
    }

    /// Creates the Job, or sees how it stands; true where the journal must say something new first.
    fn attend_job(&mut self, location: Location, job: &Job, check: &Check, now: Timestamp) -> bool {
        let Some(began) = check.at else {
            if let Some(position) = &mut self.position {
                position.checks.entry(location.1).or_default().at = Some(now);
            }
            return true;
        };
        let Some(object) = self
            .jobs
            .iter()
            .find(|(_, of)| **of == location)
            .map(|(object, _)| object.clone())
        else {
            return false;
        };
        let live = self.observed.live(&object);
        let is_there = live.is_some();
        let due = saturating_add(
            began,
            SignedDuration::from_secs(job.timeout.seconds().into()),
        );
        let late = || {
            (due <= now).then(|| Measured::Bad(format!("it was not over within {}", job.timeout)))
        };
        if let Some(measured) = live.and_then(verdict).or_else(late) {
            self.take(location.1, measured, now);
            return true;
        }
        self.wake_at(due);
        if !is_there {
            match manifest(job, &object) {
                Ok(manifest) => self.write(object, Write::Create(manifest), now),
                Err(error) => return self.failed(error.to_string()),
            }
        }
        false
    }

    fn write(&mut self, object: ObjectRef, write: Write, now: Timestamp) {
        self.ask(
            Question::Make(object),
            Request::Write {
                write,
                dry_run: false,
            },
            now,
        );
    }

    fn take(&mut self, index: usize, measured: Measured, now: Timestamp) {
        if let Some(position) = &mut self.position {
            position
                .checks
                .entry(index)
                .or_default()
                .take(measured, now);
        }
    }

    /// Whether a Job is waited for.
    fn runs(&self, (step, index): Location) -> bool {
        let check = self.check(index);
        let open = |(at, analysis): &(usize, Analysis)| {
            *at == index && check.state(analysis) == CheckState::Open
        };
        self.is_waiting_at(step) && check.at.is_some() && self.analyses(step).iter().any(open)
    }

    fn is_waiting_at(&self, step: usize) -> bool {
        let here = self.position.as_ref().is_some_and(|position| {
            let forward = position.direction == Direction::Forward;
            forward && position.step == step && position.stage == Stage::Waiting && !position.passed
        });
        here && self.phase == Phase::Work
    }

    fn analyses(&self, step: usize) -> Vec<(usize, Analysis)> {
        let gates = self
            .path
            .iter()
            .flat_map(|path| path.gates(step))
            .enumerate();
        gates
            .filter_map(|(index, gate)| Some((index, gate.analysis()?)))
            .collect()
    }

    fn check(&self, index: usize) -> Check {
        let check = self
            .position
            .as_ref()
            .and_then(|position| position.checks.get(&index));
        check.cloned().unwrap_or_default()
    }
}
