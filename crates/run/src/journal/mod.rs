//! The journal: a ConfigMap that says where a run is, written before each write to the cluster.
//!
//! | key | written by | what |
//! | --- | --- | --- |
//! | `data.run` | the runner | [`Position`] as JSON |
//! | `data.approve.N` | `cutover approve` | who approved step N, and when |
//! | `data.abort` | `cutover abort` | who asked the run to go back, and when |
//! | `data.pause` | `cutover pause` | who asked the run to begin no further step, and when; `cutover resume` takes it away |
//! | `binaryData.plan` | the runner | `{ plan, approved }`, packed: the plan as it is bound to the cluster, and the digest of the one that was approved |

mod accepted;
mod packed;
mod position;
mod record;
mod wishes;

use cutover_manifest::{Manifest, ObjectRef, short_name};
use cutover_plan::{Gate, Pause, Plan};
use jiff::Timestamp;
use serde_json::{Value, json};

pub use self::accepted::{Accepted, AcceptedFields};
use self::packed::{packed, unpacked};
pub use self::position::{Position, Stage};
pub(crate) use self::record::Record;
use self::wishes::{PAUSE, wish, withdrawal};
pub use self::wishes::{Wish, Wishes};
use crate::api::effect::Write;
use crate::bind::Bound;
use crate::course::Direction;
use crate::error::Error;

/// The largest plan that a ConfigMap takes, in bytes of base64: the API server allows 1 MiB for all
/// of it.
const LARGEST: usize = 900_000;

/// What a journal says.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Journal {
    /// Where the run is.
    pub position: Position,
    /// The plan as it is bound to the cluster.
    pub bound: Bound,
    /// What people have asked of the run.
    pub wishes: Wishes,
}

impl Journal {
    /// The ConfigMap that is a plan's journal: beside its first workload.
    pub fn object(plan: &Plan, namespace: &str) -> ObjectRef {
        let first = plan.spec.workloads.first();
        let first = first.and_then(cutover_workload::Workload::namespace);
        Self::named(&plan.metadata.name, first.unwrap_or(namespace))
    }

    /// The ConfigMap that is the journal of a plan of this name, in the namespace of its first
    /// workload.
    ///
    /// ```
    /// let journal = cutover_run::Journal::named("hello", "prod");
    /// assert_eq!(journal.to_string(), "ConfigMap prod/cutover-hello");
    /// ```
    pub fn named(plan: &str, namespace: &str) -> ObjectRef {
        let name = short_name(&format!("cutover-{plan}"), "");
        ObjectRef::new("v1", "ConfigMap", Some(namespace), &name)
    }

    /// Reads a journal.
    ///
    /// # Errors
    ///
    /// [`Error::Journal`] where it is no journal, or was edited by hand.
    pub fn parse(manifest: &Manifest) -> Result<Self, Error> {
        let text = run_text(manifest).ok_or_else(|| bad(manifest, "it has no `run`"))?;
        let position: Position =
            serde_json::from_str(text).map_err(|error| bad(manifest, error))?;
        if position.step == 0 {
            return Err(bad(manifest, "its steps count from 1"));
        }
        let packed = manifest
            .pointer("/binaryData/plan")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let bound = unpacked(packed).map_err(|reason| bad(manifest, reason))?;
        if bound.approved != position.digest {
            return Err(bad(
                manifest,
                "its plan is not the one that it says was approved",
            ));
        }
        Ok(Self {
            position,
            bound,
            wishes: Wishes::of(manifest),
        })
    }

    /// The write that approves the step that the run waits at, and its number; where a step is
    /// named, that one alone.
    ///
    /// # Errors
    ///
    /// [`Error::Journal`] where the run does not wait for a person, or waits for one at another step,
    /// where the step's gates on the cluster have not held yet, and where it is approved already.
    pub fn approve(
        manifest: &Manifest,
        step: Option<usize>,
        by: &str,
        now: Timestamp,
    ) -> Result<(usize, Write), Error> {
        let journal = Self::parse(manifest)?;
        let refuse =
            |reason: String| Err(bad_with(manifest, reason, "the status tells where it is"));
        let at = journal.position.step;
        if !journal.asks() {
            return refuse("the run waits for no person".to_owned());
        }
        if let Some(step) = step.filter(|step| *step != at) {
            return refuse(format!("the run is at step {at}, and not at {step}"));
        }
        if let Some(wish) = journal.wishes.approvals.get(&at) {
            return refuse(format!("step {at} was approved by {} already", wish.by));
        }
        if journal.position.held.is_none() {
            return refuse(format!("the gates of step {at} have not held yet"));
        }
        Ok((at, wish(manifest, &format!("approve.{at}"), by, now)))
    }

