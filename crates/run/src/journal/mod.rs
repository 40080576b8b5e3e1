//! The journal: a ConfigMap that says where a run is, written before each write to the cluster.
//!
//! | key | written by | what |
//! | --- | --- | --- |
//! | `data.run` | the runner | [`Position`] as JSON |
//! | `data.approve.N` | `cutover approve` | who approved step N, and when |
//! | `data.abort` | `cutover abort` | who asked the run to go back, and when |
//! | `binaryData.plan` | the runner | `{ plan, approved }`, packed: the plan as it is bound to the cluster, and the digest of the one that was approved |

pub(crate) mod claims;
mod record;

use std::collections::BTreeMap;
use std::io::Read;

use base64::{Engine, engine::general_purpose::STANDARD};
use cutover_manifest::{Digest, Manifest, ObjectRef, short_name};
use cutover_patch::jsonptr::PointerBuf;
use cutover_patch::{AddOperation, Patch, PatchOperation, ReplaceOperation, TestOperation};
use cutover_plan::{Gate, Pause, Plan};
use flate2::{Compression, GzBuilder, read::GzDecoder};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::analysis::Check;
use crate::api::effect::Write;
use crate::bind::Bound;
use crate::course::Direction;
use crate::error::Error;
use crate::namespace::DefaultNamespace;
use crate::outcome::Outcome;

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

/// Where a run is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Position {
    /// The digest of the plan that was approved.
    pub digest: Digest,
    /// Which way it goes.
    pub direction: Direction,
    /// Of a way back: the step after which, or in the middle of which, it begins.
    pub from: usize,
    /// Of a way back: the state that it leads to.
    pub to: usize,
    /// Of a way back: whether it begins in the middle of the step.
    pub halfway: bool,
    /// The step that is worked on, from 1 on its way.
    pub step: usize,
    /// What is done about it.
    pub stage: Stage,
    /// Since when.
    pub since: Timestamp,
    /// When all its gates on the cluster first held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<Timestamp>,
    /// Whether its pauses and analyses are over.
    #[serde(default)]
    pub passed: bool,
    /// What the step's analyses have measured, by the index of the gate.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub checks: BTreeMap<usize, Check>,
    /// When the run began.
    pub started: Timestamp,
    /// Who runs it.
    pub by: String,
    /// Why it turned round.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turned: Option<String>,
    /// How it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Outcome>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// The uid of each object that was there when the run began, or that it has created.
    #[serde(default)]
    pub uids: BTreeMap<String, String>,
}

/// What is done about a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Stage {
    /// Its changes are made.
    Writing,
    /// Its gates are waited for.
    Waiting,
}

/// What people have asked of a run, from other terminals.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Wishes {
    /// Steps that wait for a person, and who approved them.
    pub approvals: BTreeMap<usize, Wish>,
    /// Whoever asked the run to go back.
    pub abort: Option<Wish>,
    /// Entries that somebody has made and that cannot be read, each with why.
    pub unreadable: Vec<String>,
}

/// Who asked for something, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    /// Who.
    pub by: String,
    /// When.
    pub at: Timestamp,
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
        let Position {
            step, direction, ..
        } = journal.position;
        let steps = &journal.bound.plan.spec.steps;
        let reached = steps.get(step.wrapping_sub(1));
        let gates = reached.map_or(&[][..], |step| &step.gates);
        let asks = gates
            .iter()
            .any(|gate| matches!(gate, Gate::Pause(Pause { duration: None })));
        if direction == Direction::Back || journal.position.ended.is_some() || !asks {
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
        if position.direction == Direction::Back {
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

impl Position {
    /// Sets to work on a step of its way.
    pub(crate) fn begin(&mut self, step: usize, now: Timestamp) {
        self.step = step;
        self.stage = Stage::Writing;
        self.since = now;
        self.held = None;
        self.passed = false;
        self.checks.clear();
    }

    /// Whether a way of so many steps has this place; behind the last one a run is over.
    pub(crate) fn fits(&self, steps: usize) -> bool {
        match self.stage {
            Stage::Writing => (1..=steps + 1).contains(&self.step),
            Stage::Waiting => (1..=steps).contains(&self.step),
        }
    }

    /// As the journal has it.
    #[expect(
        clippy::expect_used,
        reason = "it is texts, times and numbers under texts: there is nothing that JSON cannot write"
    )]
    pub(crate) fn text(&self) -> String {
        serde_json::to_string_pretty(self).expect("a position is JSON")
    }

    /// The write that puts this in the place of what the journal said last, if nobody else has
    /// written there; `anew` without what people have asked of the run so far.
    pub(crate) fn write(&self, object: &ObjectRef, last: &str, anew: bool) -> Write {
        let run = || PointerBuf::from_tokens(["data", "run"]);
        let (path, value) = match anew {
            true => (
                PointerBuf::from_tokens(["data"]),
                json!({ "run": self.text() }),
            ),
            false => (run(), self.text().into()),
        };
        let ops = Patch(vec![
            PatchOperation::Test(TestOperation {
                path: run(),
                value: last.into(),
            }),
            PatchOperation::Replace(ReplaceOperation { path, value }),
        ]);
        Write::Patch {
            object: object.clone(),
            ops,
        }
    }
}

