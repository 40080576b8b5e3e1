//! Where a scaling stands.

use cutover_manifest::{ObjectRef, Warning};
use cutover_plan::MOST_STEPS;
use cutover_planner::{Strategy, Waypoint, Waypoints};
use cutover_release::{Ends, Refusals, Release, replicas, select};
use cutover_workload::{Allowance, Deployment};

use crate::error;
use crate::spec::Scale;

impl Strategy for Scale {
    fn name(&self) -> &str {
        "scale"
    }

    /// The named Deployments at so many replicas. One whose number of pods others say is
    /// refused, unless its autoscaler is held.
    fn wanted(&self, ends: Ends) -> Result<Ends, Refusals> {
        let ends = ends.with_autoscalers(self.autoscaler);
        let mut to = ends.to().clone();
        for object in select(ends.to(), &self.workloads)? {
            ends.says_replicas(&object)?;
            if let Some(set) = ends.to().get(&object) {
                to.insert(Deployment::of(set).scaled(self.replicas));
            }
        }
        Ok(ends.wanting(to).scaled())
    }

    /// `[scale]`, or a waypoint every `maxStep` pods.
    fn waypoints(&self, release: &Release) -> Result<Waypoints, Refusals> {
        waypoints(release, self)
    }
}

fn waypoints(release: &Release, scale: &Scale) -> Result<Waypoints, Refusals> {
    let changed = release.changed();
    let mut waypoints = Waypoints::default();
    for object in &changed {
        waypoints.follow(release, object, &Allowance::default())?;
    }
    let step = scale.max_step.map_or(u32::MAX, Into::into);
    let most = changed
        .iter()
        .map(|object| stops(release, object, step))
        .collect::<Result<Vec<_>, _>>()?;
    let longest = most.iter().map(Vec::len).max().unwrap_or(0);
    waypoints.points = (0..longest)
        .map(|at| point(release, &changed, &most, at))
        .collect();
    let silenced = waypoints
        .workloads
        .iter()
        .zip(&changed)
        .filter(|(workload, _)| scale.replicas == 0 && !workload.routers.is_empty());
    let silenced = silenced.map(|(_, object)| silent(object));
    waypoints.warnings.extend(silenced);
    Ok(waypoints)
}

/// The counts that a ramp stands at, the last one wanted.
fn stops(release: &Release, object: &ObjectRef, step: u32) -> Result<Vec<u32>, Refusals> {
    let (from, to) = replicas(release, object)?;
    let count = usize::try_from(from.abs_diff(to).div_ceil(step)).unwrap_or(usize::MAX);
    if count > MOST_STEPS {
        let ramp = format!("{from} to {to} pods by {step}");
        return Err(error::many_steps(object, &ramp, count));
    }
    let mut at = from;
    let mut stops = Vec::new();
    while at != to {
        at = if at < to {
            at.saturating_add(step).min(to)
        } else {
            at.saturating_sub(step).max(to)
        };
        stops.push(at);
    }
    Ok(stops)
}

fn point(release: &Release, objects: &[ObjectRef], stops: &[Vec<u32>], at: usize) -> Waypoint {
    let mut bundle = release.to().clone();
    let counts = stops
        .iter()
        .map(|stops| stops.get(at).or_else(|| stops.last()));
    for (object, count) in objects.iter().zip(counts) {
        if let (Some(set), Some(count)) = (release.to().get(object), count) {
            bundle.insert(Deployment::of(set).scaled(*count));
        }
    }
    let ramp = stops.iter().any(|stops| stops.len() > 1);
    let count = stops.iter().filter_map(|stops| stops.get(at)).max();
    let phase = count
        .filter(|_| ramp)
        .map_or_else(|| "scale".to_owned(), |count| format!("scale-{count}"));
    Waypoint::new(phase, bundle)
}

fn silent(object: &ObjectRef) -> Warning {
    Warning::about(
        object,
        "it is scaled to zero behind a Service: nobody answers from then on",
        "take the Service away first where that is meant to last",
    )
}
