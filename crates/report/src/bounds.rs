//! The counts that a plan promises to keep, state by state.

use cutover_check::Checked;
use cutover_manifest::Bundle;
use cutover_plan::Undo;
use cutover_workload::{Bounds, Workload};

use crate::counts::Counts;
use crate::error::Error;
use crate::exposure::{Exposure, exposure};
use crate::grid::{Align, Grid};
use crate::requests::peaks;
use crate::sets::{Column, sets};
use crate::style::Style;
use crate::text::{ABSENT, Names, clean, count};

/// For each workload, and for each state of the plan: the pods of each set, the most pods that may
/// be alive and the fewest that may be available on the way to it, and the share of the new
/// version; then the same counts of the way back from each state, and the most CPU and memory that
/// pods ask for.
///
/// The counts are those that the controllers keep by their own rules, as long as pods that were
/// available stay so. They are computed from the states alone, apart from the planner.
///
/// # Errors
///
/// [`Error::Plan`] where the plan does not fit itself, [`Error::Manifest`] where one of its
/// Services is none, [`Error::Requests`] where what a pod asks for is no quantity.
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
/// assert!(cutover_report::bounds(&plan)?.starts_with("hello: 3 replicas, floor 3, ceiling 4\n"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn bounds(plan: &Checked) -> Result<String, Error> {
    if plan.spec.workloads.is_empty() {
        return Ok("no workload: no pod comes or goes\n".into());
    }
    let names = Names::of(plan);
    let workloads = plan.spec.workloads.iter();
    let mut blocks: Vec<Block<'_>> = workloads
        .map(|workload| Block::new(workload, names))
        .collect();
    let exposures = exposure(plan)?;
    let mut walk = plan.walk();
    for (block, exposure) in blocks.iter_mut().zip(&exposures[0]) {
        block.there("", walk.state(), walk.state(), *exposure)?;
    }
    while let Some(step) = walk.advance()? {
        let number = walk.number();
        for (block, exposure) in blocks.iter_mut().zip(&exposures[number]) {
            block.there(&step.phase, walk.before(), walk.state(), *exposure)?;
            block.back(plan.undo(number), walk.state())?;
        }
    }
    let mut texts = Vec::with_capacity(blocks.len());
    for (block, peaks) in blocks.into_iter().zip(peaks(plan)?) {
        let most = peaks.and_then(|peaks| peaks.words());
        let asks = most.map(|most| format!("pods ask for at most {most}\n"));
        texts.push(block.text(names) + &asks.unwrap_or_default());
    }
    Ok(texts.join("\n"))
}

/// The counts of one workload.
struct Block<'a> {
    workload: &'a Workload,
    sets: Vec<Column<'a>>,
    there: Grid,
    back: Grid,
    /// The worst on the way there, and on the ways back.
    worst: [Option<Counts>; 2],
    states: usize,
}

impl<'a> Block<'a> {
    fn new(workload: &'a Workload, names: Names) -> Self {
        let sets = sets(workload, names);
        let mut there = Grid::default();
        there.column("state", Align::Right);
        there.column("phase", Align::Left);
        there.columns(sets.iter().map(|set| set.head.as_str()), Align::Right);
        let counts = ["most alive", "fewest available"];
        there.columns(counts, Align::Right);
        there.column("new version", Align::Right);
        let mut back = Grid::default();
        back.columns(["back from", "to"], Align::Right);
        back.columns(counts, Align::Right);
        Self {
            workload,
            sets,
            there,
            back,
            worst: [None; 2],
            states: 0,
        }
    }

    fn there(
        &mut self,
        phase: &str,
        before: &Bundle,
        after: &Bundle,
        exposure: Option<Exposure>,
    ) -> Result<(), Error> {
        let counts = Counts::during(self.workload, before, after)?;
        let mut row = vec![self.states.to_string(), phase.to_owned()];
        row.extend(self.sets.iter().map(|set| set.cell(after)));
        row.extend(self.cells(Some(counts)));
        row.push(exposure.map_or_else(|| ABSENT.into(), |exposure| exposure.to_string()));
        self.there.row(row);
        self.states += 1;
        self.worst[0] = Some(self.worst[0].map_or(counts, |worst| worst.worst(counts)));
        Ok(())
    }

    fn back(&mut self, undo: Option<&Undo>, from: &Bundle) -> Result<(), Error> {
        let Some(undo) = undo else { return Ok(()) };
        let counts = Counts::along(self.workload, from, &undo.steps)?;
        let worst = counts.into_iter().reduce(Counts::worst);
        let cells = self.cells(worst);
        let ends = [undo.from.to_string(), undo.to.to_string()];
        self.back.row(ends.into_iter().chain(cells).collect());
        if let Some(counts) = worst {
            self.worst[1] = Some(self.worst[1].map_or(counts, |worst| worst.worst(counts)));
        }
        Ok(())
    }

    /// The most alive and the fewest available; a number that others own is not counted.
    fn cells(&self, counts: Option<Counts>) -> [String; 2] {
        let counted = counts.filter(|_| !self.workload.is_live());
        counted.map_or_else(|| [ABSENT, ABSENT].map(Into::into), Counts::cells)
    }

    fn text(self, names: Names) -> String {
        let workload = self.workload;
        let routers: Vec<&str> = workload
            .serving()
            .map(|router| &*router.object.name)
            .collect();
        let services = if routers.is_empty() {
            String::new()
        } else {
            format!(", behind Service {}", routers.join(", "))
        };
        let name = names.workload(workload);
        let head = format!("{name}: {}{services}", promised(&workload.bounds));
        let [there, back] = self.worst;
        let there = self.there.text(Style::Plain) + &verdict("on the way there", workload, there);
        let back = self.back.text(Style::Plain) + &verdict("on the ways back", workload, back);
        format!("{}\n\n{there}\n{back}", clean(&head))
    }
}

fn promised(bounds: &Bounds) -> String {
    match bounds {
        Bounds::Fixed(fixed) => {
            let replicas = count(fixed.replicas as usize, "replica");
            let given = if fixed.given { " (given)" } else { "" };
            let (floor, ceiling) = (fixed.floor, fixed.ceiling);
            format!("{replicas}{given}, floor {floor}, ceiling {ceiling}")
        }
        Bounds::Live(live) => {
            let (missing, extra) = (live.missing, live.extra);
            format!("as many as run, at most {missing} missing, at most {extra} more")
        }
    }
}

/// The worst of all counts beside what is promised.
fn verdict(when: &str, workload: &Workload, worst: Option<Counts>) -> String {
    let (Some(worst), Bounds::Fixed(fixed)) = (worst, &workload.bounds) else {
        return String::new();
    };
    let (floor, ceiling) = (fixed.floor, fixed.ceiling);
    let kept = |kept: bool| if kept { "kept" } else { "BROKEN" };
    let (floor_kept, ceiling_kept) = (
        kept(worst.fewest >= floor.into()),
        kept(worst.most <= ceiling.into()),
    );
    let Counts { most, fewest } = worst;
    format!(
        "{when}: at least {fewest} available (floor {floor} {floor_kept}), at most {most} alive (ceiling {ceiling} {ceiling_kept})\n"
    )
}
