//! Where a blue/green stands, one waypoint after the other.

use cutover_manifest::{ObjectRef, Warning};
use cutover_planner::Waypoints;
use cutover_release::Release;
use cutover_workload::Workload;

use crate::error::Error;
use crate::layout::Layout;
use crate::spec::BlueGreen;
use crate::{one, two};

/// The waypoints of a blue/green behind one Service. Other Deployments that the release changes are
/// updated in `cleanup`, by their own controllers.
///
/// # Errors
///
/// A Service that is not there, or not before exactly one Deployment; named slots that are none; a
/// workload without pods; what the planner refuses.
pub fn waypoints(release: &Release, spec: &BlueGreen) -> Result<Waypoints, Error> {
    if spec.preview_replica_count == Some(0) {
        return Err(Error::NoPreview);
    }
    let layout = Layout::read(release, spec)?;
    let mut waypoints = if layout.turns(release) {
        switching(release, spec, layout)?
    } else {
        Waypoints::straight(release, "cleanup", &spec.allowance())?
    };
    add_others(release, spec, &mut waypoints)?;
    Ok(waypoints)
}

fn switching(release: &Release, spec: &BlueGreen, layout: Layout) -> Result<Waypoints, Error> {
    let mut waypoints = match (&layout.found.idle, &layout.found.in_the_way) {
        (Some(idle), _) => two::waypoints(release, spec, &layout, &idle.object, &idle.label)?,
        (None, Some(error)) => return Err(error.clone()),
        (None, None) => one::waypoints(release, spec, &layout)?,
    };
    waypoints.warnings.splice(..0, layout.found.notes);
    Ok(waypoints)
}

/// The other Deployments of the release share no Service with the switch: they follow by
/// themselves.
fn add_others(release: &Release, spec: &BlueGreen, waypoints: &mut Waypoints) -> Result<(), Error> {
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
        waypoints.warnings.push(Warning {
            object: Some(object),
            place: None,
            message:
                "it is not behind the active Service: its own controller updates it in cleanup"
                    .into(),
            hint: Some("plan it by itself where it needs a strategy too".into()),
        });
    }
    Ok(())
}
