//! The plan as a table: where it stands after each step, and what it waits for there.

use cutover_check::Checked;
use cutover_manifest::{Bundle, ObjectRef, Warning};
use cutover_plan::{Note, Step};
use cutover_workload::Workload;

use crate::asked::{Asked, asked};
use crate::back::{Told, back};
use crate::error::Error;
use crate::exposure::{Exposure, exposure};
use crate::grid::{Align, Grid};
use crate::promise::{promises, weights};
use crate::step_name::step_name_beside;
use crate::style::{Style, Tone};
use crate::text::{ABSENT, Names, clean, count, title};
use crate::wait::{rolls, wait};
use crate::warnings::warnings;

/// With more workloads than this their pods are summed up.
const MOST_BLOCKS: usize = 3;
/// So many steps of ways back are told by name.
const MOST_BACKS: usize = 5;

/// The plan as a table for a terminal: its digest, and a row a state, with the pods of each set, the
/// share of the new version and what is waited for; under it the weights, what the plan promises, what
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
pub fn show(plan: &Checked, style: Style) -> Result<String, Error> {
    let title = style.paint(Tone::Title, &title(plan));
    // Whole and alone on its line: that is what a reviewer approves, and copies.
    let digest = style.paint(Tone::Faint, &plan.digest.to_string());
    let mut out = format!("{title}\n{digest}\n");
    if !plan.is_empty() {
        out += &format!("\n{}\n", grid(plan)?.text(style));
        out.extend(
            weights(plan)?
                .iter()
                .chain(&promises(plan)?)
                .map(|line| clean(line) + "\n"),
        );
    }
    for asked in asked(plan, None) {
        out += &format!("\n{}", asked_text(&asked, style));
    }
    out += &backs(&Told::of(back(plan, None)?), style);
    for note in &plan.spec.notes {
        out += &format!("\n{}", note_text(note, style));
    }
    for warning in warnings(plan)? {
        out += &format!("\n{}", warn(&warning, style));
    }
    Ok(out)
}

/// The table's rows and columns.
pub(crate) fn grid(plan: &Checked) -> Result<Grid, Error> {
    let names = Names::of(plan);
    let table = Table {
        names,
        columns: Columns::of(plan, names),
        exposures: exposures(plan)?,
    };
    let mut grid = table.heads();
    let mut walk = plan.walk();
    grid.row(table.start(walk.state()));
    while let Some(step) = walk.advance()? {
        let passage = Passage {
            number: walk.number(),
            step,
            before: walk.before(),
            after: walk.state(),
        };
        grid.row(table.row(passage));
    }
    Ok(grid)
}

/// All that a row is made of, but for its step.
struct Table<'a> {
    names: Names,
    columns: Columns<'a>,
    /// One a state; none at all where nothing gets a new version.
    exposures: Vec<Option<Exposure>>,
}

/// A step with the states before and after it.
#[derive(Clone, Copy)]
struct Passage<'a> {
    number: usize,
    step: &'a Step,
    before: &'a Bundle,
    after: &'a Bundle,
}

impl Table<'_> {
    fn heads(&self) -> Grid {
        let mut grid = Grid::default();
        grid.column("", Align::Right);
        grid.columns(["phase", "what changes"], Align::Left);
        grid.columns(self.columns.heads(), Align::Centre);
        if !self.exposures.is_empty() {
            grid.column("new version", Align::Centre);
        }
        grid.column("then wait for", Align::Left);
        grid
    }

    /// The row of the state before the first step.
    fn start(&self, state: &Bundle) -> Vec<String> {
        let mut row = vec![" 0".to_owned(), String::new(), "as it is".to_owned()];
        row.extend(self.columns.cells(state));
        if !self.exposures.is_empty() {
            row.push(format!("{:>5}", self.share(0)));
        }
        row.push(String::new());
        row
    }

    fn row(&self, passage: Passage<'_>) -> Vec<String> {
        let Passage {
            number,
            step,
            before,
            after,
        } = passage;
        let name = self.columns.step_name(step, before, after);
        let mut row = vec![format!("{number:>2}"), step.phase.to_string(), name];
        row.extend(self.columns.cells(after));
        if !self.exposures.is_empty() {
            row.push(self.shares(passage));
        }
        row.push(wait(step, before, after, self.names));
        row
    }

    /// The share after a step; on one that replaces pods in their place, the one before it too.
    fn shares(&self, passage: Passage<'_>) -> String {
        let number = passage.number;
        let rolled = passage
            .step
            .changes
            .iter()
            .any(|change| rolls(change.object(), passage.before, passage.after));
        let (before, after) = (self.share(number - 1), self.share(number));
        if rolled && self.exposures[number - 1] != self.exposures[number] {
            return format!("{} → {after}", before.trim_end_matches(" %"));
        }
        format!("{after:>5}")
    }

    fn share(&self, state: usize) -> String {
        self.exposures[state].map_or_else(|| ABSENT.into(), |exposure| exposure.to_string())
    }
}

