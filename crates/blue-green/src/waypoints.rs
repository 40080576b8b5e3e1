//! Where a blue/green stands, one waypoint after the other.

use cutover_manifest::{ObjectRef, Warning};
use cutover_planner::{Strategy, Waypoint, Waypoints};
use cutover_release::{Ends, Refusals, Release};
use cutover_workload::Workload;

use crate::error;
use crate::layout::Layout;
use crate::spec::BlueGreen;
use crate::{one, two};

impl Strategy for BlueGreen {
    fn name(&self) -> &str {
        "blueGreen"
    }

    /// What was given, with autoscalers held where it says so.
    fn wanted(&self, ends: Ends) -> Result<Ends, Refusals> {
        Ok(ends.with_autoscalers(self.autoscaler))
    }

    /// The waypoints behind one Service. Other Deployments that the release changes are updated in
    /// `cleanup`, by their own controllers.
    fn waypoints(&self, release: &Release) -> Result<Waypoints, Refusals> {
        waypoints(release, self)
    }
}

fn waypoints(release: &Release, spec: &BlueGreen) -> Result<Waypoints, Refusals> {
    if spec.preview_replica_count == Some(0) {
        return Err(error::no_preview());
    }
    let layout = Layout::read(release, spec)?;
    let mut waypoints = if layout.turns(release) {
        switching(release, spec, layout)?
    } else {
        Waypoints::direct(release, "cleanup", &spec.allowance())?
    };
    add_others(release, spec, &mut waypoints)?;
    Ok(waypoints)
}

fn switching(release: &Release, spec: &BlueGreen, layout: Layout) -> Result<Waypoints, Refusals> {
    let mut waypoints = match (&layout.found.idle, &layout.found.in_the_way) {
        (Some(idle), _) => two::waypoints(release, spec, &layout, &idle.object, &idle.label)?,
        (None, Some(refused)) => return Err(refused.clone()),
        (None, None) => one::waypoints(release, spec, &layout)?,
    };
    waypoints.warnings.splice(..0, layout.found.notes);
    leave_last(release, &mut waypoints);
    Ok(waypoints)
}

/// What the release takes away goes when all else is as wanted: until then a Service that goes has
/// its pods. What has gone by then is not made again.
fn leave_last(release: &Release, waypoints: &mut Waypoints) {
    let [.., before, end] = waypoints.points.as_slice() else {
        return;
    };
    let mut here = end.bundle.clone();
    let leaving = release.from().iter().filter(|manifest| {
        let object = manifest.object();
        before.bundle.contains(object) && !end.bundle.contains(object)
    });
    here.extend(leaving.cloned());
    if here != end.bundle {
        let before = Waypoint::new(end.phase.clone(), here);
        let at = waypoints.points.len() - 1;
        waypoints.points.insert(at, before);
    }
}

/// The other Deployments of the release share no Service with the switch: they follow by
/// themselves.
fn add_others(
    release: &Release,
    spec: &BlueGreen,
    waypoints: &mut Waypoints,
) -> Result<(), Refusals> {
    let known: Vec<ObjectRef> = waypoints
        .workloads
        .iter()
        .flat_map(Workload::objects)
        .cloned()
        .collect();
    for object in release
        .changed()
        .into_iter()
        .filter(|object| !known.contains(object))
    {
        waypoints.follow(release, &object, &spec.allowance())?;
        waypoints.warnings.push(Warning::about(
            &object,
            "it is not behind the active Service: its own controller updates it in cleanup",
            "plan it by itself where it needs a strategy too",
        ));
    }
    Ok(())
}
