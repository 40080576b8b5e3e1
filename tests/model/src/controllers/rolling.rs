//! What the Deployment controller does next when it rolls out, or recreates.

use super::action::Action;
use super::sets::{Set, Sets};
use crate::objects::{Deployment, DeploymentSpec, Uid};

/// The next action of `rolloutRolling`.
pub(super) fn roll(deployment: &Deployment, sets: &Sets) -> Action {
    let spec = &deployment.spec;
    let Some(new) = &sets.new else {
        return Action::Create {
            replicas: new_replicas(spec, sets, 0),
        };
    };
    if let Some(replicas) = reconcile_new(spec, sets, new) {
        return Action::Scale(vec![(new.uid, replicas)]);
    }
    let scaled = reconcile_old(spec, sets);
    if !scaled.is_empty() {
        return Action::Scale(scaled);
    }
    finish(deployment, sets)
}

/// The next action of `rolloutRecreate`: no new pod while an old one is there.
pub(super) fn recreate(deployment: &Deployment, sets: &Sets, old_pods: bool) -> Action {
    let down: Vec<_> = sets
        .old
        .iter()
        .filter(|set| set.replicas > 0)
        .map(|set| (set.uid, 0))
        .collect();
    if !down.is_empty() {
        return Action::Scale(down);
    }
    if old_pods || sets.old.iter().any(|set| set.total > 0) {
        return Action::RolloutStatus;
    }
    let replicas = deployment.spec.replicas;
    match &sets.new {
        None => Action::Create { replicas },
        Some(new) if new.replicas != replicas => Action::Scale(vec![(new.uid, replicas)]),
        Some(_) => finish(deployment, sets),
    }
}

/// Old sets past the limit go once the rollout is over; then only the status is left to write.
fn finish(deployment: &Deployment, sets: &Sets) -> Action {
    match deployment
        .is_complete()
        .then(|| too_old(&deployment.spec, sets))
        .flatten()
    {
        Some(set) => Action::Remove(set),
        None => Action::RolloutStatus,
    }
}

/// A set that `revisionHistoryLimit` has no room for, among the oldest.
pub(super) fn too_old(spec: &DeploymentSpec, sets: &Sets) -> Option<Uid> {
    let beyond = sets.old.len().saturating_sub(spec.history_limit? as usize);
    let mut by_age: Vec<_> = sets.old.iter().collect();
    by_age.sort_by_key(|set| (set.revision, set.created));
    let removable = |set: &&&Set| set.replicas == 0 && set.total == 0 && set.is_observed;
    by_age
        .iter()
        .take(beyond)
        .find(removable)
        .map(|set| set.uid)
}

fn reconcile_new(spec: &DeploymentSpec, sets: &Sets, new: &Set) -> Option<u32> {
    let wanted = if new.replicas > spec.replicas {
        spec.replicas
    } else {
        new_replicas(spec, sets, new.replicas)
    };
    (wanted != new.replicas).then_some(wanted)
}

/// `NewRSNewReplicas`: as many as there is room for below the ceiling.
fn new_replicas(spec: &DeploymentSpec, sets: &Sets, now: u32) -> u32 {
    if spec.recreate {
        return spec.replicas;
    }
    let room = spec.ceiling().saturating_sub(sets.replicas());
    now + room.min(spec.replicas.saturating_sub(now))
}

fn reconcile_old(spec: &DeploymentSpec, sets: &Sets) -> Vec<(Uid, u32)> {
    let new_unavailable = sets
        .new
        .as_ref()
        .map_or(0, |new| i64::from(new.replicas) - i64::from(new.available));
    let floor = i64::from(spec.floor());
    let most = i64::from(sets.replicas()) - floor - new_unavailable;
    if most <= 0 || sets.old.iter().all(|set| set.replicas == 0) {
        return Vec::new();
    }
    // A status that reports more than is asked for is late: the controller gives the step up.
    if sets
        .old
        .iter()
        .any(|set| set.replicas > 0 && set.available > set.replicas)
    {
        return Vec::new();
    }
    let mut sizes: Vec<_> = sets.old.iter().map(|set| i64::from(set.replicas)).collect();
    take(&mut sizes, most, |at, size| {
        size - i64::from(sets.old[at].available)
    });
    take(
        &mut sizes,
        i64::from(sets.available()) - floor,
        |_, size| size,
    );
    let changed = sets
        .old
        .iter()
        .zip(sizes)
        .map(|(set, size)| (set, u32::try_from(size).unwrap_or(0)));
    changed
        .filter(|(set, size)| set.replicas != *size)
        .map(|(set, size)| (set.uid, size))
        .collect()
}

