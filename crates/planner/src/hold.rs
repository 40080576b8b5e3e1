//! Autoscalers stand still while a plan counts.

use std::collections::BTreeMap;

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_release::{Autoscalers, Release};
use cutover_workload::{Autoscaler, Workload};

use crate::waypoint::Waypoint;

/// The waypoints, with the autoscalers of all sets that the plan counts held: from a waypoint before
/// the first count to one after the last.
///
/// ```text
/// from ─▶ hold ─▶ the strategy's waypoints ─▶ release
///         └── each autoscaler as in `from`, but held ──┘ as in `to`
/// ```
///
/// One that the release changes changes when it is let go; one that it adds comes then, and one that
/// it takes away goes first. So ways back hold it again, and let it go last.
pub(crate) fn held(
    release: &Release,
    workloads: &[Workload],
    points: Vec<Waypoint>,
) -> Vec<Waypoint> {
    let mut held = BTreeMap::new();
    let scalers = [release.from(), release.to()].map(Autoscalers::of);
    let counted = workloads.iter().filter(|workload| !workload.is_live());
    for workload in counted.filter(|workload| changes(release, workload, &points)) {
        for set in workload.objects() {
            let most = most_pods(release, workload, set, &points);
            held.extend(held_of(release, &scalers, set, most));
        }
    }
    let Some(end) = points.last().map(|point| point.bundle.clone()) else {
        return points;
    };
    if held.is_empty() {
        return points;
    }
    let mut all = vec![Waypoint::new("hold", release.from().clone())];
    all.extend(points);
    for point in &mut all {
        hold(&mut point.bundle, &held);
    }
    all.push(Waypoint::new("release", end));
    all
}

/// Whether the plan changes a workload at all.
fn changes(release: &Release, workload: &Workload, points: &[Waypoint]) -> bool {
    let mut sets = workload.objects();
    sets.any(|set| {
        let running = release.from().get(set);
        points.iter().any(|point| point.bundle.get(set) != running)
    })
}

/// The most pods that a set has on the way: between two waypoints it has no more than at one of
/// them.
fn most_pods(release: &Release, workload: &Workload, set: &ObjectRef, points: &[Waypoint]) -> u32 {
    let bundles = points.iter().map(|point| &point.bundle);
    let sets = bundles
        .chain([release.from()])
        .filter_map(|bundle| bundle.get(set));
    sets.map(|set| workload.pods_of(set)).max().unwrap_or(0)
}

/// Each autoscaler of a set as it stands meanwhile: held, or not there.
fn held_of(
    release: &Release,
    scalers: &[Autoscalers<'_>; 2],
    set: &ObjectRef,
    most: u32,
) -> impl Iterator<Item = (ObjectRef, Option<Manifest>)> {
    let ends = [release.from(), release.to()];
    let scalers = scalers.iter().flat_map(|end| end.scaling(set));
    scalers.map(move |scaler| {
        let object = scaler.object();
        let stays = ends.iter().all(|end| end.contains(object));
        let running = release.from().get(object).filter(|_| stays);
        let running = running.and_then(Autoscaler::of);
        let held = running.and_then(|running| running.held(most));
        (object.clone(), held)
    })
}

fn hold(bundle: &mut Bundle, held: &BTreeMap<ObjectRef, Option<Manifest>>) {
    for (object, held) in held {
        match held {
            Some(held) => drop(bundle.insert(held.clone())),
            None => drop(bundle.remove(object)),
        }
    }
}
