//! kubectl's lines, for a shell: a change each, and what it can wait for.

use std::fmt;
use std::path::Path;

use cutover::manifest::{Manifest, ObjectRef};
use cutover::planning::{Available, Deployment, Gate, Pause, Settled, Step};
use cutover_report::gate_name;

use super::way::Passage;
use crate::error::Error;
use crate::message::one_line;

/// What a script begins with.
pub(super) const START: &str = "set -e   # the first line that fails is the last\n";

/// A word that a shell reads as it is meant.
pub(super) struct Quoted(String);

impl Quoted {
    /// # Errors
    ///
    /// A text that no shell can be told.
    pub(super) fn text(text: &str) -> Result<Self, Error> {
        let quoted = shlex::try_quote(text);
        let quoted = quoted.map_err(|error| {
            Error::failed(format!(
                "{text:?}: no shell can name it: {error}\nhint: give it another name"
            ))
        });
        Ok(Self(quoted?.into_owned()))
    }

    /// # Errors
    ///
    /// As [`Quoted::text`].
    pub(super) fn path(path: &Path) -> Result<Self, Error> {
        Self::text(&path.to_string_lossy())
    }
}

impl fmt::Display for Quoted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

pub(super) fn create(object: &ObjectRef, file: &Quoted) -> Result<String, Error> {
    Ok(format!("kubectl create{} -f {file}", namespace(object)?))
}

pub(super) fn delete(object: &ObjectRef) -> Result<String, Error> {
    Ok(format!("kubectl delete {}", named(object)?))
}

pub(super) fn patch(object: &ObjectRef, file: &Quoted) -> Result<String, Error> {
    let named = named(object)?;
    Ok(format!(
        "kubectl patch {named} --type=json --patch-file {file}"
    ))
}

/// What a step waits for: lines that wait, and for what kubectl cannot see, a question to who runs
/// them.
///
/// # Errors
///
/// A name that no shell can be told.
pub(super) fn waits(passage: &Passage<'_>) -> Result<String, Error> {
    let mut text = String::new();
    let mut asked = Vec::new();
    for gate in &passage.step.gates {
        match wait(gate, passage)? {
            Some(line) => text += &format!("{line}\n"),
            None => asked.push(words(gate, passage)),
        }
    }
    if !asked.is_empty() {
        let question = format!(
            "step {}: press Enter when this holds: {}",
            passage.number,
            asked.join(", ")
        );
        let question = Quoted::text(&one_line(&question))?;
        text += &format!("echo {question} && read -r _\n");
    }
    Ok(text)
}

/// The lines that wait for a gate; none where kubectl cannot see whether it holds.
fn wait(gate: &Gate, passage: &Passage<'_>) -> Result<Option<String>, Error> {
    Ok(match gate {
        Gate::Available(available) => is_available(available, passage)?,
        Gate::Settled(settled) => Some(is_settled(settled)?),
        Gate::Endpoints(_) => {
            let words = words(gate, passage);
            Some(format!("sleep 5   # {words}: they follow within seconds"))
        }
        Gate::Pause(Pause {
            duration: Some(duration),
        }) => Some(format!("sleep {}", duration.seconds())),
        Gate::Drained(_)
        | Gate::Held(_)
        | Gate::Job(_)
        | Gate::Metric(_)
        | Gate::Pause(Pause { duration: None })
        | Gate::Routed(_)
        | Gate::Smoke(_)
        | Gate::Webhook(_)
        | Gate::Window(_) => None,
    })
}

/// kubectl knows when a rollout is over, but not when pods of a smaller one are gone. Of one that is
/// paused, or that is to stay half done, it knows nothing.
fn is_available(gate: &Available, passage: &Passage<'_>) -> Result<Option<String>, Error> {
    let is_paused = |set: &Manifest| Deployment::of(set).is_paused();
    let is_partial = gate.updated.is_some() && gate.updated != gate.replicas;
    if is_partial || passage.after.get(&gate.object).is_some_and(is_paused) {
        return Ok(None);
    }
    let limit = passage.step.within.unwrap_or(Step::DEFAULT_LIMIT).seconds();
    let named = named(&gate.object)?;
    let mut lines = format!("kubectl rollout status {named} --timeout={limit}s");
    if let Some(replicas) = gate.replicas {
        let count = format!("--for=jsonpath='{{.status.replicas}}'={replicas}");
        lines += &format!("\nkubectl wait {named} {count} --timeout={limit}s");
    }
    Ok(Some(lines))
}

/// So many pods, ready or not: `kubectl rollout status` would wait until they are ready.
fn is_settled(gate: &Settled) -> Result<String, Error> {
    let (named, replicas) = (named(&gate.object)?, gate.replicas);
    Ok(format!(
        "until [ \"$(kubectl get {named} -o go-template='{SEEN}')\" = 'true {replicas}' ]; do sleep 1; done"
    ))
}

/// Whether the Deployment's controller has seen what is asked for, and how many pods there are.
const SEEN: &str =
    "{{eq .metadata.generation .status.observedGeneration}} {{or .status.replicas 0}}";

fn words(gate: &Gate, passage: &Passage<'_>) -> String {
    one_line(&gate_name(
        passage.plan,
        gate,
        passage.before,
        passage.after,
    ))
}

/// `TYPE.VERSION.GROUP NAME`, as only one kind is called.
fn named(object: &ObjectRef) -> Result<String, Error> {
    let kind = object.kind.to_lowercase();
    let kind = match object.group() {
        "" => kind,
        group => format!("{kind}.{}.{group}", object.version()),
    };
    let (kind, name) = (Quoted::text(&kind)?, Quoted::text(&object.name)?);
    Ok(format!("{kind} {name}{}", namespace(object)?))
}

fn namespace(object: &ObjectRef) -> Result<String, Error> {
    Ok(match &object.namespace {
        Some(namespace) => format!(" --namespace {}", Quoted::text(namespace)?),
        None => String::new(),
    })
}
