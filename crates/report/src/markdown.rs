//! The plan as a reviewer reads it in a pull request.

use cutover_check::Checked;
use cutover_manifest::{Bundle, ObjectRef, Warning};
use cutover_plan::{Gate, Note, Pause, Step, Undo, walk};
use cutover_workload::Bounds;

use crate::asked::{Asked, asked};
use crate::back::{Told, back};
use crate::changes::{Line, Section, sections};
use crate::error::Error;
use crate::grid::{Align, Grid};
use crate::promise::{promises, weights};
use crate::step_name::step_name;
use crate::table::grid;
use crate::text::{Names, alike, count, escaped, html, numbers, title};
use crate::warnings::warnings;

/// So many objects of a step are shown in full.
const MOST_OBJECTS: usize = 20;
/// So many objects are told by name.
const MOST_NAMES: usize = 3;

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
    let mut parts = vec![format!("# {}\n", escaped(&title(plan)))];
    if !plan.is_empty() {
        parts.push(summary(plan)? + "\n");
        parts.push(grid(plan)?.markdown());
        parts.extend(list(&weights(plan)?));
        let promises = promises(plan)?;
        let promises: String = promises.iter().map(|line| promise(line)).collect();
        parts.push(promises.trim_start().to_owned());
    }
    parts.extend(notes(&plan.spec.notes));
    parts.extend(warnings_section(&warnings(plan)?));
    parts.extend(asked_section(&asked(plan, None)));
    if !plan.is_empty() {
        let (steps, ways_back) = steps_and_ways_back(plan)?;
        parts.push("## Steps\n".into());
        parts.extend(steps);
        parts.push("## Ways back\n".into());
        parts.push(ways_back);
        parts.extend(backs(&Told::of(back(plan, None)?)));
    }
    parts.push(format!("Digest:\n\n`{}`\n", plan.digest));
    Ok(parts.join("\n"))
}

/// Each step to open, and the table of the ways back.
fn steps_and_ways_back(plan: &Checked) -> Result<(Vec<String>, String), Error> {
    let mut steps = Vec::new();
    let mut ways_back = Vec::new();
    let mut walk = plan.walk();
    while let Some(step) = walk.advance()? {
        steps.push(details(walk.number(), step, walk.before(), walk.state()));
        if let Some(undo) = plan.undo(walk.number()) {
            let names = names(undo, walk.state())?;
            ways_back.push((undo.from, (names, undo.to)));
        }
    }
    Ok((steps, ways_back_table(ways_back)))
}

/// What is done from where, and where it leads; what is done from several is told once.
fn ways_back_table(ways_back: Vec<(usize, (String, usize))>) -> String {
    let mut grid = Grid::default();
    grid.column("from", Align::Right);
    grid.column("way back", Align::Left);
    grid.column("joins", Align::Right);
    for (from, (names, to)) in alike(ways_back) {
        grid.row(vec![numbers(&from), names, to.to_string()]);
    }
    grid.markdown()
}

/// What a way back does, in words.
fn names(undo: &Undo, from: &Bundle) -> Result<String, Error> {
    let mut walk = walk(from.clone(), &undo.steps);
    let mut names = Vec::new();
    while let Some(step) = walk.advance()? {
        names.push(step_name(step, walk.before(), walk.state()));
    }
    Ok(if names.is_empty() {
        "nothing to change".into()
    } else {
        names.join(" · ")
    })
}

/// What the plan is about, how long it waits for people, and what is different at its end.
fn summary(plan: &Checked) -> Result<String, Error> {
    let pauses = |gate: &&Gate| matches!(gate, Gate::Pause(Pause { duration: None }));
    let people = plan
        .spec
        .steps
        .iter()
        .flat_map(|step| &step.gates)
        .filter(pauses)
        .count();
    let waits = if people == 0 {
        String::new()
    } else {
        format!(" It waits for a person {}.", times(people))
    };
    let outcome = outcome(plan)?;
    Ok(format!("{}{waits} {outcome}", about(plan)))
}

fn about(plan: &Checked) -> String {
    let names = Names::of(plan);
    let strategy = escaped(&plan.spec.strategy);
    match plan.spec.workloads.as_slice() {
        [] => format!("Strategy {strategy}."),
        [only] => {
            let routers = only.serving().map(|router| escaped(&router.object.name));
            let routers: Vec<String> = routers.collect();
            let is_alone = routers.is_empty();
            let services = listed(routers);
            let behind = if is_alone {
                String::new()
            } else {
                format!(", behind Service {services}")
            };
            let pods = match &only.bounds {
                Bounds::Fixed(fixed) if fixed.given => {
                    count(fixed.replicas as usize, "pod") + ", a number that was given"
                }
                Bounds::Fixed(fixed) => count(fixed.replicas as usize, "pod"),
                Bounds::Live(_) => "as many pods as run".into(),
            };
            format!(
                "Strategy {strategy} for Deployment {} ({pods}{behind}).",
                escaped(&names.workload(only))
            )
        }
        several => {
            let names = several
                .iter()
                .map(|workload| escaped(&names.workload(workload)))
                .collect();
            format!(
                "Strategy {strategy} for {} Deployments: {}.",
                several.len(),
                listed(names)
            )
        }
    }
}

/// The objects that are others at the end than at the start, and those that come and go.
fn outcome(plan: &Checked) -> Result<String, Error> {
    let (start, end) = (plan.start(), plan.walk().end()?);
    let all = plan.objects();
    let those = |chosen: &dyn Fn(&ObjectRef) -> bool| -> Vec<String> {
        all.iter()
            .filter(|object| chosen(object))
            .map(|object| escaped(&object.to_string()))
            .collect()
    };
    let kinds = [
        (
            "changed",
            those(&|object| {
                start.contains(object)
                    && end.contains(object)
                    && start.get(object) != end.get(object)
            }),
        ),
        (
            "created",
            those(&|object| !start.contains(object) && end.contains(object)),
        ),
        (
            "deleted",
            those(&|object| start.contains(object) && !end.contains(object)),
        ),
        (
            "there only on the way",
            those(&|object| !start.contains(object) && !end.contains(object)),
        ),
    ];
    let told = kinds.into_iter().filter(|(_, objects)| !objects.is_empty());
    let told: Vec<String> = told
        .map(|(kind, objects)| format!("{kind}: {}", listed(objects)))
        .collect();
    Ok(if told.is_empty() {
        "It ends as it began.".into()
    } else {
        format!("In the end, {}.", told.join("; "))
    })
}

fn times(number: usize) -> String {
    match number {
        1 => "once".into(),
        2 => "twice".into(),
        more => format!("{more} times"),
    }
}

fn listed(mut names: Vec<String>) -> String {
    let more = names.len().saturating_sub(MOST_NAMES);
    names.truncate(MOST_NAMES);
    let more = if more == 0 {
        String::new()
    } else {
        format!(" and {more} more")
    };
    names.join(", ") + &more
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
    let items = notes.iter().map(|note| {
        let object = note.object.as_ref().map(|object| format!("{object}: "));
        let pointer = match note.pointer.as_str() {
            "" => String::new(),
            pointer => format!("{pointer}: "),
        };
        let text = format!("{}{pointer}{}", object.unwrap_or_default(), note.message);
        item(&text, note.hint.as_deref())
    });
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
