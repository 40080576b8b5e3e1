//! Each step's changes, field by field.

use std::ops::RangeInclusive;

use cutover_plan::Plan;
use serde_json::{Value, json};

use crate::changes::{Line, Section, documents, sections};
use crate::error::Error;
use crate::style::{Style, Tone};
use crate::text::clean;

/// What each step changes, or one of them (counted from 1): by object, then by field.
///
/// A field is named by its path, with items of lists by their key. An object that is created or
/// deleted is shown whole. Of a Secret it is said whether the data changes, never what it holds.
///
/// # Errors
///
/// [`Error::NoStep`] where there is no such step, [`Error::Plan`] where the plan does not fit
/// itself.
///
/// ```
/// # use cutover::{Image, Options, Release, Strategy, manifest};
/// # let yaml = br#"apiVersion: apps/v1
/// # kind: Deployment
/// # metadata: {name: hello}
/// # spec: {replicas: 3, selector: {matchLabels: {app: hello}}, template: {metadata: {labels: {app: hello}},
/// #   spec: {containers: [{name: hello, image: "hello:1.0.0"}]}}}"#;
/// # let from = manifest::bundle(vec![manifest::read("hello.yaml", yaml)?])?.bundle;
/// # let to = cutover::set_image(&from, &"hello=hello:2.0.0".parse::<Image>()?, &[])?;
/// # let strategy: Strategy = serde_json::from_str(r#"{"rolling": {}}"#)?;
/// let plan = cutover::plan(&Release::new(&from, &to, false)?, &strategy, &Options::default())?;
/// assert_eq!(cutover_report::diff(&plan, Some(1), cutover_report::Style::Plain)?, "\
/// step 1 · update · image of Deployment hello 1.0.0 → 2.0.0
///
/// patch Deployment hello
///   spec.template.spec.containers[name=hello].image: hello:1.0.0 → hello:2.0.0
/// ");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn diff(plan: &Plan, step: Option<usize>, style: Style) -> Result<String, Error> {
    let states = plan.states()?;
    let steps = numbers(plan, step)?.map(|number| {
        let step = &plan.spec.steps[number - 1];
        let head = clean(&format!("step {number} · {} · {}", step.phase, step.name));
        let sections = sections(step, &states[number - 1], &states[number]);
        let objects = sections
            .iter()
            .map(|section| format!("\n{}", object(section, style)));
        format!(
            "{}\n{}",
            style.paint(Tone::Title, &head),
            objects.collect::<String>()
        )
    });
    Ok(steps.collect::<Vec<_>>().join("\n"))
}

/// The same as a document: a list of steps, each with its changes, each of those with its
/// differences.
///
/// A difference has a `path`, as [`diff`] prints it, and `before` or `after` or both. What is
/// created or deleted is there as `manifest`, whole. Of a Secret there is a digest, never what it
/// holds.
///
/// # Errors
///
/// As [`diff`].
pub fn diff_document(plan: &Plan, step: Option<usize>) -> Result<Value, Error> {
    let states = plan.states()?;
    let steps = numbers(plan, step)?.map(|number| {
        let step = &plan.spec.steps[number - 1];
        let changes = documents(step, &states[number - 1], &states[number]);
        json!({ "step": number, "phase": step.phase, "name": step.name, "changes": changes })
    });
    Ok(steps.collect())
}

/// The steps that are asked for.
fn numbers(plan: &Plan, step: Option<usize>) -> Result<RangeInclusive<usize>, Error> {
    match step {
        None => Ok(1..=plan.len()),
        Some(step) if (1..=plan.len()).contains(&step) => Ok(step..=step),
        Some(step) => Err(Error::NoStep {
            step,
            steps: plan.len(),
        }),
    }
}

fn object(section: &Section, style: Style) -> String {
    let lines = section
        .lines
        .iter()
        .map(|line| terminal(line, style) + "\n");
    format!(
        "{}\n{}",
        style.paint(Tone::Place, &section.head()),
        lines.collect::<String>()
    )
}

fn terminal(line: &Line, style: Style) -> String {
    let red = |text: &str| style.paint(Tone::Removed, text);
    let green = |text: &str| style.paint(Tone::Added, text);
    match line {
        Line::Added(text) => green(&format!("+ {text}")),
        Line::Kept(text) => format!("  {text}"),
        Line::Order {
            path,
            before,
            after,
        } => format!("  {path}: order {} → {}", red(before), green(after)),
        Line::Removed(text) => red(&format!("- {text}")),
        Line::Replaced {
            path,
            before,
            after,
        } => format!("  {path}: {} → {}", red(before), green(after)),
    }
}