/// Takes up to `budget` from the sizes, oldest first, and from each no more than it can give.
fn take(sizes: &mut [i64], mut budget: i64, can_give: impl Fn(usize, i64) -> i64) {
    for (at, size) in sizes.iter_mut().enumerate() {
        let taken = can_give(at, *size).min(budget).max(0);
        *size -= taken;
        budget -= taken;
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::deployment::tests::{deployment, set};
    use super::*;

    /// Sets as asked for and available: the new one, then old ones.
    fn sets(new: Option<(u32, u32)>, old: &[(u32, u32)]) -> Sets {
        let old = old
            .iter()
            .zip(1_u64..)
            .map(|((replicas, available), at)| set(at, *replicas, *available));
        Sets {
            new: new.map(|(replicas, available)| set(100, replicas, available)),
            old: old.collect(),
        }
    }

    fn scaled(sets: &Sets, action: &Action) -> Option<Vec<u32>> {
        let Action::Scale(scaled) = action else {
            return None;
        };
        let size = |set: &Set| {
            scaled
                .iter()
                .find(|(uid, _)| *uid == set.uid)
                .map_or(set.replicas, |(_, size)| *size)
        };
        Some(sets.new.iter().chain(&sets.old).map(size).collect())
    }

    #[test]
    fn a_rollout_goes_as_in_kubernetes_own_examples() {
        let deployment = deployment(json!({"replicas": 10, "strategy": {"type": "RollingUpdate",
            "rollingUpdate": {"maxSurge": 3, "maxUnavailable": 2}}}));
        // Sets as they are, and their sizes after the next action.
        let check = |sets: Sets, expect: &[u32]| {
            let action = roll(&deployment, &sets);
            assert_eq!(
                scaled(&sets, &action).as_deref(),
                Some(expect),
                "{sets:?}: {action:?}"
            );
        };
        assert_eq!(
            roll(&deployment, &sets(None, &[(10, 10)])),
            Action::Create { replicas: 3 }
        );
        check(sets(Some((3, 0)), &[(10, 10)]), &[3, 8]);
        check(sets(Some((3, 0)), &[(8, 8)]), &[5, 8]);
        // The good set is new again after an undo, one of it unavailable: crashing pods go, then it
        // grows.
        check(sets(Some((8, 7)), &[(5, 0)]), &[8, 1]);
        check(sets(Some((8, 7)), &[(1, 0)]), &[10, 1]);
        // A third template starts at nothing where the ceiling is used up, and the old sets may
        // lose five.
        assert_eq!(
            roll(&deployment, &sets(None, &[(8, 8), (5, 5)])),
            Action::Create { replicas: 0 }
        );
        check(sets(Some((0, 0)), &[(8, 8), (5, 5)]), &[0, 3, 5]);
        // More than is wanted goes at once.
        check(sets(Some((12, 12)), &[]), &[10]);
    }

    #[test]
    fn a_rollout_stands_where_new_pods_are_not_ready() {
        let deployment = deployment(json!({"replicas": 10, "strategy": {"type": "RollingUpdate",
            "rollingUpdate": {"maxSurge": 3, "maxUnavailable": 2}}}));
        let check =
            |sets: Sets| assert_eq!(roll(&deployment, &sets), Action::RolloutStatus, "{sets:?}");
        check(sets(Some((5, 0)), &[(8, 8)]));
        // A late status: more available than are asked for.
        check(sets(Some((5, 5)), &[(8, 9)]));
        check(sets(Some((10, 10)), &[(0, 0)]));
    }

    #[test]
    fn recreating_waits_for_old_pods() {
        let deployment = deployment(json!({"replicas": 3, "strategy": {"type": "Recreate"}}));
        let down = recreate(&deployment, &sets(None, &[(3, 3)]), true);
        assert_eq!(scaled(&sets(None, &[(3, 3)]), &down), Some(vec![0]));
        assert_eq!(
            recreate(&deployment, &sets(None, &[(0, 0)]), true),
            Action::RolloutStatus
        );
        assert_eq!(
            recreate(&deployment, &sets(None, &[(0, 0)]), false),
            Action::Create { replicas: 3 }
        );
    }

    #[test]
    fn the_oldest_empty_sets_beyond_the_limit_go() {
        let deployment = deployment(json!({"replicas": 1, "revisionHistoryLimit": 1}));
        let check = |old: &[(u32, u32)], expect: Option<u64>| {
            assert_eq!(
                too_old(&deployment.spec, &sets(Some((1, 1)), old)),
                expect.map(Uid),
                "{old:?}"
            );
        };
        check(&[(0, 0)], None);
        check(&[(0, 0), (0, 0)], Some(1));
        check(&[(1, 1), (0, 0)], None);
        check(&[(1, 1), (0, 0), (0, 0)], Some(2));
    }
}
