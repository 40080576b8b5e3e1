//! Where an update by the cluster's own controller stands.

use cutover_planner::{Waypoint, Waypoints, silence};
use cutover_release::Release;
use cutover_workload::Deployment;

use crate::error::Error;
use crate::spec::Rolling;

/// `[update]`: straight to what is wanted, within the budget.
///
/// # Errors
///
/// What the planner refuses.
pub fn waypoints(release: &Release, rolling: &Rolling) -> Result<Waypoints, Error> {
    Ok(Waypoints::straight(
        release,
        "update",
        &rolling.allowance(),
    )?)
}

/// `[update]` under the update strategy `Recreate`, which is set before and given back after; what
/// replaces no pods needs none.
///
/// # Errors
///
/// What the planner refuses.
pub fn recreate_waypoints(release: &Release) -> Result<Waypoints, Error> {
    let mut waypoints = waypoints(release, &Rolling::default())?;
    waypoints.warnings.clear();
    for workload in &mut waypoints.workloads {
        let rolled = workload.objects().find(|object| release.rolls(object));
        let Some(wanted) = rolled.and_then(|object| release.to().get(object)) else {
            continue;
        };
        let replicas = Deployment::of(wanted).replicas().unwrap_or(0);
        *workload = workload.clone().recreated(replicas);
        waypoints.warnings.push(silence(wanted));
    }
    Ok(waypoints)
}

/// `[resume]`: what was held back rolls out.
///
/// # Errors
///
/// What the planner refuses.
pub fn resume_waypoints(release: &Release) -> Result<Waypoints, Error> {
    let mut waypoints = Waypoints::straight(release, "resume", &Default::default())?;
    waypoints.points = vec![Waypoint::new("resume", release.to().clone())];
    Ok(waypoints)
}
