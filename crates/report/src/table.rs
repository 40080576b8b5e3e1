//! The plan as a table: where it stands after each step, and what it waits for there.

use cutover_manifest::{Bundle, ObjectRef};
use cutover_plan::{Change, Plan, Step};
use cutover_workload::{Deployment, Workload};

use crate::error::Error;
use crate::exposure::{Exposure, exposure};
use crate::grid::{Align, Grid};
use crate::promise::{promises, weights};
use crate::style::{Style, Tone};
use crate::text::{ABSENT, Names, clean, title};
use crate::wait::{rolls, wait};

/// With more workloads than this their pods are summed up.
const MOST_BLOCKS: usize = 3;

/// The plan as a table for a terminal: a row a state, with the pods of each set, the share of the
/// new version and what is waited for; under it the weights, what the plan promises, and its
/// warnings.
///
/// # Errors
///
/// [`Error::Plan`] where the plan does not fit itself, [`Error::Manifest`] where one of its
/// Services is none.
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
/// let table = cutover_report::show(&plan, cutover_report::Style::Plain)?;
/// assert!(table.contains("image of Deployment hello 1.0.0 → 2.0.0"));
/// assert!(table.contains("hello 3 available (one pod at a time)"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn show(plan: &Plan, style: Style) -> Result<String, Error> {
    let digest = style.paint(Tone::Faint, &format!("sha256:{}…", plan.digest.short()));
    let mut out = format!("{}   {digest}\n", style.paint(Tone::Title, &title(plan)));
    if !plan.is_empty() {
        out += &format!("\n{}\n", grid(plan)?.text(style));
        out.extend(
            weights(plan)
                .iter()
                .chain(&promises(plan)?)
                .map(|line| clean(line) + "\n"),
        );
    }
    out.extend(
        plan.spec
            .warnings
            .iter()
            .map(|warning| "\n".to_owned() + &warn(warning, style)),
    );
    Ok(out)
}

/// The table's rows and columns.
pub(crate) fn grid(plan: &Plan) -> Result<Grid, Error> {
    let names = Names::of(plan);
    let columns = Columns::of(plan, names);
    let table = Table {
        plan,
        names,
        columns,
        states: plan.states()?,
        exposures: exposures(plan)?,
    };
    let mut grid = table.heads();
    (0..table.states.len()).for_each(|number| grid.row(table.row(number)));
    Ok(grid)
}

/// All that a row is made of.
struct Table<'a> {
    plan: &'a Plan,
    names: Names,
    columns: Columns<'a>,
    states: Vec<Bundle>,
    /// One a state; none at all where nothing gets a new version.
    exposures: Vec<Option<Exposure>>,
}

/// A step with the states before and after it.
#[derive(Clone, Copy)]
struct Passage<'a> {
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

    fn row(&self, number: usize) -> Vec<String> {
        let state = &self.states[number];
        let passage = number.checked_sub(1).map(|at| Passage {
            step: &self.plan.spec.steps[at],
            before: &self.states[at],
            after: state,
        });
        let mut row = vec![format!("{number:>2}")];
        row.extend(match passage {
            None => [String::new(), "as it is".to_owned()],
            Some(Passage { step, .. }) => [step.phase.clone(), self.columns.step_name(step)],
        });
        row.extend(self.columns.cells(state));
        row.extend((!self.exposures.is_empty()).then(|| self.share(number, passage)));
        let gates = passage.map(
            |Passage {
                 step,
                 before,
                 after,
             }| wait(step, before, after, self.names),
        );
        row.push(gates.unwrap_or_default());
        row
    }

    /// The share at a state; on a step that replaces pods in their place, the one before it too.
    fn share(&self, number: usize, passage: Option<Passage<'_>>) -> String {
        let text = |at: usize| {
            self.exposures[at].map_or_else(|| ABSENT.into(), |exposure| exposure.to_string())
        };
        let rolled = passage.is_some_and(
            |Passage {
                 step,
                 before,
                 after,
             }| {
                step.changes
                    .iter()
                    .any(|change| rolls(change.object(), before, after))
            },
        );
        match number
            .checked_sub(1)
            .filter(|before| rolled && self.exposures[*before] != self.exposures[number])
        {
            Some(before) => format!("{} → {}", text(before).trim_end_matches(" %"), text(number)),
            None => format!("{:>5}", text(number)),
        }
    }
}

/// The columns that count pods: each workload's sets side by side, or the sum of all.
enum Columns<'a> {
    /// One for each set.
    Sets(Vec<(String, ObjectRef)>),
    /// One for all.
    Sum(&'a [Workload]),
}

impl<'a> Columns<'a> {
    fn of(plan: &'a Plan, names: Names) -> Self {
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
            Self::Sets(sets) => sets.iter().map(|(head, _)| head.as_str()).collect(),
            Self::Sum(_) => vec!["pods"],
        }
    }

    fn cells(&self, state: &Bundle) -> Vec<String> {
        match self {
            Self::Sets(sets) => sets.iter().map(|(_, object)| cell(object, state)).collect(),
            Self::Sum(workloads) => {
                let sets = workloads
                    .iter()
                    .flat_map(Workload::deployments)
                    .map(|(_, object)| object);
                vec![
                    sets.map(|object| u64::from(replicas(&object, state).unwrap_or(0)))
                        .sum::<u64>()
                        .to_string(),
                ]
            }
        }
    }

    /// The step's name, without the numbers of pods that stand in a column of their own.
    fn step_name(&self, step: &Step) -> String {
        let mut name = step.name.clone();
        let Self::Sets(sets) = self else { return name };
        for change in &step.changes {
            if let Change::Create { object, manifest } = change
                && sets.iter().any(|(_, set)| set == object)
            {
                let pods = Deployment::of(manifest).replicas().unwrap_or(0);
                let ending = if pods == 1 {
                    " with 1 pod".to_owned()
                } else {
                    format!(" with {pods} pods")
                };
                name = name.replacen(
                    &format!("create {object}{ending}"),
                    &format!("create {object}"),
                    1,
                );
            }
        }
        name
    }
}

/// A workload's sets under short heads: without what all their names begin with, as `hello` and
/// `canary`.
pub(crate) fn sets(workload: &Workload, names: Names) -> Vec<(String, ObjectRef)> {
    let objects: Vec<ObjectRef> = workload.deployments().map(|(_, object)| object).collect();
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
        .map(|object| (head(object), object.clone()))
        .collect()
}

/// The pods of a set; nothing to count where it is not there.
pub(crate) fn cell(set: &ObjectRef, state: &Bundle) -> String {
    replicas(set, state).map_or_else(|| ABSENT.into(), |count| count.to_string())
}

fn replicas(set: &ObjectRef, state: &Bundle) -> Option<u32> {
    state
        .get(set)
        .map(|manifest| Deployment::of(manifest).replicas().unwrap_or(0))
}

/// The exposure at each state over all workloads that get a new version; empty where none does.
fn exposures(plan: &Plan) -> Result<Vec<Option<Exposure>>, Error> {
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

fn warn(warning: &cutover_manifest::Warning, style: Style) -> String {
    let bare = cutover_manifest::Warning {
        hint: None,
        ..warning.clone()
    };
    let mut out = format!(
        "{} {}\n",
        style.paint(Tone::Warning, "warning:"),
        clean(&bare.to_string())
    );
    out.extend(
        warning
            .hint
            .iter()
            .map(|hint| format!("  {} {}\n", style.paint(Tone::Hint, "hint:"), clean(hint))),
    );
    out
}
