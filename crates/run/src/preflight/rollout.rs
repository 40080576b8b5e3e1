//! Whether what runs stands still when a plan begins: what counts pods relies on it.

use std::collections::BTreeSet;

use cutover_manifest::ObjectRef;
use cutover_plan::Plan;
use cutover_workload::{Deployment, Workload};
use jiff::Timestamp;

use crate::error::Error;
use crate::gates::replaced;
use crate::now::saturating_add;
use crate::path::states_of_objects;
use crate::phase::Next;
use crate::progress::Progress;
use crate::reason::Reason;
use crate::requests::PATIENCE;
use crate::run::Run;

impl Run {
    /// Refuses a plan that splits or counts pods where a rolling update is under way, or hangs. One
    /// that only replaces them goes on, which is how such an update is taken back.
    pub(crate) fn refuse_rolling_update(&mut self) {
        let updates = match self.rolling_updates() {
            Ok(updates) => updates,
            Err(error) => return self.fail(error),
        };
        for (message, counts) in updates {
            if counts {
                let hint = "roll it back or let it end first";
                return self.fail(Reason::from(message).hint(hint));
            }
            self.tell(Progress::Warned { message });
        }
    }

    /// Waits until controllers have seen what somebody has just written to a set that the plan counts:
    /// before, nobody can say whether its pods are being replaced.
    pub(crate) fn await_controllers(&mut self, now: Timestamp) -> Option<Next> {
        let reason = match self.unseen_update() {
            Ok(unseen) => unseen?,
            Err(error) => return Some(self.failed(error)),
        };
        let until = saturating_add(self.watching.unwrap_or(now), PATIENCE);
        if until <= now {
            return Some(self.failed(reason));
        }
        self.outbox.wake_at(until);
        Some(Next::Wait)
    }

    /// A set that the plan counts and of which it is not known whether its pods are being replaced,
    /// in words.
    fn unseen_update(&self) -> Result<Option<String>, Error> {
        let plan = &self.bound.plan;
        for workload in &plan.spec.workloads {
            for object in workload.objects() {
                if let Err(reason) = replaced(&self.observed, object)
                    && counts(workload, plan)?
                {
                    return Ok(Some(format!("{object}: {reason}")));
                }
            }
        }
        Ok(None)
    }

    /// The sets whose pods are being replaced, in words, and whether the plan counts them.
    fn rolling_updates(&self) -> Result<Vec<(String, bool)>, Error> {
        let plan = &self.bound.plan;
        let mut found = Vec::new();
        for workload in &plan.spec.workloads {
            for object in workload.objects() {
                if let Ok(Some(pods)) = replaced(&self.observed, object) {
                    let message = format!("{object}: a rolling update is under way: {pods}");
                    found.push((message, counts(workload, plan)?));
                }
            }
        }
        Ok(found)
    }
}

/// Whether a plan relies on how many pods a workload's sets have: it has several, or changes their
/// number.
fn counts(workload: &Workload, plan: &Plan) -> Result<bool, Error> {
    let states = states_of_objects(plan)?;
    let changes = |object: &ObjectRef| {
        let counts = states
            .iter()
            .chain(&plan.spec.from)
            .filter(|state| state.object() == object)
            .map(|state| Deployment::of(state).replicas());
        counts.collect::<BTreeSet<_>>().len() > 1
    };
    Ok(workload.sets.len() > 1 || workload.objects().any(changes))
}
