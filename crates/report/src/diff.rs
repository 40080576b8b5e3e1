//! Each step's changes, field by field.

use std::ops::RangeInclusive;

use cutover_check::Checked;
use cutover_manifest::Bundle;
use cutover_plan::{Note, OnFailure, Step};
use serde_json::{Value, json};

use crate::asked::{Asked, asked};
use crate::back::{Back, Told, back};
use crate::changes::{Line, Section, documents, sections};
use crate::error::Error;
use crate::step_name::step_name;
use crate::style::{Style, Tone};
use crate::text::{clean, noted, title};

/// What each step changes, or one of them (counted from 1): by object, then by field; what it asks
/// of other systems, and how long its gates have. Then what the ways back change beside counts and
/// templates, and the notes.
///
/// A field is named by its path, with items of lists by their key. An object that is created or
/// deleted is shown whole, and one that is little else than a copy of another by where it differs from
/// that. Of a Secret it is said whether the data changes, never what it holds. A plan without steps
/// says that there is nothing to do.
///
/// # Errors
///
/// [`Error::NoStep`] where there is no such step, [`Error::Plan`] where the plan does not fit
/// itself.
///
/// ```
/// # use cutover::{AnyStrategy, Ends, Options, Release, manifest};
/// # let yaml = br#"apiVersion: apps/v1
/// # kind: Deployment
/// # metadata: {name: hello}
/// # spec: {replicas: 3, selector: {matchLabels: {app: hello}}, template: {metadata: {labels: {app: hello}},
/// #   spec: {containers: [{name: hello, image: "hello:1.0.0"}]}}}"#;
/// # let from = manifest::bundle(vec![manifest::read("hello.yaml", yaml)?])?.bundle;
/// # let ends = Ends::unchanged(from).image(&"hello=hello:2.0.0".parse()?, &[])?;
/// # let strategy: AnyStrategy = serde_json::from_str(r#"{"rolling": {}}"#)?;
/// let plan = cutover::plan(&Release::new(ends)?, &strategy, &Options::default())?;
/// assert_eq!(cutover_report::diff(&plan, Some(1), cutover_report::Style::Plain)?, "\
/// step 1 · update · image of Deployment hello 1.0.0 → 2.0.0
///
/// patch Deployment hello
///   spec.template.spec.containers[name=hello].image: hello:1.0.0 → hello:2.0.0
///
/// within 10m its gates have to hold, else the run stops
/// ");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn diff(plan: &Checked, step: Option<usize>, style: Style) -> Result<String, Error> {
    let mut texts = Vec::new();
    visit(plan, step, |number, step, before, after| {
        let name = step_name(step, before, after);
        let head = clean(&format!("step {number} · {} · {name}", step.phase));
        let sections = sections(step, before, after);
        let objects = sections
            .iter()
            .map(|section| format!("\n{}", object(section, style)));
        let head = style.paint(Tone::Title, &head);
        let objects: String = objects.collect();
        let asked = asked(plan, Some(number));
        let asked = asked.iter().map(|asked| asked_text(asked, style));
        let failure = failure(plan, step, after);
        texts.push(format!(
            "{head}\n{objects}{}{failure}",
            asked.collect::<String>()
        ));
    })?;
    for back in Told::of(back(plan, step)?) {
        let objects = back.made.sections.iter();
        let objects = objects.map(|section| format!("\n{}", object(section, style)));
        let head = style.paint(Tone::Title, &back.title());
        texts.push(format!("{head}\n{}", objects.collect::<String>()));
    }
    for note in plan.spec.notes.iter().filter(|_| step.is_none()) {
        texts.push(note_text(note, style));
    }
    match plan.is_empty() {
        true => Ok(title(plan) + "\n"),
        false => Ok(texts.join("\n")),
    }
}

/// What the plan's author says: nobody has checked it.
fn note_text(note: &Note, style: Style) -> String {
    let head = style.paint(Tone::Hint, "note of the plan's author, not checked:");
    let hint = note
        .hint
        .iter()
        .map(|hint| format!("hint: {}\n", clean(hint)));
    format!(
        "{head} {}\n{}",
        clean(&noted(note)),
        hint.collect::<String>()
    )
}

/// A question to another system, whole.
fn asked_text(asked: &Asked, style: Style) -> String {
    let head = style.paint(Tone::Place, &format!("ask {}", asked.title));
    let created = asked.created.iter().flat_map(|yaml| yaml.lines());
    let lines = asked.facts.iter().map(String::as_str).chain(created);
    let lines: String = lines.map(|line| format!("  {line}\n")).collect();
    format!("\n{head}\n{lines}")
}

/// For how long the step's gates are waited for, and what then.
fn failure(plan: &Checked, step: &Step, after: &Bundle) -> String {
    let then = match plan.spec.on_failure {
        OnFailure::Stop => "the run stops",
        OnFailure::Undo => "the run takes itself back",
    };
    match step.limit(after) {
        Some(limit) => format!("\nwithin {limit} its gates have to hold, else {then}\n"),
        None => String::new(),
    }
}

/// The same as a document: `steps`, each with its `changes`, its `gates` as the plan has them and the
/// limit `within` which they have to hold; what is done `onFailure`; and what ways `back` change beside
/// counts and templates; and the `notes`.
///
/// A patch has `differences`. Each has a `path`, as [`diff`] prints it, and `before` or `after` or
/// both. What is created or deleted is there as `manifest`, whole. Of a Secret there is a digest,
/// never what it holds.
///
/// # Errors
///
/// As [`diff`].
pub fn diff_document(plan: &Checked, step: Option<usize>) -> Result<Value, Error> {
    let mut steps = Vec::new();
    visit(plan, step, |number, step, before, after| {
        let mut document = json!({
            "step": number,
            "phase": step.phase,
            "name": step_name(step, before, after),
            "changes": documents(step, before, after),
            "gates": step.gates,
        });
        if let Some(limit) = step.limit(after) {
            document["within"] = json!(limit);
        }
        steps.push(document);
    })?;
    let back: Vec<Value> = back(plan, step)?.iter().map(Back::document).collect();
    Ok(json!({
        "onFailure": plan.spec.on_failure,
        "steps": steps,
        "back": back,
        "notes": plan.spec.notes,
    }))
}

/// Visits the steps that are asked for, each between the states before and after it.
fn visit(
    plan: &Checked,
    step: Option<usize>,
    mut each: impl FnMut(usize, &Step, &Bundle, &Bundle),
) -> Result<(), Error> {
    let asked = numbers(plan, step)?;
    let mut walk = plan.walk();
    while let Some(step) = walk.advance()? {
        if asked.contains(&walk.number()) {
            each(walk.number(), step, walk.before(), walk.state());
        }
    }
    Ok(())
}

/// The steps that are asked for.
fn numbers(plan: &Checked, step: Option<usize>) -> Result<RangeInclusive<usize>, Error> {
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
