//! The plan as a reviewer reads it in a pull request.

use cutover_check::Checked;
use cutover_manifest::{Bundle, Warning};
use cutover_plan::{Note, Step};

use crate::asked::{Asked, asked};
use crate::back::{Told, WayBack, back, ways_back};
use crate::changes::{Line, Section, sections};
use crate::error::Error;
use crate::grid::{Align, Grid};
use crate::promise::{promises, weights};
use crate::rows::Table;
use crate::step_name::step_name;
use crate::summary::summary;
use crate::text::{count, escaped, html, noted, numbers, title};
use crate::warnings::warnings;
use crate::within::{Part, within};

/// So many objects of a step are shown in full.
const MOST_OBJECTS: usize = 20;

/// The plan as Markdown: what it does in a paragraph, its table, what it promises, notes, warnings,
/// what it asks of other systems, each step's changes to open, the ways back with what they change
/// besides, and the digest that is approved.
///
/// # Errors
///
/// [`Error::Plan`] where the plan does not fit itself, [`Error::Manifest`] where one of its
/// Services is none.
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
/// let page = cutover_report::markdown(&plan)?;
/// assert!(page.starts_with("# Plan hello: rolling, 1 step\n"));
/// assert!(page.contains("+ spec.template.spec.containers[name=hello].image: hello:2.0.0\n"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn markdown(plan: &Checked) -> Result<String, Error> {
    markdown_within(plan, usize::MAX)
}

/// The same in no more than so many characters, such as the 65,536 that a comment on GitHub may have:
/// the changes of the last steps are left out first, and it is told what was left out. Title and
/// digest stay, however short it is to be.
///
/// # Errors
///
/// As [`markdown`], and [`Error::TooShort`] where these do not fit.
pub fn markdown_within(plan: &Checked, most: usize) -> Result<String, Error> {
    within(&parts(plan)?, most)
}

/// The page in parts.
fn parts(plan: &Checked) -> Result<Vec<Part>, Error> {
    let mut parts = vec![Part::always(format!("# {}\n", escaped(&title(plan))))];
    if !plan.is_empty() {
        parts.push(Part::always(escaped(&summary(plan)?) + "\n"));
        parts.push(Part::longer("the table", table(plan)?));
        let weights = list(&weights(plan)?);
        parts.extend(weights.map(|text| Part::longer("the weights", text)));
        let promises = promises(plan)?;
        let promises: String = promises.iter().map(|line| promise(line)).collect();
        parts.push(Part::longer("what is promised", promises.trim_start()));
    }
    let notes = notes(&plan.spec.notes);
    parts.extend(notes.map(|text| Part::longer("the author's notes", text)));
    let warnings = warnings_section(&warnings(plan)?);
    parts.extend(warnings.map(|text| Part::longer("the warnings", text)));
    let asked = asked_section(&asked(plan, None));
    parts.extend(asked.map(|text| Part::longer("what is asked", text)));
    if !plan.is_empty() {
        parts.extend(steps(plan)?);
        let table = ways_back_table(ways_back(plan)?);
        let table = format!("## Ways back\n\n{table}");
        parts.push(Part::longer("the ways back", table));
        let backs = backs(&Told::of(back(plan, None)?));
        parts.extend(backs.map(|text| Part::longer("what ways back change", text)));
    }
    parts.push(Part::always(format!("Digest:\n\n`{}`\n", plan.digest)));
    Ok(parts)
}

/// The table, its phases in a column.
fn table(plan: &Checked) -> Result<String, Error> {
    let table = Table::of(plan, None)?;
    let mut grid = Grid::default();
    grid.column("", Align::Right);
    grid.columns(["phase", "what changes"], Align::Left);
    grid.columns(
        table.heads.iter().map(|(_, head)| head.as_str()),
        Align::Centre,
    );
    if table.has_shares {
        grid.column("new version", Align::Centre);
    }
    grid.column("then wait for", Align::Left);
    for row in table.rows {
        let mut cells = vec![row.number(), row.phase, row.name];
        cells.extend(row.pods);
        cells.extend(table.has_shares.then_some(row.share));
        cells.push(row.wait);
        grid.row(cells);
    }
    Ok(grid.markdown())
}

/// Each step to open.
fn steps(plan: &Checked) -> Result<Vec<Part>, Error> {
    let mut steps = Vec::new();
    let mut walk = plan.walk();
    while let Some(step) = walk.advance()? {
        let number = walk.number();
        let text = details(number, step, walk.before(), walk.state());
        // The heading goes with the last of them.
        let head = if number == 1 { "## Steps\n\n" } else { "" };
        steps.push(Part::step(number, format!("{head}{text}")));
    }
    Ok(steps)
}

/// What is done from where, and where it leads.
fn ways_back_table(ways_back: Vec<WayBack>) -> String {
    let mut grid = Grid::default();
    grid.column("from", Align::Right);
    grid.column("way back", Align::Left);
    grid.column("joins", Align::Right);
    for way in ways_back {
        grid.row(vec![numbers(&way.from), way.name, way.to.to_string()]);
    }
    grid.markdown()
}

