//! The plan as a page of its own: one file, without a script and without the network.

use cutover_check::Checked;
use cutover_manifest::Warning;
use cutover_plan::Note;

use crate::asked::{Asked, asked};
use crate::back::{Told, back, ways_back};
use crate::course::Course;
use crate::error::Error;
use crate::html::Html;
use crate::plot::{class, plots};
use crate::promise::{promises, weights};
use crate::summary::summary;
use crate::text::{noted, numbers, title};
use crate::warnings::warnings;

mod steps;
mod table;

/// The plan as one HTML page that needs nothing else: its table, the pods of each set and the share of
/// the new version as plots, with the bounds; what it promises, notes, warnings, what it asks of other
/// systems, each step's changes and gates to open, the ways back, and the digest that is approved.
///
/// It has no script and loads nothing; whatever stands in the plan stays a text. It is light or dark
/// as its reader's system is, and has all of it on paper.
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
/// let page = cutover_report::page(&plan)?;
/// assert!(page.starts_with("<!doctype html>\n"));
/// assert!(page.contains("image of Deployment hello 1.0.0 → 2.0.0"));
/// assert!(!page.contains("<script"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn page(plan: &Checked) -> Result<String, Error> {
    let mut parts = vec![head(&title(plan), &plan.digest.to_string())];
    parts.extend(body(plan, "")?);
    Ok(document(&title(plan), parts))
}

/// A whole page with that title.
pub(crate) fn document(title: &str, parts: Vec<Html>) -> String {
    let meta =
        |name, content| Html::tag("meta", &[("name", name), ("content", content)], []).line();
    let policy = [
        ("http-equiv", "Content-Security-Policy"),
        ("content", POLICY),
    ];
    let head = [
        Html::tag("meta", &[("charset", "utf-8")], []).line(),
        Html::tag("meta", &policy, []).line(),
        meta("viewport", "width=device-width, initial-scale=1"),
        meta("color-scheme", "light dark"),
        Html::of("title", title).line(),
        Html::tag("style", &[], [Html::own(include_str!("page/style.css"))]).line(),
    ];
    let main = Html::tag("main", &[], parts);
    let page = [
        Html::tag("head", &[], head).line(),
        Html::tag("body", &[], [main]).line(),
    ];
    let page = Html::tag("html", &[("lang", "en")], page).into_string();
    format!("<!doctype html>\n{page}\n")
}

/// Nothing is loaded and nothing runs; only the page's own style counts.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// The title, and the digest whole, to copy.
pub(crate) fn head(title: &str, digest: &str) -> Html {
    let head = [
        Html::of("h1", title),
        Html::classed("code", "digest", digest),
    ];
    Html::tag("header", &[], head).line()
}

/// All but the title; what is linked to has this before its name.
pub(crate) fn body(plan: &Checked, prefix: &str) -> Result<Vec<Html>, Error> {
    let mut parts = Vec::new();
    if !plan.is_empty() {
        parts.push(Html::classed("p", "summary", summary(plan)?).line());
        parts.push(table::table(plan, prefix)?);
        parts.extend(promised(plan)?);
        parts.extend(course(plan)?);
    }
    parts.extend(notes(&plan.spec.notes));
    parts.extend(warned(&warnings(plan)?));
    parts.extend(asked_section(&asked(plan, None)));
    if !plan.is_empty() {
        parts.push(section("Steps", steps::steps(plan, prefix)?));
        parts.push(section("Ways back", backs(plan)?));
    }
    Ok(parts)
}

pub(crate) fn section(title: &str, inside: Vec<Html>) -> Html {
    let head = [Html::of("h2", title).line()];
    Html::tag("section", &[], head.into_iter().chain(inside)).line()
}

/// The weights and the promises; what is indented is an item of a list.
fn promised(plan: &Checked) -> Result<Vec<Html>, Error> {
    let weights = weights(plan)?;
    let mut parts: Vec<Html> = (!weights.is_empty())
        .then(|| list(weights.iter()))
        .into_iter()
        .collect();
    let mut items: Vec<String> = Vec::new();
    for line in promises(plan)? {
        match line.strip_prefix("  ") {
            Some(item) => items.push(item.to_owned()),
            None => {
                if !items.is_empty() {
                    parts.push(list(std::mem::take(&mut items).iter()));
                }
                parts.push(Html::of("p", line).line());
            }
        }
    }
    if !items.is_empty() {
        parts.push(list(items.iter()));
    }
    Ok(vec![section("What is promised", parts)])
}

