//! Reading plan files.

use std::path::{Path, PathBuf};
use std::slice;

use cutover::manifest::Document;
use cutover::{Checked, Plan, check};
use serde_json::Value;

use crate::error::Error;
use crate::{World, input, walk};

/// Reads a plan, and recounts what it promises.
///
/// # Errors
///
/// No plan, one that was edited by hand, and one that does not keep what it promises.
pub(crate) fn read(world: &mut World<'_>, path: &PathBuf) -> Result<Checked, Error> {
    let files = walk::files(world, slice::from_ref(path))?;
    let documents = input::readings(&files)?
        .into_iter()
        .flat_map(|reading| reading.documents);
    let documents: Vec<Document> = documents.collect();
    let [document] = documents.as_slice() else {
        let hint = "make the plan with `cutover plan … -o plan.yaml`";
        let reason = format!(
            "{}: a plan is one document, and there are {}",
            path.display(),
            documents.len()
        );
        return Err(Error::failed(format!("{reason}\nhint: {hint}")));
    };
    if let Some(kind) = document
        .value
        .get("kind")
        .and_then(Value::as_str)
        .filter(|kind| *kind != "Plan")
    {
        let hint = "make the plan with `cutover plan … -o plan.yaml`";
        return Err(Error::failed(format!(
            "{}: this is a {kind} and no plan\nhint: {hint}",
            document.place
        )));
    }
    let plan = Plan::parse(&document.value)
        .map_err(|error| Error::failed(format!("{}: {error}", path.display())))?;
    check(plan).map_err(|broken| {
        let reasons = broken
            .iter()
            .map(|broken| format!("{}: {broken}", path.display()));
        Error::Failed(reasons.collect())
    })
}

/// Checks that a plan has a step; 0 is the state before the first.
///
/// # Errors
///
/// Past the last step, and 0 where `first` is 1.
pub(crate) fn step(plan: &Plan, path: &Path, step: usize, first: usize) -> Result<(), Error> {
    if (first..=plan.len()).contains(&step) {
        return Ok(());
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