fn list(lines: &[String]) -> Option<String> {
    (!lines.is_empty()).then(|| {
        lines
            .iter()
            .map(|line| format!("- {}\n", escaped(line)))
            .collect()
    })
}

/// A promise; what is indented is an item of a list.
fn promise(line: &str) -> String {
    match line.strip_prefix("  ") {
        Some(item) => format!("- {}\n", escaped(item)),
        None => format!("\n{}\n", escaped(line)),
    }
}

fn warnings_section(warnings: &[Warning]) -> Option<String> {
    let items = warnings.iter().map(|warning| {
        let bare = Warning {
            hint: None,
            ..warning.clone()
        };
        item(&bare.to_string(), warning.hint.as_deref())
    });
    (!warnings.is_empty()).then(|| format!("## Warnings\n\n{}", items.collect::<String>()))
}

/// What only the maker of the plan could see: nobody has checked it.
fn notes(notes: &[Note]) -> Option<String> {
    let items = notes
        .iter()
        .map(|note| item(&noted(note), note.hint.as_deref()));
    let items: String = items.collect();
    let head = "## Notes of the plan's author\n\nNobody has checked these.";
    (!notes.is_empty()).then(|| format!("{head}\n\n{items}"))
}

/// What the plan asks of other systems; the objects that it creates for that are to open.
fn asked_section(all: &[Asked]) -> Option<String> {
    let texts: Vec<String> = all.iter().map(asked_text).collect();
    (!all.is_empty()).then(|| format!("## What is asked\n\n{}", texts.join("\n")))
}

fn asked_text(asked: &Asked) -> String {
    let facts = asked.facts.iter();
    let facts: String = facts.map(|fact| format!("- {}\n", escaped(fact))).collect();
    let created = asked.created.as_ref().map(|yaml| {
        let fence = fence(yaml);
        format!(
            "\n<details><summary>the whole of it</summary>\n\n{fence}yaml\n{yaml}{fence}\n\n</details>\n"
        )
    });
    format!(
        "Step {}:\n\n{facts}{}",
        escaped(&asked.title),
        created.unwrap_or_default()
    )
}

/// What ways back change beside counts and templates, to open.
fn backs(backs: &[Told]) -> Option<String> {
    let texts: Vec<String> = backs
        .iter()
        .map(|back| opened(&back.title(), &back.made.sections, ""))
        .collect();
    let head = "What they change beside counts and templates:";
    (!backs.is_empty()).then(|| format!("{head}\n\n{}", texts.join("\n")))
}

fn item(text: &str, hint: Option<&str>) -> String {
    let hint = hint.map(|hint| format!("\n  *hint:* {}", escaped(hint)));
    format!("- {}{}\n", escaped(text), hint.unwrap_or_default())
}

fn details(number: usize, step: &Step, before: &Bundle, after: &Bundle) -> String {
    let name = step_name(step, before, after);
    let summary = format!("{number} · {} · {name}", step.phase);
    let rest = format!(": the diff of step {number} has them");
    opened(&summary, &sections(step, before, after), &rest)
}

/// Changes to open; where they are too many, the rest is to be found elsewhere.
fn opened(summary: &str, sections: &[Section], rest: &str) -> String {
    let summary = html(summary);
    let shown = sections.iter().take(MOST_OBJECTS);
    let mut body: String = shown.map(forge).collect::<Vec<_>>().join("\n");
    let more = sections.len().saturating_sub(MOST_OBJECTS);
    if more > 0 {
        body += &format!("\nand {}{rest}\n", count(more, "object") + " more");
    }
    let fence = fence(&body);
    let diff = if body.is_empty() {
        "Nothing changes.\n".into()
    } else {
        format!("{fence}diff\n{body}{fence}\n")
    };
    format!("<details><summary>{summary}</summary>\n\n{diff}\n</details>\n")
}

/// An object's changes as forges colour them: the sign comes first on each line.
fn forge(section: &Section) -> String {
    let lines = section.lines.iter().map(|line| match line {
        Line::Added(text) => format!("+ {text}\n"),
        Line::Kept(text) => format!("  {text}\n"),
        Line::Order {
            path,
            before,
            after,
        } => format!("! {path}: order {before} → {after}\n"),
        Line::Removed(text) => format!("- {text}\n"),
        Line::Replaced {
            path,
            before,
            after,
        } => format!("- {path}: {before}\n+ {path}: {after}\n"),
    });
    format!("@@ {} @@\n{}", section.head(), lines.collect::<String>())
}

/// A fence that nothing inside can close.
fn fence(body: &str) -> String {
    let longest = body
        .split(|character| character != '`')
        .map(str::len)
        .max()
        .unwrap_or(0);
    "`".repeat(longest.saturating_add(1).max(3))
}
