//! The rehearsal: every state that the plan brings an object to, and every Job, tried with the
//! server's dry run.

use std::collections::VecDeque;

use cutover_manifest::{Manifest, MergeKeys};
use cutover_patch::{diff, lacking, project};
use serde_json::Value;

use crate::analysis::{job_at, manifest};
use crate::api::effect::{Request, Write};
use crate::api::event::{Answer, Reply};
use crate::bind::{admit, as_written};
use crate::error::Error;
use crate::options::Goal;
use crate::outcome::Outcome;
use crate::path::states_of_objects;
use crate::progress::Progress;
use crate::requests::Question;
use crate::run::{Phase, Run};

impl Run {
    /// Every state that the plan brings an object to, and every Job of its analyses, as one dry
    /// run.
    ///
    /// # Errors
    ///
    /// Where the plan does not fit itself, or a Job its namespace.
    pub(crate) fn rehearsals(&self) -> Result<VecDeque<(Question, Request)>, Error> {
        let mut states = states_of_objects(&self.bound.plan)?;
        states.extend(self.later_jobs()?);
        let mut asked = VecDeque::new();
        for state in states {
            if let Some(request) = self.rehearsal(&state) {
                asked.push_back((Question::Rehearse(Box::new(state)), request));
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
                saturating_add.push(manifest(job, object)?);
            }
        }
        Ok(saturating_add)
    }

    /// The state that a question has the server try.
    pub(crate) fn tried<'a>(&'a self, question: &'a Question) -> Option<&'a Manifest> {
        match question {
            Question::Rehearse(state) => Some(state),
            Question::Confirm(rebound) => Some(rebound.state()),
            Question::Rebase(kept) => self.base_of(kept.object()),
            Question::Check(_)
            | Question::Lease(_)
            | Question::Look(_)
            | Question::Make(_)
            | Question::OpenJournal(_)
            | Question::ReadJournal
            | Question::Release
            | Question::Reread
            | Question::Review(_)
            | Question::Survey
            | Question::WriteJournal(_) => None,
        }
    }

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
            let value = |value: &Option<Value>| {
                value
                    .as_ref()
                    .map_or_else(|| "nothing".to_owned(), Value::to_string)
            };
            let (asked, kept) = (value(&found.before), value(&found.after));
            let message = format!(
                "{}: {}: the cluster makes {kept} of {asked}",
                state.object(),
                found.path
            );
            self.tell(Progress::Warned { message });
        }
        if !changed.is_empty() && !self.jobs.contains_key(state.object()) {
            let kept = project(state.value(), stored.value(), &MergeKeys);
            let kept = state.with_content(kept);
            self.admitted.push((state.clone(), kept));
        }
    }

    fn makes_namespace_of(&self, state: &Manifest) -> bool {
        let made = self.changed_objects();
        made.iter().any(|object| {
            object.kind == "Namespace" && Some(&object.name) == state.object().namespace.as_ref()
        })
    }

    /// All states have been tried.
    pub(crate) fn rehearse(&mut self) -> bool {
        let admitted = std::mem::take(&mut self.admitted);
        if !admitted.is_empty() {
            match admit(&self.bound.plan, &admitted, &self.options.namespace) {
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
        true
    }
}

#[cfg(test)]
mod tests;
