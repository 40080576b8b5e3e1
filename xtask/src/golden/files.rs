//! A golden case: what comes out.

use cutover::Plan;
use cutover::manifest::{Bundle, Manifest, emit, emit_all};
use cutover::planning::{Change, Step};
use cutover_report::{Style, bounds, markdown, show};
use serde_json::{Value, json};

use crate::golden::Case;
use crate::golden::case::files;
use crate::{Outputs, Result};

/// How insta opens the snapshot that `cargo test` compares.
const SNAPSHOT: &str = "---\nsource: tests/it/golden.rs\n---\n";

/// All files that must come out of a case: those of its plan, or why there is none.
///
/// # Errors
///
/// A plan that does not fit itself, or a folder that cannot be read.
pub fn outputs(case: &Case) -> Result<Outputs> {
    let mut outputs = Outputs::default();
    files(&case.directory)?
        .into_iter()
        .filter(|path| !case.is_input(path))
        .for_each(|path| outputs.stale(path));
    let made = match case.plan() {
        Ok(plan) => plan_files(&plan)?,
        Err(error) => vec![("refusal.txt".into(), format!("{error}\n"))],
    };
    made.into_iter()
        .for_each(|(name, text)| outputs.insert(case.directory.join(name), text));
    Ok(outputs)
}

fn plan_files(plan: &Plan) -> Result<Vec<(String, String)>> {
    let mut files = vec![
        ("plan.yaml".into(), emit(&plan.to_value())),
        ("plan.md".into(), markdown(plan)?),
        ("bounds.txt".into(), bounds(plan)?),
        (
            "show.snap".into(),
            format!("{SNAPSHOT}{}", show(plan, Style::Plain)?),
        ),
    ];
    let states = plan.states()?;
    for (number, (step, after)) in (1..).zip(plan.spec.steps.iter().zip(&states[1..])) {
        let folder = format!("steps/{number:02}-{}", step.phase);
        let undo = lines((1..).zip(plan.way_back(number)?));
        files.extend(
            step_files(number, step, after).map(|(name, text)| (format!("{folder}/{name}"), text)),
        );
        files.push((format!("{folder}/undo.json"), undo));
    }
    Ok(files)
}

/// The files of a step that changes something; none of one that only waits.
fn step_files<'a>(
    number: usize,
    step: &'a Step,
    after: &'a Bundle,
) -> impl Iterator<Item = (&'static str, String)> {
    let files = [
        ("patches.json", lines([(number, step)])),
        ("inverse.json", lines([(number, &inverse(step))])),
        (
            "after.yaml",
            emit_all(changed(step, after).map(Manifest::value)),
        ),
    ];
    files.into_iter().filter(|_| !step.changes.is_empty())
}

/// The manifests that a step changes, as they stand after it.
fn changed<'a>(step: &'a Step, after: &'a Bundle) -> impl Iterator<Item = &'a Manifest> {
    step.changes
        .iter()
        .filter_map(|change| after.get(change.object()))
}

/// The step back: the last change first.
fn inverse(step: &Step) -> Step {
    let changes = step.changes.iter().rev().map(Change::inverse).collect();
    Step {
        changes,
        ..step.clone()
    }
}

fn lines<'a>(steps: impl IntoIterator<Item = (usize, &'a Step)>) -> String {
    let changes = steps.into_iter().flat_map(|(number, step)| {
        step.changes
            .iter()
            .map(move |change| (number, step, change))
    });
    changes
        .map(|(number, step, change)| format!("{}\n", line(number, step, change)))
        .collect()
}

fn line(number: usize, step: &Step, change: &Change) -> Value {
    let (verb, content, value) = match change {
        Change::Create { manifest, .. } => ("create", "manifest", json!(manifest)),
        Change::Delete { manifest, .. } => ("delete", "manifest", json!(manifest)),
        Change::Patch { ops, .. } => ("patch", "patch", json!(ops)),
    };
    json!({ "step": number, "name": step.name, "verb": verb, "object": change.object(), content: value })
}
