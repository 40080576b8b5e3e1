//! A fleet's tables: its waves, its clusters, its worst moments.

use cutover_fleet::{CheckedFleet, Moment, Name, PlannedCluster, PlannedWave};
use cutover_manifest::Digest;
use cutover_plan::Duration;

use crate::fleet::names::names;
use crate::grid::{Align, Grid};
use crate::text::{ABSENT, clean};

/// The plans of a fleet, numbered from 1 in the order in which they are first taken.
pub(crate) struct Plans<'a>(Vec<(&'a Digest, Vec<&'a Name>)>);

impl<'a> Plans<'a> {
    pub(crate) fn of(fleet: &'a CheckedFleet) -> Self {
        let mut plans: Vec<(&Digest, Vec<&Name>)> = Vec::new();
        for cluster in fleet.clusters() {
            match plans
                .iter_mut()
                .find(|(digest, _)| **digest == cluster.plan)
            {
                Some((_, clusters)) => clusters.push(&cluster.name),
                None => plans.push((&cluster.plan, vec![&cluster.name])),
            }
        }
        Self(plans)
    }

    /// Each plan's number, its digest, and the clusters that have it.
    pub(crate) fn numbered(&self) -> impl Iterator<Item = (usize, &Digest, &[&'a Name])> {
        let plans = (1..).zip(&self.0);
        plans.map(|(number, (digest, clusters))| (number, *digest, clusters.as_slice()))
    }

    fn number(&self, digest: &Digest) -> String {
        let at = self.0.iter().position(|(known, _)| *known == digest);
        at.map_or_else(|| ABSENT.to_owned(), |at| (at + 1).to_string())
    }
}

/// A row a wave: its clusters, their steps, and its limits.
pub(crate) fn waves(fleet: &CheckedFleet) -> Grid {
    let mut grid = Grid::default();
    grid.columns(["", "wave", "clusters"], Align::Left);
    grid.columns(
        ["steps", "at once", "may fail", "back at once"],
        Align::Right,
    );
    grid.columns(["deadline", "soak"], Align::Left);
    for (number, wave) in (1..).zip(&fleet.spec.waves) {
        let deadline = wave.progress_deadline_seconds;
        let deadline = deadline.map(|seconds| Duration::of_seconds(seconds.get()).to_string());
        grid.row(vec![
            format!("{number:>2}"),
            wave.name.to_string(),
            names(wave.clusters.iter().map(|cluster| &cluster.name)),
            steps(fleet, wave),
            wave.max_concurrency.to_string(),
            wave.max_failures.to_string(),
            wave.undo_concurrency().to_string(),
            or_absent(deadline),
            or_absent(wave.soak.map(|soak| soak.to_string())),
        ]);
    }
    grid
}

/// How many steps the plans of a wave have: `3`, or `3 to 8`.
fn steps(fleet: &CheckedFleet, wave: &PlannedWave) -> String {
    let plans = wave
        .clusters
        .iter()
        .filter_map(|cluster| fleet.plan(cluster));
    let steps: Vec<usize> = plans.map(|plan| plan.len()).collect();
    match (steps.iter().min(), steps.iter().max()) {
        (Some(least), Some(most)) if least != most => format!("{least} to {most}"),
        (Some(steps), _) => steps.to_string(),
        (None, _) => ABSENT.to_owned(),
    }
}

/// A row a cluster: how it is reached, what it counts, and which plan it has.
pub(crate) fn clusters(fleet: &CheckedFleet, plans: &Plans<'_>) -> Grid {
    let budget = fleet.spec.budget.as_ref();
    let label = budget.and_then(|budget| budget.per_label.as_deref());
    let mut grid = Grid::default();
    grid.columns(["cluster", "wave", "context"], Align::Left);
    grid.column("weight", Align::Right);
    if let Some(label) = label {
        grid.column(label, Align::Left);
    }
    grid.column("plan", Align::Right);
    for wave in &fleet.spec.waves {
        for cluster in &wave.clusters {
            grid.row(row(wave, cluster, label.is_some(), plans));
        }
    }
    grid
}

fn row(
    wave: &PlannedWave,
    cluster: &PlannedCluster,
    is_labelled: bool,
    plans: &Plans<'_>,
) -> Vec<String> {
    let context = cluster.context.as_ref().map(|context| context.to_string());
    let mut row = vec![
        cluster.name.to_string(),
        wave.name.to_string(),
        or_absent(context),
        cluster.weight.to_string(),
    ];
    if is_labelled {
        row.push(or_absent(cluster.counted_as.clone()));
    }
    row.push(plans.number(&cluster.plan));
    row
}

/// A row a worst moment: how much is in change or has failed, and what is left.
pub(crate) fn moments(fleet: &CheckedFleet) -> Grid {
    let mut grid = Grid::default();
    grid.columns(["wave", "goes"], Align::Left);
    grid.columns(["clusters", "pods"], Align::Right);
    grid.column("left at the worst", Align::Left);
    for moment in fleet.moments() {
        let wave = fleet.spec.waves.get(moment.wave);
        grid.row(vec![
            wave.map(|wave| wave.name.to_string()).unwrap_or_default(),
            direction(moment).to_owned(),
            moment.clusters.to_string(),
            pods(moment),
            left(moment),
        ]);
    }
    grid
}

fn direction(moment: &Moment) -> &'static str {
    if moment.back { "back" } else { "forward" }
}

/// The pods of the clusters in change or failed; those whose number others own are not counted.
fn pods(moment: &Moment) -> String {
    match (moment.live, moment.pods) {
        (false, pods) => pods.to_string(),
        (true, 0) => "live".to_owned(),
        (true, pods) => format!("{pods} and live"),
    }
}

/// What is left of each value of the budget's label.
fn left(moment: &Moment) -> String {
    let parts = moment.left.iter().map(|(value, part)| {
        let name = if value.is_empty() {
            String::new()
        } else {
            format!("{value} ")
        };
        format!("{name}{part} ({})", part.percent())
    });
    clean(&parts.collect::<Vec<_>>().join(" · "))
}

fn or_absent(text: Option<String>) -> String {
    text.unwrap_or_else(|| ABSENT.to_owned())
}
