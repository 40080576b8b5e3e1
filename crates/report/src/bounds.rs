//! The counts that a plan promises to keep, state by state.

use cutover_manifest::Bundle;
use cutover_plan::{Plan, Undo, apply};
use cutover_workload::Workload;

use crate::counts::Counts;
use crate::error::Error;
use crate::exposure::{Exposure, exposure};
use crate::grid::{Align, Grid};
use crate::style::Style;
use crate::table::{cell, sets};
use crate::text::{ABSENT, Names, clean, count};

/// For each workload, and for each state of the plan: the pods of each set, the most pods that may
/// be alive and the fewest that may be available on the way to it, and the share of the new
/// version; then the same counts of the way back from each state.
///
/// The counts are those that the controllers keep by their own rules, as long as pods that were
/// available stay so. They are computed from the states alone, apart from the planner.
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
/// assert!(cutover_report::bounds(&plan)?.starts_with("hello: 3 replicas, floor 3, ceiling 4\n"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn bounds(plan: &Plan) -> Result<String, Error> {
    if plan.spec.workloads.is_empty() {
        return Ok("no workload: no pod comes or goes\n".into());
    }
    let states = plan.states()?;
    let ways = plan
        .spec
        .undo
        .iter()
        .map(|undo| way(undo, &states))
        .collect::<Result<_, _>>()?;
    let course = Course {
        plan,
        states,
        ways,
        exposures: exposure(plan)?,
        names: Names::of(plan),
    };
    let workloads = plan.spec.workloads.iter().enumerate();
    let blocks: Vec<String> = workloads
        .map(|(at, workload)| course.block(at, workload))
        .collect::<Result<_, _>>()?;
    Ok(blocks.join("\n"))
}

/// A plan as it goes.
struct Course<'a> {
    plan: &'a Plan,
    states: Vec<Bundle>,
    /// The states of each way back, from the one that it starts from on.
    ways: Vec<Vec<Bundle>>,
    exposures: Vec<Vec<Option<Exposure>>>,
    names: Names,
}

impl Course<'_> {
    fn block(&self, at: usize, workload: &Workload) -> Result<String, Error> {
        let there = self.there(at, workload)?;
        let back = self.back(workload)?;
        let services = match workload.services.as_slice() {
            [] => String::new(),
            names => format!(", behind Service {}", names.join(", ")),
        };
        let Workload {
            replicas,
            floor,
            ceiling,
            ..
        } = workload;
        let name = self.names.workload(workload);
        let replicas = count(*replicas as usize, "replica");
        let head = format!("{name}: {replicas}, floor {floor}, ceiling {ceiling}{services}");
        Ok(format!("{}\n\n{there}\n{back}", clean(&head)))
    }

    fn there(&self, at: usize, workload: &Workload) -> Result<String, Error> {
        let sets = sets(workload, self.names);
        let mut grid = Grid::default();
        grid.column("state", Align::Right);
        grid.column("phase", Align::Left);
        grid.columns(sets.iter().map(|(head, _)| head.as_str()), Align::Right);
        grid.columns(
            ["most alive", "fewest available", "new version"],
            Align::Right,
        );
        let mut all = Vec::new();
        for (number, state) in self.states.iter().enumerate() {
            let step = number.checked_sub(1);
            let counts = Counts::during(workload, &self.states[step.unwrap_or(0)], state)?;
            let phase = step.map(|step| self.plan.spec.steps[step].phase.clone());
            let mut row = vec![number.to_string(), phase.unwrap_or_default()];
            row.extend(sets.iter().map(|(_, object)| cell(object, state)));
            row.extend(counts.cells());
            row.push(
                self.exposures[number][at]
                    .map_or_else(|| ABSENT.into(), |exposure| exposure.to_string()),
            );
            grid.row(row);
            all.push(counts);
        }
        Ok(grid.text(Style::Plain) + &verdict("on the way there", workload, all))
    }

    fn back(&self, workload: &Workload) -> Result<String, Error> {
        let mut grid = Grid::default();
        grid.columns(
            ["back from", "to", "most alive", "fewest available"],
            Align::Right,
        );
        let mut all = Vec::new();
        for (undo, way) in self.plan.spec.undo.iter().zip(&self.ways) {
            let steps = way.iter().zip(way.iter().skip(1));
            let counts: Vec<Counts> = steps
                .map(|(before, after)| Counts::during(workload, before, after))
                .collect::<Result<_, _>>()?;
            let worst = counts.into_iter().reduce(Counts::worst);
            let cells = worst.map_or_else(|| [ABSENT, ABSENT].map(Into::into), Counts::cells);
            grid.row(
                [
                    vec![undo.from.to_string(), undo.then.to_string()],
                    cells.to_vec(),
                ]
                .concat(),
            );
            all.extend(worst);
        }
        Ok(grid.text(Style::Plain) + &verdict("on the ways back", workload, all))
    }
}

fn way(undo: &Undo, states: &[Bundle]) -> Result<Vec<Bundle>, Error> {
    let mut state = states.get(undo.from).cloned().unwrap_or_default();
    let mut way = vec![state.clone()];
    for step in &undo.steps {
        apply(&mut state, step, undo.from)?;
        way.push(state.clone());
    }
    Ok(way)
}

/// The worst of all counts beside what is promised.
fn verdict(when: &str, workload: &Workload, all: Vec<Counts>) -> String {
    let Some(worst) = all.into_iter().reduce(Counts::worst) else {
        return String::new();
    };
    let Workload { floor, ceiling, .. } = workload;
    let kept = |kept: bool| if kept { "kept" } else { "BROKEN" };
    let (floor_kept, ceiling_kept) = (
        kept(worst.fewest >= (*floor).into()),
        kept(worst.most <= (*ceiling).into()),
    );
    let Counts { most, fewest } = worst;
    format!(
        "{when}: at least {fewest} available (floor {floor} {floor_kept}), at most {most} alive (ceiling {ceiling} {ceiling_kept})\n"
    )
}
