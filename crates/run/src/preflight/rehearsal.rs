//! The rehearsal: every state that the plan brings an object to, and every Job, tried with the
//! server's dry run.

use cutover_manifest::{Manifest, MergeKeys};
use cutover_patch::{diff, lacking, project};

use crate::analysis::{job_at, job_manifest};
use crate::api::effect::{Request, Write};
use crate::api::event::{Answer, Reply};
use crate::bind::{Admitted, admit, as_written};
use crate::change::in_words;
use crate::error::Error;
use crate::options::Goal;
use crate::outcome::Outcome;
use crate::path::states_of_objects;
use crate::phase::{Next, Phase};
use crate::progress::Progress;
use crate::requests::Question;
use crate::run::Run;

impl Run {
    /// Every state that the plan brings an object to, and every Job of its analyses, as one dry
    /// run.
    ///
    /// # Errors
    ///
    /// Where the plan does not fit itself, or a Job its namespace.
    pub(crate) fn rehearsals(&self) -> Result<Vec<(Question, Request)>, Error> {
        let mut states = states_of_objects(&self.bound.plan)?;
        states.extend(self.later_jobs()?);
        let mut asked = Vec::new();
        for state in states {
            if let Some(request) = self.rehearsal(&state) {
                asked.push((Question::Rehearse(Box::new(state)), request));
            }
        }
        Ok(asked)
    }

    /// The Jobs that are not there yet.
    fn later_jobs(&self) -> Result<Vec<Manifest>, Error> {
        let mut saturating_add = Vec::new();
        for (object, location) in &self.jobs {
            if self.observed.live(object).is_some() {
                continue;
            }
            if let Some(job) = job_at(&self.given, *location) {
                saturating_add.push(job_manifest(job, object)?);
            }
        }
        Ok(saturating_add)
    }

    /// The dry run of a state; none where there is nothing to ask.
    pub(crate) fn rehearsal(&self, state: &Manifest) -> Option<Request> {
        let write = match self.observed.live(state.object()) {
            _ if state.is_sealed() => return None,
            None => Write::Create(state.clone()),
            Some(live) => {
                let live = as_written(live);
                let ops = diff(live.value(), state.value(), &MergeKeys);
                (!ops.is_empty()).then(|| Write::Patch {
                    object: state.object().clone(),
                    ops,
                })?
            }
        };
        Some(Request::Write {
            write,
            dry_run: true,
        })
    }

    /// Takes what admission changes into the plan, where it is a field that we plan.
    pub(crate) fn rehearsed(&mut self, state: &Manifest, answer: Answer) {
        let stored = match answer {
            Ok(Reply::Object(Some(stored))) => as_written(&stored),
            Ok(_) => return,
            Err(fault) if fault.code == 404 && self.makes_namespace_of(state) => return,
            Err(fault) => {
                let reason = format!(
                    "{}: the server would refuse it: {}",
                    state.object(),
                    fault.in_words()
                );
                return self.fail(reason);
            }
        };
        let changed = lacking(state.value(), stored.value(), &MergeKeys);
        for found in &changed {
            let (asked, stored) = (
                in_words(found.before.as_ref()),
                in_words(found.after.as_ref()),
            );
            let (object, path) = (state.object(), &found.path);
            let message = format!("{object}: {path}: the cluster makes {stored} of {asked}");
            self.tell(Progress::Warned { message });
        }
        if !changed.is_empty() && !self.jobs.contains_key(state.object()) {
            let kept = project(state.value(), stored.value(), &MergeKeys);
            self.admit([(state.clone(), state.with_content(kept))]);
        }
    }

    /// What admission makes of states.
    pub(crate) fn admit(&mut self, made: impl IntoIterator<Item = Admitted>) {
        if let Phase::Confirm { admitted } | Phase::Rehearse { admitted } = &mut self.phase {
            admitted.extend(made);
        }
    }

    fn makes_namespace_of(&self, state: &Manifest) -> bool {
        let made = self.changed_objects();
        made.iter().any(|object| {
            object.kind == "Namespace" && Some(&object.name) == state.object().namespace.as_ref()
        })
    }

    /// All states have been tried.
    pub(crate) fn rehearse(&mut self) -> Next {
        if let Phase::Rehearse { admitted } = &self.phase
            && !admitted.is_empty()
        {
            match admit(&self.bound.plan, admitted, &self.options.namespace) {
                Ok(plan) => self.bound.plan = plan,
                Err(error) => return self.failed(error),
            }
        }
        let over = self.options.goal == Goal::Try || self.bound.plan.is_empty();
        self.phase = if over {
            Phase::Close(Outcome::Done)
        } else {
            Phase::Open
        };
        Next::Again
    }
}

#[cfg(test)]
mod tests;
