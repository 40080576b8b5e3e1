//! The steps of the page: each to open, with its changes by key and its gates whole.

use cutover_check::Checked;
use cutover_manifest::Bundle;
use cutover_plan::{OnFailure, Step};

use crate::asked::{Asked, asked};
use crate::changes::{Line, Section, sections};
use crate::error::Error;
use crate::html::Html;
use crate::page::list;
use crate::step_name::step_name;
use crate::wait::gate_name;

/// One element a step, in their order; `prefix` keeps ids of several plans on a page apart.
pub(super) fn steps(plan: &Checked, prefix: &str) -> Result<Vec<Html>, Error> {
    let mut parts = Vec::new();
    let mut walk = plan.walk();
    while let Some(step) = walk.advance()? {
        let (number, before, after) = (walk.number(), walk.before(), walk.state());
        let name = step_name(step, before, after);
        let summary = [
            Html::classed("span", "number", number.to_string()),
            Html::classed("span", "phase", step.phase.to_string()),
            Html::classed("span", "name", name),
        ];
        let summary = Html::tag("summary", &[], summary).line();
        let mut inside = changes(step, before, after);
        inside.extend(gates(plan, number, step, before, after));
        // A link opens what its target is inside of.
        let id = format!("{prefix}step-{number}");
        let inside = Html::tag("div", &[("id", &id)], inside);
        parts.push(Html::tag("details", &[("class", "step")], [summary, inside]).line());
    }
    Ok(parts)
}

fn changes(step: &Step, before: &Bundle, after: &Bundle) -> Vec<Html> {
    if step.changes.is_empty() {
        return vec![Html::of("p", "Nothing changes.").line()];
    }
    sections(step, before, after).iter().map(section).collect()
}

/// What happens to an object, line by line.
pub(super) fn section(section: &Section) -> Html {
    let lines = section.lines.iter().map(line_of);
    let parts = [
        Html::of("h4", section.head()),
        Html::tag("div", &[("class", "diff")], lines),
    ];
    Html::tag("div", &[("class", "object")], parts).line()
}

/// A line with its sign, which says all that its colour does.
fn line_of(line: &Line) -> Html {
    let (class, sign, inside) = match line {
        Line::Added(text) => ("added", "+ ", vec![Html::text(text)]),
        Line::Kept(text) => ("kept", "", vec![Html::text(text)]),
        Line::Removed(text) => ("removed", "- ", vec![Html::text(text)]),
        Line::Order {
            path,
            before,
            after,
        } => {
            let path = format!("{path}: order ");
            ("changed", "~ ", replaced(path, before, after))
        }
        Line::Replaced {
            path,
            before,
            after,
        } => (
            "changed",
            "~ ",
            replaced(format!("{path}: "), before, after),
        ),
    };
    let sign = Html::classed("span", "sign", sign);
    let inside = std::iter::once(sign).chain(inside);
    Html::tag("div", &[("class", class)], inside)
}

fn replaced(path: String, before: &str, after: &str) -> Vec<Html> {
    vec![
        Html::text(path),
        Html::of("del", before),
        Html::text(" → "),
        Html::of("ins", after),
    ]
}

/// All gates of a step, with what they ask, for how long they are waited for, and what then.
fn gates(plan: &Checked, number: usize, step: &Step, before: &Bundle, after: &Bundle) -> Vec<Html> {
    if step.gates.is_empty() {
        return Vec::new();
    }
    let names = step
        .gates
        .iter()
        .map(|gate| gate_name(plan, gate, before, after));
    let names: Vec<String> = names.collect();
    let mut parts = vec![Html::of("h4", "then wait for"), list(names.iter())];
    for asked in asked(plan, Some(number)) {
        parts.push(Html::of("h4", format!("it asks: {}", asked.title)));
        parts.push(question(&asked));
    }
    if let Some(limit) = step.limit(after) {
        let then = match plan.spec.on_failure {
            OnFailure::Stop => "the run stops",
            OnFailure::Undo => "the run takes itself back",
        };
        let text = format!("Within {limit} its gates have to hold, else {then}.");
        parts.push(Html::of("p", text).line());
    }
    parts
}

/// A question to another system, whole.
pub(super) fn question(asked: &Asked) -> Html {
    let mut parts = vec![list(asked.facts.iter())];
    if let Some(yaml) = &asked.created {
        let lines = yaml.lines().map(|line| Html::of("div", line));
        let inside = [
            Html::of("summary", "the whole of it"),
            Html::tag("div", &[("class", "diff")], lines),
        ];
        parts.push(Html::tag("details", &[], inside).line());
    }
    Html::tag("div", &[("class", "asked")], parts).line()
}
