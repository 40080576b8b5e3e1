//! The journal: a ConfigMap that says where a run is, written before each write to the cluster.
//!
//! | key | written by | what |
//! | --- | --- | --- |
//! | `data.run` | the runner | [`Position`] as JSON |
//! | `data.approve.N` | `cutover approve` | who approved step N, and when |
//! | `data.abort` | `cutover abort` | who asked the run to go back, and when |
//! | `binaryData.plan` | the runner | `{ plan, approved }`, packed: the plan as it is bound to the cluster, and the digest of the one that was approved |

mod packed;
mod position;
mod record;
mod wishes;

use cutover_manifest::{Manifest, ObjectRef, short_name};
use cutover_plan::{Gate, Pause, Plan};
use jiff::Timestamp;
use serde_json::{Value, json};

use self::packed::{packed, unpacked};
pub use self::position::{Position, Stage};
pub(crate) use self::record::Record;
use self::wishes::wish;
pub use self::wishes::{Wish, Wishes};
use crate::api::effect::Write;
use crate::bind::Bound;
use crate::course::Direction;
use crate::error::Error;
use crate::namespace::DefaultNamespace;

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
        let name = short_name(&format!("cutover-{}", plan.metadata.name), "");
        DefaultNamespace::new(namespace).object(&ObjectRef::new("v1", "ConfigMap", first, &name))
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

    /// The write that approves the step that the run waits at, and its number.
    ///
    /// # Errors
    ///
    /// [`Error::Journal`] where the run does not wait for a person.
    pub fn approve(manifest: &Manifest, by: &str, now: Timestamp) -> Result<(usize, Write), Error> {
        let journal = Self::parse(manifest)?;
        let Position { step, course, .. } = journal.position;
        let steps = &journal.bound.plan.spec.steps;
        let reached = steps.get(step.wrapping_sub(1));
        let gates = reached.map_or(&[][..], |step| &step.gates);
        let asks = gates
            .iter()
            .any(|gate| matches!(gate, Gate::Pause(Pause { duration: None })));
        if course.direction() == Direction::Back || journal.position.ended.is_some() || !asks {
            return Err(bad_with(
                manifest,
                "the run waits for no person",
                "the status tells where it is",
            ));
        }
        Ok((step, wish(manifest, &format!("approve.{step}"), by, now)))
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
