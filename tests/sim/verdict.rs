//! How a run should have ended.

use cutover::manifest::Manifest;
use cutover_run::Outcome;
use jiff::SignedDuration;

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
        let meddled = self.scenario.is_meddled_with();
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
            // Somebody was there before the run began.
            Outcome::Refused { .. } if meddled && self.checks.writes == 0 => Ok(()),
            Outcome::Stopped { .. }
                if meddled || self.scenario.is_broken() || self.scenario.is_doubted() =>
            {
                Ok(())
            }
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
