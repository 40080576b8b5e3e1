//! From a strategy's waypoints to a plan.

use std::collections::BTreeSet;

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_plan::{Note, Plan, Spec};
use cutover_release::{
    Release, autoscalers, check_made, paused, ports, ports_back, resumed, route_ports, routers,
    selectors, services, workload_name,
};
use cutover_traffic::PodIndex;
use cutover_workload::{Amount, Deployment, Live, Rollout, Workload, deployments};

use crate::error::Error;
use crate::hold::held;
use crate::name::name;
use crate::options::Options;
use crate::passage::by_ports;
use crate::route::{Route, route};
use crate::stages::waypoints;
use crate::strategy::Strategy;
use crate::warn::warnings;
use crate::waypoint::{Waypoint, Waypoints};

/// Plans the way over a strategy's waypoints, forward and back from every step.
///
/// The same input gives the same plan, byte for byte. Where there is nothing to do the plan has no
/// steps.
///
/// # Errors
///
/// What the strategy refuses, and rule 10 of the planner, at any waypoint.
pub fn plan(release: &Release, strategy: &dyn Strategy, options: &Options) -> Result<Plan, Error> {
    let waypoints = waypoints(release, strategy, &options.after)?;
    let mut notes: Vec<Note> = Vec::new();
    notes.extend(release.warnings().iter().cloned().map(Note::from));
    notes.extend(warnings(release, &waypoints).into_iter().map(Note::from));
    notes.extend(waypoints.warnings.iter().cloned().map(Note::from));
    let routes = waypoints.routes.clone();
    let (mut workloads, points) = checked(release, waypoints)?;
    let Route {
        steps,
        undo,
        states,
    } = route(&workloads, &points, &routes, options)?;
    let from: Vec<Manifest> = points[0].bundle.iter().cloned().collect();
    let name = options
        .name
        .clone()
        .unwrap_or_else(|| name(&workloads, &points, strategy.name()));
    let recreated = recreated(&workloads);
    for workload in &mut workloads {
        // The document does not say it: the states do.
        workload.rollout = Rollout::Controller;
    }
    let spec = Spec {
        strategy: strategy.name().into(),
        on_failure: options.on_failure,
        workloads,
        notes,
        from,
        steps,
        undo,
    };
    let plan = Plan::new(name, spec)?;
    let before = PodIndex::of(release.from());
    for state in &states {
        ports(state, release, &before, &recreated)?;
        route_ports(state, release)?;
    }
    ports_back(&states, release, &recreated)?;
    Ok(plan)
}

/// The sets whose pods are all replaced at once.
fn recreated(workloads: &[Workload]) -> BTreeSet<ObjectRef> {
    let workloads = workloads.iter();
    let recreated = workloads.filter(|workload| workload.rollout == Rollout::Recreate);
    recreated.flat_map(Workload::objects).cloned().collect()
}

/// All workloads, and the waypoints as the plan goes over them, none of which is refused.
fn checked(
    release: &Release,
    waypoints: Waypoints,
) -> Result<(Vec<Workload>, Vec<Waypoint>), Error> {
    let Waypoints {
        mut workloads,
        points,
        ..
    } = waypoints;
    autoscalers(release, &workloads)?;
    resumed(release, &workloads)?;
    workloads.extend(created_and_removed(release, &points, &workloads));
    for workload in &mut workloads {
        mark_given(workload, release);
    }
    for point in &points {
        deployments(&point.bundle).try_for_each(check_made)?;
        if !point.outage {
            services(&point.bundle, release.from(), &workloads)?;
        }
    }
    let points = held(release, &workloads, points);
    let points = by_ports(points_of_plan(release, &workloads, points));
    for leg in points.windows(2) {
        paused(&leg[0].bundle, &leg[1].bundle)?;
        selectors(&leg[0].bundle, &leg[1].bundle, release.from())?;
    }
    Ok((workloads, points))
}

/// Says of a workload where its number of pods is not the manifests'.
fn mark_given(workload: &mut Workload, release: &Release) {
    let is_given = workload.objects().any(|set| release.is_given(set));
    if is_given {
        workload.bounds = workload.bounds.clone().given();
    }
}

/// Deployments that only one end has are workloads too: their pods are waited for when they come,
/// and they go in two steps.
fn created_and_removed(
    release: &Release,
    points: &[Waypoint],
    workloads: &[Workload],
) -> Vec<Workload> {
    let end = points
        .last()
        .map_or_else(|| release.from(), |point| &point.bundle);
    let known: BTreeSet<ObjectRef> = workloads
        .iter()
        .flat_map(Workload::objects)
        .cloned()
        .collect();
    let only = |here: &'_ Bundle, there: &'_ Bundle| -> Vec<Manifest> {
        let sets = deployments(here).map(|set| set.manifest());
        sets.filter(|set| !there.contains(set.object()) && !known.contains(set.object()))
            .cloned()
            .collect()
    };
    let (created, removed) = (only(end, release.from()), only(release.from(), end));
    let created = created
        .iter()
        .map(|set| created_or_removed(release, set, true));
    created
        .chain(
            removed
                .iter()
                .map(|set| created_or_removed(release, set, false)),
        )
        .collect()
}

/// The workload of a Deployment that comes, or else goes.
fn created_or_removed(release: &Release, set: &Manifest, comes: bool) -> Workload {
    let object = set.object();
    let replicas = Deployment::of(set).replicas();
    let budget = Deployment::of(set).budget();
    let mut workload = match replicas.filter(|_| !release.is_live(object)) {
        Some(replicas) if comes => Workload::new(object.clone(), budget, 0, replicas),
        Some(replicas) => Workload::new(object.clone(), budget, replicas, 0),
        None => Workload::live(object.clone(), passing(release, object)),
    };
    workload.name = workload_name(release, object);
    workload.routers = routers(release, object);
    workload
}

/// Any part of as many pods as others say, beside those that go when it is made anew.
fn passing(release: &Release, object: &ObjectRef) -> Live {
    Live {
        autoscaler: release.autoscaler_of(object).cloned(),
        missing: Amount::Percent(100),
        extra: Amount::Percent(100),
    }
}

/// The start and the waypoints, of nothing but the objects that the plan touches or is read by.
fn points_of_plan(
    release: &Release,
    workloads: &[Workload],
    points: Vec<Waypoint>,
) -> Vec<Waypoint> {
    let start = Waypoint::new("start", release.from().clone());
    let mut kept: BTreeSet<ObjectRef> = BTreeSet::new();
    for workload in workloads {
        kept.extend(workload.objects().cloned());
        kept.extend(workload.routers.iter().map(|router| router.object.clone()));
    }
    for point in &points {
        kept.extend(differing(&start.bundle, &point.bundle));
    }
    let mut all = vec![start];
    all.extend(points);
    for point in &mut all {
        point.bundle = point
            .bundle
            .iter()
            .filter(|manifest| kept.contains(manifest.object()))
            .cloned()
            .collect();
    }
    all
}

fn differing(from: &Bundle, to: &Bundle) -> BTreeSet<ObjectRef> {
    let objects = from.objects().chain(to.objects());
    objects
        .filter(|object| from.get(object) != to.get(object))
        .cloned()
        .collect()
}
