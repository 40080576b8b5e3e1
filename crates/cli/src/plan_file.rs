//! Reads a plan, and refuses one that was edited or does not keep what it promises.

use std::path::{Path, PathBuf};
use std::slice;

use cutover::manifest::{Digest, Document};
use cutover::{Broken, Checked, Plan, check};
use serde_json::Value;

use crate::args::PlanFile;
use crate::error::Error;
use crate::walk::Folders;
use crate::{World, input, walk};

/// Reads a plan, and recounts what it promises.
///
/// # Errors
///
/// No plan, one that was edited by hand, one that does not keep what it promises, and another one
/// than was approved.
pub(crate) fn read(world: &mut World<'_>, file: &PlanFile) -> Result<Checked, Error> {
    let path = &file.plan;
    let document = document(world, path, &PLAN)?;
    let failed = |error: String| Error::failed(format!("{}: {error}", path.display()));
    let plan = Plan::parse(&document.value).map_err(|error| failed(error.to_string()))?;
    let plan = check(plan).map_err(|broken| failed(told(&broken)))?;
    match &file.digest {
        Some(approved) if *approved != plan.digest => {
            Err(failed(other(PLAN.what, &plan.digest, approved)))
        }
        _ => Ok(plan),
    }
}

/// A document that this program makes.
pub(crate) struct Made {
    /// The `kind` of the document, as `Plan`.
    pub(crate) kind: &'static str,
    /// What people call it.
    pub(crate) what: &'static str,
    /// How it is made.
    pub(crate) hint: &'static str,
}

const PLAN: Made = Made {
    kind: "Plan",
    what: "plan",
    hint: "make the plan with `cutover plan … -o plan.yaml`",
};

/// Reads a file that is one document of a kind.
///
/// # Errors
///
/// None, several, another kind, and what others may read otherwise.
pub(crate) fn document(
    world: &mut World<'_>,
    path: &PathBuf,
    made: &Made,
) -> Result<Document, Error> {
    let Made { kind, what, hint } = made;
    let files = walk::files(world, slice::from_ref(path), Folders::Below)?.files;
    let mut documents: Vec<Document> = Vec::new();
    let mut findings: Vec<String> = Vec::new();
    for reading in input::readings(&files)? {
        // What others may read otherwise than this program was approved by nobody.
        findings.extend(reading.findings.iter().map(ToString::to_string));
        documents.extend(reading.documents);
    }
    Error::unless_empty(findings)?;
    let count = documents.len();
    let (Some(document), true) = (documents.pop(), count == 1) else {
        let path = path.display();
        return Err(Error::failed(format!(
            "{path}: a {what} is one document, and there are {count}\nhint: {hint}"
        )));
    };
    let said = document.value.get("kind").and_then(Value::as_str);
    if let Some(said) = said.filter(|said| said != kind) {
        let place = &document.place;
        return Err(Error::failed(format!(
            "{place}: this is a {said} and no {what}\nhint: {hint}"
        )));
    }
    Ok(document)
}

/// That another one was approved than is there.
pub(crate) fn other(what: &str, digest: &Digest, approved: &Digest) -> String {
    let hint = "review this one, or find the one that was approved";
    format!("the {what} has the digest {digest}, and {approved} was approved\nhint: {hint}")
}

/// The promises that do not hold: the first few, since one forged count breaks many.
fn told(broken: &[Broken]) -> String {
    let mut lines: Vec<String> = vec!["the plan does not keep what it promises".into()];
    let first = broken.iter().take(TOLD);
    lines.extend(first.map(|broken| format!("  {broken}")));
    if broken.len() > TOLD {
        lines.push(format!("  and {} more", broken.len() - TOLD));
    }
    let hint = "hint: make the plan anew with `cutover plan`, and review it before it is used";
    lines.push(hint.into());
    lines.join("\n")
}

/// So many broken promises are enough to see what is wrong.
const TOLD: usize = 5;

/// Checks that a plan has a step; 0 is the state before the first.
///
/// # Errors
///
/// Past the last step, and 0 where `first` is 1.
pub(crate) fn step(plan: &Plan, path: &Path, step: usize, first: usize) -> Result<(), Error> {
    if (first..=plan.len()).contains(&step) {
        return Ok(());
    }
    if plan.is_empty() && step > 0 {
        let hint = "what was wanted is what runs: make a plan of something else";
        return Err(Error::failed(format!(
            "{}: the plan has no step {step}: there is nothing to do\nhint: {hint}",
            path.display()
        )));
    }
    let zero = if first == 0 {
        "; 0 is the state before the first"
    } else {
        ""
    };
    let hint = format!(
        "steps go from {first} to {}{zero}: `cutover show {}`",
        plan.len(),
        path.display()
    );
    Err(Error::failed(format!(
        "{}: the plan has no step {step}\nhint: {hint}",
        path.display()
    )))
}