/// The columns that count pods: each workload's sets side by side, or the sum of all.
enum Columns<'a> {
    /// One for each set.
    Sets(Vec<Column<'a>>),
    /// One for all.
    Sum(&'a [Workload]),
}

impl<'a> Columns<'a> {
    fn of(plan: &'a Checked, names: Names) -> Self {
        match plan.spec.workloads.as_slice() {
            many if many.len() > MOST_BLOCKS => Self::Sum(many),
            few => Self::Sets(
                few.iter()
                    .flat_map(|workload| sets(workload, names))
                    .collect(),
            ),
        }
    }

    fn heads(&self) -> Vec<&str> {
        match self {
            Self::Sets(sets) => sets.iter().map(|set| set.head.as_str()).collect(),
            Self::Sum(_) => vec!["pods"],
        }
    }

    fn cells(&self, state: &Bundle) -> Vec<String> {
        match self {
            Self::Sets(sets) => sets.iter().map(|set| set.cell(state)).collect(),
            Self::Sum(workloads) => vec![sum(workloads, state)],
        }
    }

    /// The step's name, without the numbers of pods that stand in a column of their own.
    fn step_name(&self, step: &Step, before: &Bundle, after: &Bundle) -> String {
        step_name_beside(step, before, after, &|object| match self {
            Self::Sets(sets) => sets.iter().any(|set| set.object == object),
            Self::Sum(_) => false,
        })
    }
}

/// A workload's sets under short heads: without what all their names begin with, as `hello` and
/// `canary`.
pub(crate) fn sets(workload: &Workload, names: Names) -> Vec<Column<'_>> {
    let objects: Vec<&ObjectRef> = workload.objects().collect();
    let parts = |name: &str| name.split('-').map(str::to_owned).collect::<Vec<_>>();
    let first = objects
        .first()
        .map(|object| parts(&object.name))
        .unwrap_or_default();
    let alike = |at: &usize| {
        objects
            .iter()
            .all(|object| parts(&object.name).get(*at) == first.get(*at))
    };
    let shared = (0..first.len()).take_while(alike).count();
    let head =
        |object: &ObjectRef| match parts(&object.name).get(shared..).map(|rest| rest.join("-")) {
            Some(rest) if !rest.is_empty() => rest,
            _ => names.object(object),
        };
    objects
        .iter()
        .map(|object| Column {
            head: head(object),
            object,
            workload,
        })
        .collect()
}

/// A set's column of pods.
pub(crate) struct Column<'a> {
    pub(crate) head: String,
    object: &'a ObjectRef,
    workload: &'a Workload,
}

impl Column<'_> {
    /// The pods of the set; nothing to count where it is not there, or others own the number.
    pub(crate) fn cell(&self, state: &Bundle) -> String {
        match state.get(self.object) {
            None => ABSENT.into(),
            Some(_) if self.workload.is_live() => LIVE.into(),
            Some(set) => self.workload.pods_of(set).to_string(),
        }
    }
}

/// What stands for a number of pods that others own.
const LIVE: &str = "live";

/// The pods of all sets together, without those whose number others own.
fn sum(workloads: &[Workload], state: &Bundle) -> String {
    let counted = workloads.iter().filter(|workload| !workload.is_live());
    let sets = counted.flat_map(|workload| {
        let sets = workload.objects().filter_map(|set| state.get(set));
        sets.map(|set| u64::from(workload.pods_of(set)))
    });
    let sum = sets.sum::<u64>();
    match workloads.iter().any(Workload::is_live) {
        true => format!("{sum} and {LIVE}"),
        false => sum.to_string(),
    }
}

/// The exposure at each state over all workloads that get a new version; empty where none does.
fn exposures(plan: &Checked) -> Result<Vec<Option<Exposure>>, Error> {
    let states = exposure(plan)?;
    let renewed = |workload: usize| {
        states
            .iter()
            .any(|state| state[workload].is_some_and(Exposure::is_any))
    };
    let renewed: Vec<usize> = (0..plan.spec.workloads.len())
        .filter(|workload| renewed(*workload))
        .collect();
    if renewed.is_empty() {
        return Ok(Vec::new());
    }
    let over = |state: &Vec<Option<Exposure>>| {
        renewed
            .iter()
            .filter_map(|at| state[*at])
            .reduce(Exposure::or)
    };
    Ok(states.iter().map(over).collect())
}

/// A question to another system.
fn asked_text(asked: &Asked, style: Style) -> String {
    let head = format!("step {} asks:", asked.title);
    let facts = asked.facts.iter().map(|fact| format!("  {fact}\n"));
    format!(
        "{}\n{}",
        style.paint(Tone::Place, &head),
        facts.collect::<String>()
    )
}

/// Ways back that change more than counts and templates: the first few by name.
fn backs(backs: &[Told], style: Style) -> String {
    if backs.is_empty() {
        return String::new();
    }
    let head = "ways back change more than counts and templates:";
    let mut out = format!("\n{}\n", style.paint(Tone::Place, head));
    for back in backs.iter().take(MOST_BACKS) {
        out += &format!("  {}\n", back.title());
    }
    let more = backs.len().saturating_sub(MOST_BACKS);
    if more > 0 {
        out += &format!("  and {}\n", count(more, "step") + " more");
    }
    out
}

/// What only the maker of the plan could see: nobody has checked it.
fn note_text(note: &Note, style: Style) -> String {
    let object = note.object.as_ref().map(|object| format!("{object}: "));
    let pointer = if note.pointer.is_empty() {
        String::new()
    } else {
        format!("{}: ", note.pointer)
    };
    let text = format!("{}{pointer}{}", object.unwrap_or_default(), note.message);
    told(
        Tone::Hint,
        "note of the plan's author, not checked:",
        &text,
        note.hint.as_deref(),
        style,
    )
}

fn warn(warning: &Warning, style: Style) -> String {
    let bare = Warning {
        hint: None,
        ..warning.clone()
    };
    told(
        Tone::Warning,
        "warning:",
        &bare.to_string(),
        warning.hint.as_deref(),
        style,
    )
}

fn told(tone: Tone, head: &str, text: &str, hint: Option<&str>, style: Style) -> String {
    let head = style.paint(tone, head);
    let mut out = format!("{head} {}\n", clean(text));
    if let Some(hint) = hint {
        let head = style.paint(Tone::Hint, "hint:");
        out += &format!("  {head} {}\n", clean(hint));
    }
    out
}
