//! Where a strategy stands, where an order among workloads is asked for: a stage after the other.

use std::collections::BTreeSet;

use cutover_manifest::{ObjectRef, listing};
use cutover_release::{After, Refusals, Release, Stages, kinds, refuse};
use cutover_workload::Workload;

use crate::strategy::Strategy;
use crate::waypoint::Waypoints;

/// The waypoints of a strategy. Where some workloads are to come after others it is asked once a
/// stage, each of which begins where the one before it ends, and has its number in its phases.
pub(crate) fn waypoints(
    release: &Release,
    strategy: &dyn Strategy,
    after: &After,
) -> Result<Waypoints, Refusals> {
    if after.is_empty() {
        return strategy.waypoints(release);
    }
    let stages = Stages::new(release, after)?;
    let waypoints = match stages.objects() {
        [] | [_] => strategy.waypoints(release)?,
        several => one_after_the_other(release, strategy, several)?,
    };
    for workload in &waypoints.workloads {
        move_together(workload, release, &stages)?;
    }
    Ok(waypoints)
}

fn one_after_the_other(
    release: &Release,
    strategy: &dyn Strategy,
    stages: &[BTreeSet<ObjectRef>],
) -> Result<Waypoints, Refusals> {
    let mut all = Waypoints::default();
    for (number, objects) in (1..).zip(stages) {
        let here = all
            .points
            .last()
            .map_or_else(|| release.from(), |point| &point.bundle);
        let mut next = strategy.waypoints(&release.stage(here, objects)?)?;
        for point in &mut next.points {
            point.phase = format!("stage-{number}-{}", point.phase);
        }
        add(&mut all, next);
    }
    Ok(all)
}

/// Adds the waypoints of the next stage, and what is not known already.
fn add(all: &mut Waypoints, next: Waypoints) {
    all.points.extend(next.points);
    for workload in next.workloads {
        if !all.workloads.contains(&workload) {
            all.workloads.push(workload);
        }
    }
    for route in next.routes {
        if !all.routes.contains(&route) {
            all.routes.push(route);
        }
    }
    for warning in next.warnings {
        if !all.warnings.contains(&warning) {
            all.warnings.push(warning);
        }
    }
}

/// Refuses an order among the sets of one workload.
fn move_together(workload: &Workload, release: &Release, stages: &Stages) -> Result<(), Refusals> {
    let sets = workload.objects();
    let sets: Vec<&ObjectRef> = sets
        .filter(|set| release.from().contains(set) || release.to().contains(set))
        .collect();
    let apart = sets
        .iter()
        .find(|set| stages.layer(set) != stages.layer(sets[0]));
    let Some(apart) = apart else {
        return Ok(());
    };
    let names = listing(sets.iter().map(|set| &set.name));
    let reason = format!("it is to move at another time than its other set: {names}");
    let hint = "name both of them in the same place of the order, or none";
    Err(refuse(kinds::TIED, apart, "", reason, hint))
}
