//! Whether workloads name the sets that run their pods, and nobody else's.

use std::collections::{BTreeMap, BTreeSet};

use cutover_manifest::ObjectRef;
use cutover_plan::Plan;
use cutover_workload::{Deployment, Role, Workload};

use crate::broken::{Broken, Place};
use crate::routers::Way;

/// What the plan's workloads may not say. Whom they serve is another promise.
pub(crate) fn broken(plan: &Plan) -> Vec<Broken> {
    let mut broken = Vec::new();
    let there = plan.objects();
    let mut names: BTreeSet<&str> = BTreeSet::new();
    let mut sets: BTreeSet<&ObjectRef> = BTreeSet::new();
    for workload in &plan.spec.workloads {
        if !names.insert(&workload.name) {
            broken.push(Broken::workload(workload, "another one has its name"));
        }
        broken.extend(alone(workload));
        for set in workload.objects() {
            let reason = set_reason(set, there.contains(set), sets.insert(set));
            broken.extend(reason.map(|reason| Broken::object(Place::Plan, set, reason)));
        }
    }
    broken
}

/// What is wrong with a workload by itself.
fn alone(workload: &Workload) -> Option<Broken> {
    let mut roles: BTreeSet<Role> = BTreeSet::new();
    let reason = if workload.sets.is_empty() {
        "it has no set"
    } else if !workload.sets.iter().all(|set| roles.insert(set.role)) {
        "two of its sets have one role"
    } else if workload.is_live() && workload.sets.len() > 1 {
        "its bounds are live, and nobody knows how its pods are split between its sets"
    } else {
        return None;
    };
    Some(Broken::workload(workload, reason))
}

fn set_reason(set: &ObjectRef, is_there: bool, is_new: bool) -> Option<&'static str> {
    if !Deployment::is(set) {
        Some("it runs no pods that are counted")
    } else if !is_there {
        Some("it is in no state of the plan")
    } else if !is_new {
        Some("it is a set twice")
    } else {
        None
    }
}

/// Sets that no step changes, and that no router leads to which leads to one that changes too:
/// strangers, whose pods would answer for those that are taken away.
pub(crate) fn strangers(plan: &Plan, serving: &BTreeMap<ObjectRef, BTreeSet<Way>>) -> Vec<Broken> {
    let changed = plan.changed();
    let mut broken = Vec::new();
    for workload in &plan.spec.workloads {
        let (changing, others): (Vec<_>, Vec<_>) =
            workload.objects().partition(|set| changed.contains(set));
        let ways = changing.iter().filter_map(|set| serving.get(*set));
        let ways: BTreeSet<&Way> = ways.flatten().collect();
        for set in others {
            let mut own = serving.get(set).into_iter().flatten();
            let is_tied = match changing.is_empty() {
                true => own.next().is_some(),
                false => own.any(|way| ways.contains(way)),
            };
            if is_tied {
                continue;
            }
            broken.push(Broken::Named {
                place: Place::Plan,
                object: Box::new(set.clone()),
                workload: workload.name.clone(),
                reason: "it is a set of",
                rest: ", and neither changes nor serves it",
            });
        }
    }
    broken
}
