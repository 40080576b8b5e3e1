//! What the steps of a canary say, whatever shifts its requests.

use cutover_manifest::Bundle;
use cutover_plan::Gate;
use cutover_planner::Waypoint;
use cutover_release::Refusals;
use cutover_traffic::Percent;

use crate::error;
use crate::spec::{Canary, Step};

/// Adds what is waited for to the last waypoint; to the start where there is none yet.
pub(crate) fn wait(
    points: &mut Vec<Waypoint>,
    base: &Bundle,
    gates: impl IntoIterator<Item = Gate>,
) {
    if points.is_empty() {
        points.push(Waypoint::new("start", base.clone()));
    }
    if let Some(last) = points.last_mut() {
        last.gates.extend(gates);
    }
}

/// The last weight, where no weight is lower than the one before.
pub(crate) fn rising(canary: &Canary) -> Result<Percent, Refusals> {
    let weights: Vec<Percent> = canary.steps.iter().filter_map(Step::weight).collect();
    if let Some(pair) = weights.windows(2).find(|pair| pair[0] > pair[1]) {
        return Err(error::falling(pair[0], pair[1]));
    }
    weights
        .last()
        .copied()
        .filter(|last| last.value() > 0)
        .ok_or_else(error::no_weight)
}
