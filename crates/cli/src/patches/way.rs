//! The steps whose changes are asked for, forward or back.

use cutover::Checked;
use cutover::manifest::Bundle;
use cutover::planning::{Step, apply};
use cutover_report::step_name;

use crate::args::PatchesArgs;
use crate::error::Error;

/// Steps that are taken one after the other.
pub(super) struct Way<'p> {
    pub(super) plan: &'p Checked,
    start: Bundle,
    steps: Vec<&'p Step>,
    /// The one that is meant (default: all).
    asked: Option<usize>,
    /// The step from after which the way leads back.
    back_from: Option<usize>,
}

/// A step of a way, between the states before and after it.
pub(super) struct Passage<'a> {
    pub(super) plan: &'a Checked,
    /// Counted from 1, in the order in which the steps of the way are taken.
    pub(super) number: usize,
    pub(super) step: &'a Step,
    pub(super) before: &'a Bundle,
    pub(super) after: &'a Bundle,
    /// How files of this step are named: `step-08`, or `undo-08-step-1` on the way back from it.
    pub(super) label: String,
}

impl Passage<'_> {
    /// What the step does, in words.
    pub(super) fn name(&self) -> String {
        step_name(self.step, self.before, self.after)
    }
}

impl<'p> Way<'p> {
    /// # Errors
    ///
    /// A plan that does not fit itself.
    pub(super) fn of(args: &PatchesArgs, plan: &'p Checked) -> Result<Self, Error> {
        if !args.undo {
            return Ok(Self {
                plan,
                start: plan.start(),
                steps: plan.spec.steps.iter().collect(),
                asked: args.step,
                back_from: None,
            });
        }
        let from = args.step.unwrap_or(plan.len());
        Ok(Self {
            plan,
            start: plan.state(from).map_err(Error::failed)?,
            steps: plan.way_back(from).map_err(Error::failed)?,
            asked: None,
            back_from: Some(from),
        })
    }

    /// Visits the steps that are asked for.
    ///
    /// # Errors
    ///
    /// A plan that does not fit itself, and what the visitor says.
    pub(super) fn visit(
        &self,
        mut each: impl FnMut(&Passage<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut state = self.start.clone();
        for (number, step) in (1..).zip(&self.steps) {
            let before = state.clone();
            apply(&mut state, step, number).map_err(Error::failed)?;
            if self.asked.is_some_and(|asked| asked != number) {
                continue;
            }
            each(&Passage {
                plan: self.plan,
                number,
                step,
                before: &before,
                after: &state,
                label: self.label(number),
            })?;
        }
        Ok(())
    }

    /// As many digits as the longest number has, so that files are listed in their order.
    fn label(&self, number: usize) -> String {
        let digits = |count: usize| count.to_string().len();
        let step = format!("step-{number:0width$}", width = digits(self.steps.len()));
        match self.back_from {
            None => step,
            Some(from) => format!(
                "undo-{from:0width$}-{step}",
                width = digits(self.plan.len())
            ),
        }
    }
}
