//! What only the maker of a plan can see: objects beside those that the plan touches.

mod counted;
mod quota;

use cutover_manifest::{Bundle, Manifest, ObjectRef, Warning};
use cutover_release::Release;
use cutover_workload::{Deployment, deployments};
use serde_json::Value;

use self::counted::Counting;
use self::quota::quotas;
use crate::waypoint::Waypoints;

/// What may hurt, of the objects around the plan.
pub(crate) fn warnings(release: &Release, waypoints: &Waypoints) -> Vec<Warning> {
    let mut found = Vec::new();
    let counting = Counting::of(release.from());
    for workload in &waypoints.workloads {
        let Some(object) = workload.objects().next() else {
            continue;
        };
        let Some(set) = release.to().get(object) else {
            continue;
        };
        found.extend(volumes(set, release.to()));
        if workload.sets.len() > 1 {
            found.extend(counting.warnings(workload, set));
        }
    }
    found.extend(quotas(release.from(), release.to(), &waypoints.workloads));
    found.extend(unreplaced(release));
    found
}

/// Pods that read a ConfigMap or Secret whose data changes, and that nobody replaces.
fn unreplaced(release: &Release) -> Vec<Warning> {
    let mut found = Vec::new();
    let changed = release.changed_configuration();
    for set in deployments(release.to()) {
        let object = set.manifest().object();
        let stays = release.from().contains(object) && !release.is_replaced(object);
        if !stays || set.replicas() == Some(0) || changed.is_empty() {
            continue;
        }
        for object in set.configuration().intersection(&changed) {
            found.push(unseen(set, object));
        }
    }
    found
}

fn unseen(set: Deployment<'_>, configuration: &ObjectRef) -> Warning {
    let pods = set.manifest().object();
    let message = match set.mounted().contains(configuration) {
        true => format!(
            "its data changes, and the pods of {pods} stay: all of them see it in their volumes at once, and in their environment only when they are replaced"
        ),
        false => format!(
            "its data changes, and the pods of {pods} stay: they keep the old data until they are replaced"
        ),
    };
    let hint =
        "restart them for their configuration, where the program does not read it anew by itself";
    Warning::about(configuration, message, hint)
}

/// A volume that one node at a time may write to.
fn volumes(set: &Manifest, bundle: &Bundle) -> Option<Warning> {
    let template = Deployment::of(set).template()?;
    let claims = template
        .pointer("/spec/volumes")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let mut names =
        claims.filter_map(|volume| volume.pointer("/persistentVolumeClaim/claimName")?.as_str());
    let exclusive = names.find(|name| {
        let claim = ObjectRef::new(
            "v1",
            "PersistentVolumeClaim",
            set.object().namespace.as_deref(),
            name,
        );
        let modes = bundle
            .get(&claim)
            .and_then(|claim| claim.pointer("/spec/accessModes")?.as_array());
        modes.is_some_and(|modes| {
            modes
                .iter()
                .all(|mode| mode == "ReadWriteOnce" || mode == "ReadWriteOncePod")
        })
    })?;
    let message = format!(
        "its pods share the volume {exclusive}, which one node at a time may write to: a pod more may not start"
    );
    Some(Warning::about(
        set.object(),
        message,
        "take the strategy recreate, or a volume of ReadWriteMany",
    ))
}
