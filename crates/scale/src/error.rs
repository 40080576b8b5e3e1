//! What a scaling refuses.

use cutover_manifest::ObjectRef;
use cutover_plan::MOST_STEPS;
use cutover_planner::kinds::MANY_STEPS;
use cutover_release::{Refusals, refuse};

pub(crate) fn many_steps(object: &ObjectRef, ramp: &str, steps: usize) -> Refusals {
    let reason = format!("{ramp} takes {steps} steps, and a plan has {MOST_STEPS} at most");
    refuse(
        MANY_STEPS,
        object,
        "/spec/replicas",
        reason,
        "take a larger maxStep",
    )
}