impl Wishes {
    pub(crate) fn of(journal: &Manifest) -> Self {
        let data = journal
            .pointer("/data")
            .and_then(Value::as_object)
            .into_iter()
            .flatten();
        let mut wishes = Self::default();
        for (key, value) in data {
            if let Err(reason) = wishes.take(key, value.as_str().unwrap_or_default()) {
                let message = format!("{}: `{key}` cannot be read: {reason}", journal.object());
                wishes.unreadable.push(message);
            }
        }
        wishes
    }

    /// Takes in an entry of the journal, where it is one of somebody who asks.
    fn take(&mut self, key: &str, text: &str) -> Result<(), String> {
        let wish = || serde_json::from_str(text).map_err(|error| error.to_string());
        if key == "abort" {
            self.abort = Some(wish()?);
        } else if let Some(step) = key.strip_prefix("approve.") {
            let step = step.parse().map_err(|_| "it names no step")?;
            self.approvals.insert(step, wish()?);
        }
        Ok(())
    }
}

fn wish(journal: &Manifest, key: &str, by: &str, at: Timestamp) -> Write {
    let wish = json!({ "by": by, "at": at }).to_string();
    let uid = journal
        .pointer("/metadata/uid")
        .cloned()
        .unwrap_or_default();
    let ops = Patch(vec![
        PatchOperation::Test(TestOperation {
            path: PointerBuf::from_tokens(["metadata", "uid"]),
            value: uid,
        }),
        PatchOperation::Add(AddOperation {
            path: PointerBuf::from_tokens(["data", key]),
            value: wish.into(),
        }),
    ]);
    Write::Patch {
        object: journal.object().clone(),
        ops,
    }
}

/// What a journal says about its run, as it stands there.
pub(crate) fn run_text(journal: &Manifest) -> Option<&str> {
    journal.pointer("/data/run").and_then(Value::as_str)
}

/// A bound plan as it is packed.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Packed {
    plan: Value,
    approved: Digest,
}

/// The same plan gives the same bytes: no time goes into the header.
#[expect(clippy::expect_used, reason = "what is in memory can be read")]
fn packed(bound: &Bound) -> Result<String, Error> {
    let (plan, approved) = (bound.plan.to_value()?, bound.approved.clone());
    let json = json!(Packed { plan, approved }).to_string();
    let mut packed = Vec::new();
    GzBuilder::new()
        .read(json.as_bytes(), Compression::best())
        .read_to_end(&mut packed)
        .expect("a text in memory is read");
    Ok(STANDARD.encode(packed))
}

fn unpacked(text: &str) -> Result<Bound, String> {
    let bytes = STANDARD.decode(text).map_err(|error| error.to_string())?;
    let mut json = String::new();
    GzDecoder::new(bytes.as_slice())
        .read_to_string(&mut json)
        .map_err(|error| error.to_string())?;
    let Packed { plan, approved } =
        serde_json::from_str(&json).map_err(|error| error.to_string())?;
    let plan = Plan::parse(&plan).map_err(|error| error.to_string())?;
    Ok(Bound { plan, approved })
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