pub(crate) fn list<'t>(texts: impl Iterator<Item = &'t String>) -> Html {
    Html::tag("ul", &[], texts.map(|text| Html::of("li", text))).line()
}

/// The plots of each workload.
fn course(plan: &Checked) -> Result<Option<Html>, Error> {
    let courses = Course::all(plan)?;
    let figures: Vec<Html> = courses
        .iter()
        .filter(|course| course.bounds.is_some())
        .map(|course| figure(course, plan))
        .collect();
    Ok((!figures.is_empty()).then(|| section("Pods and shares over the steps", figures)))
}

fn figure(course: &Course, plan: &Checked) -> Html {
    let mut legend = vec![Html::of("strong", &course.name)];
    for (set, name) in course.sets.iter().enumerate() {
        for is_new in [false, true] {
            legend.extend(key(course, set, is_new, name));
        }
    }
    legend.push(Html::classed(
        "span",
        "faint",
        "| from the fewest available to the most alive on the way to it",
    ));
    let caption = Html::tag("figcaption", &[], legend).line();
    Html::tag("figure", &[], [caption, plots(course, plan)]).line()
}

/// What a colour stands for; nothing where it is not met.
fn key(course: &Course, set: usize, is_new: bool, name: &str) -> Vec<Html> {
    let mut states = course.states.iter().filter_map(|state| state.pods[set]);
    if !states.any(|pods| pods.is_new == is_new && pods.count > 0) {
        return Vec::new();
    }
    let version = if is_new { "new version" } else { "old version" };
    let class = format!("key {}", class(set, is_new));
    vec![
        Html::tag("span", &[("class", &class)], []),
        Html::of("span", format!("{name}, {version}")),
    ]
}

/// What only the maker of the plan could see: nobody has checked it.
fn notes(notes: &[Note]) -> Option<Html> {
    let items = notes
        .iter()
        .map(|note| item("note", &noted(note), note.hint.as_deref()));
    let mut parts = vec![Html::of("p", "Nobody has checked these.").line()];
    parts.extend(items);
    (!notes.is_empty()).then(|| section("Notes of the plan's author", parts))
}

fn warned(warnings: &[Warning]) -> Option<Html> {
    let items = warnings.iter().map(|warning| {
        let bare = Warning {
            hint: None,
            ..warning.clone()
        };
        item("warning", &bare.to_string(), warning.hint.as_deref())
    });
    (!warnings.is_empty()).then(|| section("Warnings", items.collect()))
}

fn item(class: &'static str, text: &str, hint: Option<&str>) -> Html {
    let mut parts = vec![Html::of("p", text)];
    if let Some(hint) = hint {
        parts.push(Html::tag(
            "p",
            &[("class", "hint")],
            [Html::of("strong", "hint: "), Html::text(hint)],
        ));
    }
    Html::tag("div", &[("class", class)], parts).line()
}

/// What the plan asks of other systems.
fn asked_section(all: &[Asked]) -> Option<Html> {
    let parts = all.iter().flat_map(|asked| {
        [
            Html::of("h3", format!("Step {}", asked.title)).line(),
            steps::question(asked),
        ]
    });
    (!all.is_empty()).then(|| section("What is asked", parts.collect()))
}

/// The ways back, and what they change beside counts and templates.
fn backs(plan: &Checked) -> Result<Vec<Html>, Error> {
    let heads = [("from", "number"), ("way back", ""), ("joins", "number")];
    let heads = heads.map(|(head, class)| {
        Html::tag(
            "th",
            &[("scope", "col"), ("class", class)],
            [Html::text(head)],
        )
    });
    let mut rows = vec![Html::tag("tr", &[], heads).line()];
    for way in ways_back(plan)? {
        let cells = [
            Html::classed("td", "number", numbers(&way.from)),
            Html::of("td", way.name),
            Html::classed("td", "number", way.to.to_string()),
        ];
        rows.push(Html::tag("tr", &[], cells).line());
    }
    let mut parts = vec![Html::tag("table", &[("class", "back")], rows).line()];
    let told = Told::of(back(plan, None)?);
    if !told.is_empty() {
        let head = "What they change beside counts and templates:";
        parts.push(Html::of("p", head).line());
    }
    for back in &told {
        let summary = Html::of("summary", back.title());
        let sections = back.made.sections.iter().map(steps::section);
        let inside = std::iter::once(summary).chain(sections);
        parts.push(Html::tag("details", &[], inside).line());
    }
    Ok(parts)
}
