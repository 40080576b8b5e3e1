//! How a run should have ended.

use cutover::manifest::Manifest;
use cutover::planning::OnFailure;
use cutover_run::{Hint, Outcome};
use jiff::SignedDuration;

use crate::absence::tells_who;
use crate::stage::{NAMESPACE, Stage};
use crate::systems::{Opinion, asks};

impl Stage<'_> {
    /// How the run should have ended, and what must be left.
    pub(crate) fn judge(mut self, outcome: &Outcome) -> Result<(), String> {
        let quiet = self
            .model
            .now
            .checked_add(SignedDuration::from_mins(5))
            .unwrap();
        self.model.faults.rate = 0;
        self.model.drive(quiet);
        self.is_as_planned(outcome)
            .map_err(|reason| format!("the end is the plan's: {reason}"))
    }

    fn is_as_planned(&self, outcome: &Outcome) -> Result<(), String> {
        let meddled = self.scenario.is_meddled_with();
        let is_alone = !self.beside.was_there() && self.scenario.autoscaler.is_none();
        let fails = self.scenario.is_broken() || self.scenario.is_doubted();
        let undo = self.scenario.on_failure;
        // What somebody else has written where the plan changes nothing is theirs, and stays.
        let edited = !self.scenario.faults.edits.is_empty();
        if !matches!(outcome, Outcome::Stopped { .. })
            && let Some(job) = self.jobs().first()
        {
            return Err(format!("{} is left at the end", job.object()));
        }
        match outcome {
            Outcome::Done
                if self.scenario.opinion == Opinion::Refuse && asks(self.scenario.plan) =>
            {
                Err("it is done although every other system said no".into())
            }
            Outcome::Done | Outcome::Undone { to: 0 } if edited => Ok(()),
            Outcome::Done => self.checks.is_done(&self.model, self.scenario.plan),
            Outcome::Undone { to: 0 } => self.checks.is_undone(&self.model),
            // Whoever comes after a way back says so, and leaves it.
            Outcome::Refused { reason } if reason.advice() == Some(&Hint::Again) => match edited {
                true => Ok(()),
                false => self.checks.is_undone(&self.model),
            },
            // Whoever gave way said to whom, and nobody was left who carried the run on.
            Outcome::Stopped { reason, .. } | Outcome::Refused { reason }
                if self.beside.was_there() && tells_who(reason.message()) =>
            {
                Ok(())
            }
            // Somebody was there before the run began.
            Outcome::Refused { .. } if (meddled || !is_alone) && self.checks.writes == 0 => Ok(()),
            Outcome::Stopped { .. } if meddled || fails && undo != OnFailure::Undo => Ok(()),
            other => Err(format!("it ended as {other:?}")),
        }
    }

    /// Jobs that are there now.
    fn jobs(&self) -> Vec<Manifest> {
        let scope = cutover_model::Scope {
            api_version: "batch/v1".into(),
            kind: "Job".into(),
            namespace: Some(NAMESPACE.into()),
            name: None,
        };
        self.model.server.list(&scope).unwrap()
    }
}
