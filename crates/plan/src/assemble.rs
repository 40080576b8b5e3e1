//! From a strategy's waypoints to a plan.

use std::collections::BTreeSet;

use cutover_manifest::{Bundle, Manifest, ObjectRef, Warning};

use crate::deployment::{Deployment, deployments};
use crate::error::Error;
use crate::plan::{Entry, OnFailure, Plan, Spec};
use crate::planner::route;
use crate::ports::ports;
use crate::refuse::{autoscalers, paused, resumed, services};
use crate::release::Release;
use crate::warn::{unguarded, warnings};
use crate::waypoint::{Waypoint, Waypoints};
use crate::workload::Workload;

/// What holds for a plan whatever its strategy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The plan's name; that of its first workload where nothing is said.
    pub name: Option<String>,
    /// What a run does where a gate does not hold in time.
    pub on_failure: OnFailure,
    /// How many workloads move in one step at most.
    pub max_concurrent: Option<usize>,
}

/// Plans the way over a strategy's waypoints, forward and back from every step.
///
/// The same input gives the same plan, byte for byte. Where there is nothing to do the plan has no
/// steps.
///
/// # Errors
///
/// What rule 10 of the planner refuses, at any waypoint.
pub fn plan(
    release: &Release,
    strategy: &str,
    waypoints: Waypoints,
    options: &Options,
) -> Result<Plan, Error> {
    let mut warned: Vec<Warning> = release.warnings().to_vec();
    warned.extend(warnings(release, &waypoints)?);
    warned.extend(waypoints.warnings.iter().cloned());
    let (workloads, points) = checked(release, waypoints)?;
    let (steps, undo) = route(&workloads, &points, options.max_concurrent)?;
    let from: Vec<Entry> = points[0].bundle.iter().map(entry).collect();
    let name = options
        .name
        .clone()
        .unwrap_or_else(|| name(&workloads, &from, strategy));
    let spec = Spec {
        strategy: strategy.into(),
        on_failure: options.on_failure,
        from,
        workloads,
        warnings: warned,
        steps,
        undo,
    };
    let mut plan = Plan::new(name, spec);
    let states = plan.states()?;
    ports(&states, release)?;
    let loose = loose_ends(&states);
    if !loose.is_empty() {
        plan.spec.warnings.extend(loose);
        plan = Plan::new(plan.metadata.name, plan.spec);
    }
    Ok(plan)
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
    workloads.extend(comers_and_goers(release, &points, &workloads));
    points
        .iter()
        .try_for_each(|point| services(&point.bundle, release.from(), &workloads))?;
    let points = points_of_plan(release, &workloads, points);
    points
        .windows(2)
        .try_for_each(|leg| paused(&leg[0].bundle, &leg[1].bundle))?;
    Ok((workloads, points))
}

/// Deployments that only one end has are workloads too: their pods are waited for when they come,
/// and they go in two steps.
fn comers_and_goers(
    release: &Release,
    points: &[Waypoint],
    workloads: &[Workload],
) -> Vec<Workload> {
    let end = points
        .last()
        .map_or_else(|| release.from(), |point| &point.bundle);
    let known: BTreeSet<ObjectRef> = workloads
        .iter()
        .flat_map(|workload| workload.deployments().map(|(_, object)| object))
        .collect();
    let only = |here: &'_ Bundle, there: &'_ Bundle| -> Vec<Manifest> {
        let sets = deployments(here).map(|set| set.manifest());
        sets.filter(|set| !there.contains(set.object()) && !known.contains(set.object()))
            .cloned()
            .collect()
    };
    let workload = |set: &Manifest, comes: bool| {
        let replicas = Deployment::of(set).replicas()?;
        let (from, to) = if comes { (0, replicas) } else { (replicas, 0) };
        let object = set.object();
        let mut workload = Workload::new(
            &object.name,
            object.namespace.as_deref(),
            Deployment::of(set).budget(),
            from,
            to,
        );
        workload.services = release
            .services_of(object)
            .iter()
            .map(|service| service.object().name.clone())
            .collect();
        Some(workload)
    };
    let (comers, goers) = (only(end, release.from()), only(release.from(), end));
    let comers = comers.iter().filter_map(|set| workload(set, true));
    comers
        .chain(goers.iter().filter_map(|set| workload(set, false)))
        .collect()
}

fn entry(manifest: &Manifest) -> Entry {
    Entry {
        object: manifest.object().clone(),
        manifest: manifest.clone(),
    }
}

fn name(workloads: &[Workload], from: &[Entry], strategy: &str) -> String {
    let first = workloads
        .first()
        .map(|workload| &workload.name)
        .or_else(|| from.first().map(|entry| &entry.object.name));
    first.cloned().unwrap_or_else(|| strategy.to_owned())
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
        kept.extend(workload.deployments().map(|(_, object)| object));
        kept.extend(workload.service_refs());
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

/// What the plan's patches change without being able to test it.
fn loose_ends(states: &[Bundle]) -> Vec<Warning> {
    let mut found = BTreeSet::new();
    for (before, after) in states.iter().zip(states.iter().skip(1)) {
        for object in before
            .objects()
            .filter(|object| before.get(object) != after.get(object))
        {
            if let (Some(before), Some(after)) = (before.get(object), after.get(object)) {
                found.extend(unguarded(object, before, after));
            }
        }
    }
    found.into_iter().collect()
}