    /// Whether the step that the run is at has a gate that asks a person.
    fn asks(&self) -> bool {
        let position = &self.position;
        let steps = &self.bound.plan.spec.steps;
        let reached = steps.get(position.step.wrapping_sub(1));
        let mut gates = reached.iter().flat_map(|step| &step.gates);
        let asks = gates.any(|gate| matches!(gate, Gate::Pause(Pause { duration: None })));
        let is_forward = position.direction() == Direction::Forward;
        asks && is_forward && position.ended.is_none()
    }

    /// The write that asks a run to begin no further step, and to hold what is rolling.
    ///
    /// # Errors
    ///
    /// [`Error::Journal`] where the run is over, goes back, or is paused already.
    pub fn pause(manifest: &Manifest, by: &str, now: Timestamp) -> Result<Write, Error> {
        let journal = Self::parse(manifest)?;
        let refuse = |reason: String, hint| Err(bad_with(manifest, reason, hint));
        if journal.position.ended.is_some() {
            return refuse("the run is over".to_owned(), "there is nothing to pause");
        }
        if journal.position.direction() == Direction::Back {
            let hint = "a way back is not paused: it brings what served before";
            return refuse("the run goes back".to_owned(), hint);
        }
        match journal.wishes.pause {
            Some(wish) => refuse(
                format!("the run was paused by {} already", wish.by),
                "resume it, or take it back",
            ),
            None => Ok(wish(manifest, PAUSE, by, now)),
        }
    }

    /// The write that lets a run go on that is paused.
    ///
    /// # Errors
    ///
    /// [`Error::Journal`] where it is not paused.
    pub fn resume(manifest: &Manifest) -> Result<Write, Error> {
        match Self::parse(manifest)?.wishes.pause {
            Some(_) => Ok(withdrawal(manifest, PAUSE)),
            None => Err(bad_with(
                manifest,
                "the run is not paused",
                "the status tells where it is",
            )),
        }
    }

    /// The write that asks a run to go back.
    ///
    /// # Errors
    ///
    /// [`Error::Journal`] where the run is over, or goes back already.
    pub fn abort(manifest: &Manifest, by: &str, now: Timestamp) -> Result<Write, Error> {
        let position = Self::parse(manifest)?.position;
        if position.ended.is_some() {
            return Err(bad_with(manifest, "the run is over", "undo takes it back"));
        }
        if position.direction() == Direction::Back {
            return Err(bad_with(
                manifest,
                "the run goes back already",
                "the status tells where it is",
            ));
        }
        Ok(wish(manifest, "abort", by, now))
    }

    /// The ConfigMap that says this.
    pub(crate) fn manifest(
        bound: &Bound,
        position: &Position,
        namespace: &str,
    ) -> Result<Manifest, Error> {
        let object = Self::object(&bound.plan, namespace);
        let value = json!({
            "apiVersion": object.api_version, "kind": object.kind,
            "metadata": {
                "name": object.name, "namespace": object.namespace,
                "labels": { "app.kubernetes.io/managed-by": "cutover" },
            },
            "data": { "run": position.text() },
            "binaryData": { "plan": packed(bound)? },
        });
        let manifest = Manifest::new(value).map_err(cutover_plan::Error::from)?;
        match manifest.pointer("/binaryData/plan").and_then(Value::as_str) {
            Some(plan) if plan.len() > LARGEST => {
                let reason = format!(
                    "the plan takes {} bytes there, and {LARGEST} fit",
                    plan.len()
                );
                Err(bad_with(
                    &manifest,
                    reason,
                    "plan fewer workloads at a time",
                ))
            }
            _ => Ok(manifest),
        }
    }
}

/// What a journal says about its run, as it stands there.
pub(crate) fn run_text(journal: &Manifest) -> Option<&str> {
    journal.pointer("/data/run").and_then(Value::as_str)
}

fn bad(manifest: &Manifest, reason: impl ToString) -> Error {
    bad_with(
        manifest,
        reason,
        "delete it once nothing of the plan is left half done: the status tells",
    )
}

fn bad_with(manifest: &Manifest, reason: impl ToString, hint: &str) -> Error {
    let name = manifest.object().name.clone();
    Error::Journal {
        name,
        reason: reason.to_string(),
        hint: hint.to_owned(),
    }
}

#[cfg(test)]
mod tests;
