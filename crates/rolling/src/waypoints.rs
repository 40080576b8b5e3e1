//! Where an update by the cluster's own controller stands, a strategy after the other.

use cutover_planner::{Strategy, Waypoint, Waypoints, outage, succession};
use cutover_release::{Ends, Refusals, Release};
use cutover_workload::{Allowance, Deployment};

use crate::spec::{Pause, Recreate, Restart, Resume, Rolling};
use crate::wanted::{pause, restart, resume};

impl Strategy for Rolling {
    fn name(&self) -> &str {
        "rolling"
    }

    /// `[update]`: straight to what is wanted, within the budget.
    fn waypoints(&self, release: &Release) -> Result<Waypoints, Refusals> {
        Waypoints::direct(release, "update", &self.allowance())
    }
}

impl Strategy for Recreate {
    fn name(&self) -> &str {
        "recreate"
    }

    /// `[update]` under the update strategy `Recreate`, which is set before and given back after;
    /// what replaces no pods needs none. Before it `stop`, where a Deployment makes way for one of
    /// the same selector.
    fn waypoints(&self, release: &Release) -> Result<Waypoints, Refusals> {
        let mut waypoints = Waypoints::direct(release, "update", &Allowance::default())?;
        waypoints.warnings.clear();
        for workload in &mut waypoints.workloads {
            let rolled = workload.objects().find(|object| release.rolls(object));
            let Some(wanted) = rolled.and_then(|object| release.to().get(object)) else {
                continue;
            };
            let replicas = Deployment::of(wanted).replicas().unwrap_or(0);
            *workload = workload.clone().recreated(replicas);
            waypoints.warnings.push(outage(wanted));
        }
        make_way(release, &mut waypoints)?;
        Ok(waypoints)
    }
}

/// A Deployment goes before one of the same selector comes.
fn make_way(release: &Release, waypoints: &mut Waypoints) -> Result<(), Refusals> {
    let renamed = release.renamed()?;
    if renamed.is_empty() {
        return Ok(());
    }
    let stop = Waypoint::new("stop", release.from().clone()).with_outage();
    waypoints.points.insert(0, stop);
    for (goes, comes) in renamed {
        for point in &mut waypoints.points {
            point.bundle.remove(goes.object());
        }
        waypoints.warnings.push(succession(goes, comes));
    }
    Ok(())
}

impl Strategy for Restart {
    fn name(&self) -> &str {
        "restart"
    }

    /// The named Deployments with another time in their pods' annotation. One that is paused, or
    /// that was restarted in the same second, is refused.
    fn wanted(&self, ends: Ends) -> Result<Ends, Refusals> {
        ends.passed(|to| restart(to, self))
    }

    /// `[restart]`: straight to what is wanted, within the Deployment's own budget.
    fn waypoints(&self, release: &Release) -> Result<Waypoints, Refusals> {
        Waypoints::direct(release, "restart", &Allowance::default())
    }
}

impl Strategy for Pause {
    fn name(&self) -> &str {
        "pause"
    }

    /// The named Deployments paused. One that is paused already is refused.
    fn wanted(&self, ends: Ends) -> Result<Ends, Refusals> {
        ends.passed(|to| pause(to, self))
    }

    /// `[pause]`: one patch a Deployment.
    fn waypoints(&self, release: &Release) -> Result<Waypoints, Refusals> {
        Waypoints::direct(release, "pause", &Allowance::default())
    }
}

impl Strategy for Resume {
    fn name(&self) -> &str {
        "resume"
    }

    /// The named Deployments rolling out again. One that is not paused is refused.
    fn wanted(&self, ends: Ends) -> Result<Ends, Refusals> {
        ends.passed(|to| resume(to, self))
    }

    /// `[resume]`: what was held back rolls out.
    fn waypoints(&self, release: &Release) -> Result<Waypoints, Refusals> {
        let mut waypoints = Waypoints::direct(release, "resume", &Allowance::default())?;
        waypoints.points = vec![Waypoint::new("resume", release.to().clone())];
        Ok(waypoints)
    }
}
