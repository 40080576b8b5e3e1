//! Where a fleet plan differs from the one that some input gives.

use std::collections::BTreeMap;

use cutover_check::Checked;
use cutover_fleet::{Error as FleetError, FleetPlan, Name, PlannedCluster};
use cutover_patch::{Plain, differences};
use cutover_plan::Plan;
use serde_json::Value;

use crate::mismatches::mismatches;
use crate::text::clean;

/// Where a fleet plan differs from the one that its input gives now; nothing exactly where they are
/// the same.
///
/// What holds for the fleet comes first, then the plans, cluster by cluster.
///
/// # Errors
///
/// None in practice, as [`FleetPlan::to_value`].
pub fn fleet_mismatches(
    fleet: &FleetPlan<Checked>,
    made: &FleetPlan<Checked>,
) -> Result<Vec<String>, FleetError> {
    if fleet.digest == made.digest {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for difference in differences(&frame(fleet)?, &frame(made)?, &Plain) {
        let told = |value: &Option<Value>| match value {
            Some(value) => value.to_string(),
            None => "nothing".to_owned(),
        };
        let (says, gives) = (told(&difference.before), told(&difference.after));
        found.push(format!(
            "{}: the fleet plan says {says}, the input gives {gives}",
            difference.path
        ));
    }
    let now = plans(made);
    for (name, plan) in plans(fleet) {
        let Some(made) = now.get(name) else { continue };
        let places = mismatches(plan, made);
        found.extend(
            places
                .iter()
                .map(|place| format!("cluster {name}: {place}")),
        );
    }
    Ok(found.iter().map(|line| clean(line)).collect())
}

/// The document without its plans, and without what follows from them.
fn frame(fleet: &FleetPlan<Checked>) -> Result<Value, FleetError> {
    let mut value = fleet.to_value()?;
    let document = value.as_object_mut();
    if let Some(document) = document {
        document.remove("digest");
    }
    if let Some(spec) = value.pointer_mut("/spec").and_then(Value::as_object_mut) {
        spec.remove("plans");
    }
    let waves = value
        .pointer_mut("/spec/waves")
        .and_then(Value::as_array_mut);
    for wave in waves.into_iter().flatten() {
        let clusters = wave.pointer_mut("/clusters").and_then(Value::as_array_mut);
        for cluster in clusters
            .into_iter()
            .flatten()
            .filter_map(Value::as_object_mut)
        {
            cluster.remove("plan");
        }
    }
    Ok(value)
}

fn plans(fleet: &FleetPlan<Checked>) -> BTreeMap<&Name, &Plan> {
    let planned = |cluster: &PlannedCluster| fleet.spec.plans.get(&cluster.plan);
    let clusters = fleet.clusters();
    clusters
        .filter_map(|cluster| Some((&cluster.name, &**planned(cluster)?)))
        .collect()
}
