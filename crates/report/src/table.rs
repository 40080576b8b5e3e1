//! The plan as a table: where it stands after each step, and what it waits for there.

use cutover_check::Checked;
use cutover_manifest::Warning;
use cutover_plan::Note;

use crate::asked::{Asked, asked};
use crate::back::{Told, back};
use crate::error::Error;
use crate::grid::{Align, Cell, Grid};
use crate::promise::{promises, weights};
use crate::rows::{Row, Table};
use crate::screen::Screen;
use crate::style::Tone;
use crate::text::{clean, count, noted, title};
use crate::warnings::warnings;
use crate::wrap::sentence;

/// So many steps of ways back are told by name.
const MOST_BACKS: usize = 5;

/// The plan as a table that fits a terminal: its digest, and a row a state under the heading of its
/// phase, with the pods of each set, the share of the new version and what is waited for; steps in a
/// row that differ in counts alone share one. Under it the weights, what the plan promises, what
/// it asks of other systems, what its ways back change besides, its notes and its warnings.
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
/// let table = cutover_report::show(&plan, cutover_report::Style::Plain)?;
/// assert!(table.contains("image of Deployment hello 1.0.0 → 2.0.0"));
/// assert!(table.contains("hello 3 available (one pod at a time)"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn show(plan: &Checked, screen: impl Into<Screen>) -> Result<String, Error> {
    let screen = screen.into();
    let style = screen.style;
    let title = style.paint(Tone::Title, &title(plan));
    // Whole and alone on its line: that is what a reviewer approves, and copies.
    let digest = style.paint(Tone::Faint, &plan.digest.to_string());
    let mut out = format!("{title}\n{digest}\n");
    if !plan.is_empty() {
        out += &format!("\n{}\n", table(plan, screen)?);
        for line in weights(plan)?.iter().chain(&promises(plan)?) {
            out += &sentence(&clean(line), screen);
        }
    }
    for asked in asked(plan, None) {
        out += &format!("\n{}", asked_text(&asked, screen));
    }
    out += &backs(&Told::of(back(plan, None)?), screen);
    for note in &plan.spec.notes {
        out += &format!("\n{}", note_text(note, screen));
    }
    for warning in warnings(plan)? {
        out += &format!("\n{}", warn(&warning, screen));
    }
    Ok(out)
}

/// The table in so many columns: what is waited for beside what changes where there is room for both,
/// else below it.
fn table(plan: &Checked, screen: Screen) -> Result<String, Error> {
    let room = screen.width() / OF_PODS;
    let table = Table::of(plan, Some(room))?;
    let beside = drawn(&table, Waits::Beside);
    let grid = match beside.fits(screen.width(), READABLE) {
        true => beside,
        false => drawn(&table, Waits::Below),
    };
    Ok(grid.text(screen))
}

/// The part of the screen that columns of pods may take, as its divisor.
const OF_PODS: usize = 2;
/// A column of text is no narrower than this where another place would do.
const READABLE: usize = 36;

/// Where the table tells what is waited for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Waits {
    /// In a column of its own.
    Beside,
    /// In lines of their own, under what changes.
    Below,
}

/// The table with its phases as headings.
fn drawn(table: &Table, waits: Waits) -> Grid {
    let mut grid = Grid::default();
    grid.column("step", Align::Right);
    grid.column("what changes", Align::Left);
    for (group, head) in &table.heads {
        grid.grouped(group, head, Align::Right);
    }
    if table.has_shares {
        grid.grouped("share of the", "new version", Align::Right);
    }
    if waits == Waits::Beside {
        grid.column("then wait for", Align::Left);
    }
    let mut phase = "";
    for row in &table.rows {
        if row.phase != phase {
            phase = &row.phase;
            grid.heading(phase);
        }
        grid.cells(cells(row, table.has_shares, waits));
    }
    grid
}

fn cells(row: &Row, has_shares: bool, waits: Waits) -> Vec<Cell> {
    let mut name = match row.tone {
        Some(tone) => Cell::toned(&row.name, tone),
        None => row.name.clone().into(),
    };
    if waits == Waits::Below && !row.wait.is_empty() {
        name = name.above(&format!("then {}", row.wait));
    }
    let mut cells = vec![row.number().into(), name];
    cells.extend(row.pods.iter().cloned().map(Cell::from));
    if has_shares {
        cells.push(row.share.clone().into());
    }
    if waits == Waits::Beside {
        cells.push(row.wait.clone().into());
    }
    cells
}

/// A question to another system.
fn asked_text(asked: &Asked, screen: Screen) -> String {
    let head = format!("step {} asks:", asked.title);
    let mut out = format!("{}\n", screen.style.paint(Tone::Place, &head));
    for fact in &asked.facts {
        out += &sentence(&format!("  {fact}"), screen);
    }
    out
}

/// Ways back that change more than counts and templates: the first few by name.
fn backs(backs: &[Told], screen: Screen) -> String {
    if backs.is_empty() {
        return String::new();
    }
    let head = "ways back change more than counts and templates:";
    let mut out = format!("\n{}\n", screen.style.paint(Tone::Place, head));
    for back in backs.iter().take(MOST_BACKS) {
        out += &sentence(&format!("  {}", back.title()), screen);
    }
    let more = backs.len().saturating_sub(MOST_BACKS);
    if more > 0 {
        out += &format!("  and {}\n", count(more, "step") + " more");
    }
    out
}

/// What only the maker of the plan could see: nobody has checked it.
fn note_text(note: &Note, screen: Screen) -> String {
    told(
        Tone::Hint,
        "note of the plan's author, not checked:",
        &noted(note),
        note.hint.as_deref(),
        screen,
    )
}

fn warn(warning: &Warning, screen: Screen) -> String {
    let bare = Warning {
        hint: None,
        ..warning.clone()
    };
    told(
        Tone::Warning,
        "warning:",
        &bare.to_string(),
        warning.hint.as_deref(),
        screen,
    )
}

fn told(tone: Tone, head: &str, text: &str, hint: Option<&str>, screen: Screen) -> String {
    let mut out = labelled(tone, head, text, screen);
    if let Some(hint) = hint {
        out += &labelled(Tone::Hint, "  hint:", hint, screen);
    }
    out
}

/// A text behind its label, in lines that fit.
fn labelled(tone: Tone, label: &str, text: &str, screen: Screen) -> String {
    let whole = sentence(&format!("{label} {}", clean(text)), screen);
    // The label alone is shorter than any line.
    let rest = &whole[label.len()..];
    format!("{}{rest}", screen.style.paint(tone, label))
}
