//! What the Deployment controller does when only the size changes: `sync` and its proportional
//! scaling.

use super::action::Action;
use super::rolling::too_old;
use super::sets::{Set, Sets};
use crate::objects::{Deployment, DeploymentSpec, Uid};

/// Whether some active set was last scaled for another size of the Deployment.
pub(super) fn is_due(spec: &DeploymentSpec, sets: &Sets) -> bool {
    sets.active()
        .any(|set| set.desired != 0 && set.desired != u64::from(spec.replicas))
}

/// The next action of `sync`.
pub(super) fn scale(deployment: &Deployment, sets: &Sets) -> Action {
    let spec = &deployment.spec;
    let scaled = sizes(deployment, sets);
    if sets.all().any(|set| {
        scaled
            .iter()
            .any(|(uid, size)| *uid == set.uid && needs(spec, set, *size))
    }) {
        return Action::Scale(scaled);
    }
    match spec.paused.then(|| too_old(spec, sets)).flatten() {
        Some(set) => Action::Remove(set),
        None => Action::Status,
    }
}

/// Whether writing this size changes anything: the size itself, or what is noted with it.
fn needs(spec: &DeploymentSpec, set: &Set, size: u32) -> bool {
    let noted = (u64::from(spec.replicas), u64::from(spec.ceiling()));
    set.replicas != size || (set.desired, set.max) != noted
}

fn sizes(deployment: &Deployment, sets: &Sets) -> Vec<(Uid, u32)> {
    let spec = &deployment.spec;
    let active: Vec<_> = sets.active().collect();
    match active[..] {
        [] => newest(sets)
            .into_iter()
            .flat_map(|set| alone(spec, set))
            .collect(),
        [set] => alone(spec, set).into_iter().collect(),
        _ if sets.new.as_ref().is_some_and(|new| is_saturated(spec, new)) => sets
            .old
            .iter()
            .filter(|set| set.replicas > 0)
            .map(|set| (set.uid, 0))
            .collect(),
        _ if spec.recreate => Vec::new(),
        _ => proportional(deployment, active),
    }
}

fn newest(sets: &Sets) -> Option<&Set> {
    sets.new.as_ref().or_else(|| sets.old.last())
}

/// The only set takes the whole size; where it has it already nothing is written, not even what is
/// noted.
fn alone(spec: &DeploymentSpec, set: &Set) -> Option<(Uid, u32)> {
    (set.replicas != spec.replicas).then_some((set.uid, spec.replicas))
}

fn is_saturated(spec: &DeploymentSpec, new: &Set) -> bool {
    [new.replicas, new.available] == [spec.replicas; 2] && new.desired == u64::from(spec.replicas)
}

/// Each set takes its share of what is added or taken away; what rounding leaves is the largest
/// set's.
fn proportional(deployment: &Deployment, mut active: Vec<&Set>) -> Vec<(Uid, u32)> {
    let spec = &deployment.spec;
    let allowed = if spec.replicas > 0 {
        i64::from(spec.ceiling())
    } else {
        0
    };
    let add = allowed
        - active
            .iter()
            .map(|set| i64::from(set.replicas))
            .sum::<i64>();
    active.sort_by(|one, other| {
        let by_age = (one.created, &one.name).cmp(&(other.created, &other.name));
        other
            .replicas
            .cmp(&one.replicas)
            .then(if add > 0 { by_age.reverse() } else { by_age })
    });
    let mut added = 0;
    let mut sizes = Vec::new();
    for set in &active {
        let part = proportion(deployment, set, add, added);
        sizes.push(i64::from(set.replicas) + part);
        added += part;
    }
    if let Some(first) = sizes.first_mut() {
        *first = (*first + add - added).max(0);
    }
    let size = |size: i64| u32::try_from(size).unwrap_or(0);
    active
        .iter()
        .zip(sizes)
        .map(|(set, wanted)| (set.uid, size(wanted)))
        .collect()
}

fn proportion(deployment: &Deployment, set: &Set, add: i64, added: i64) -> i64 {
    let left = add - added;
    if set.replicas == 0 || add == 0 || left == 0 {
        return 0;
    }
    let fraction = fraction(deployment, set);
    if add > 0 {
        fraction.min(left)
    } else {
        fraction.max(left)
    }
}

/// By how much a set grows when the whole grows to its ceiling.
fn fraction(deployment: &Deployment, set: &Set) -> i64 {
    let (spec, size) = (&deployment.spec, i64::from(set.replicas));
    if spec.replicas == 0 {
        return -size;
    }
    let before = match set.max {
        0 => deployment.status.replicas.into(),
        max => i64::try_from(max).unwrap_or(i64::MAX),
    };
    if before == 0 {
        0
    } else {
        round(size * i64::from(spec.ceiling()), before) - size
    }
}

/// A quotient of positive numbers, halves away from zero.
fn round(part: i64, whole: i64) -> i64 {
    (2 * part + whole) / (2 * whole)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::deployment::tests::{deployment, set};
    use super::*;

    /// What becomes of sets, each as asked for, when a Deployment goes from one size to another.
    fn check(from: u32, to: u32, surge: u32, new: Option<u32>, old: &[u32], expect: &[u32]) {
        let deployment = deployment(json!({"replicas": to, "strategy": {"type": "RollingUpdate",
            "rollingUpdate": {"maxSurge": surge, "maxUnavailable": 1}}}));
        let noted = |at: u64, replicas: u32| Set {
            desired: from.into(),
            max: (from + surge).into(),
            ..set(at, replicas, 0)
        };
        let old: Vec<_> = old
            .iter()
            .zip(1..)
            .map(|(replicas, at)| noted(at, *replicas))
            .collect();
        let sets = Sets {
            new: new.map(|replicas| noted(100, replicas)),
            old,
        };
        let scaled = match scale(&deployment, &sets) {
            Action::Scale(scaled) => scaled,
            _ => Vec::new(),
        };
        let size = |set: &Set| {
            scaled
                .iter()
                .find(|(uid, _)| *uid == set.uid)
                .map_or(set.replicas, |(_, size)| *size)
        };
        let found: Vec<_> = sets.new.iter().chain(&sets.old).map(size).collect();
        assert_eq!(found, expect, "{from} to {to}");
    }

    #[test]
    fn sizes_are_those_of_kubernetes_own_tests() {
        check(10, 12, 0, Some(10), &[], &[12]);
        check(10, 5, 0, Some(10), &[], &[5]);
        check(10, 12, 0, Some(5), &[5], &[6, 6]);
        check(10, 5, 0, Some(5), &[5], &[3, 2]);
        check(10, 20, 0, Some(5), &[3, 2], &[10, 6, 4]);
        check(10, 4, 0, Some(2), &[3, 5], &[1, 1, 2]);
        check(10, 0, 0, Some(3), &[5, 2], &[0, 0, 0]);
        check(10, 6, 0, None, &[8], &[6]);
        check(10, 20, 2, Some(6), &[6], &[11, 11]);
        // What rounding leaves goes to the largest.
        check(5, 50, 2, Some(2), &[4], &[15, 37]);
        // From nothing: only the newest grows.
        check(0, 6, 0, Some(0), &[0], &[6, 0]);
    }
}
