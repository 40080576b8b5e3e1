//! What the Deployment controller says: counts, and how the rollout goes.

use jiff::{SignedDuration, Timestamp};

use super::sets::{Set, Sets};
use crate::objects::{Condition, Deployment, DeploymentStatus};

/// The reasons of the condition `Progressing`.
pub(super) const COMPLETE: &str = "NewReplicaSetAvailable";
pub(super) const TIMED_OUT: &str = "ProgressDeadlineExceeded";
const PAUSED: &str = "DeploymentPaused";

/// The counts, and whether enough pods are available.
pub(super) fn counted(deployment: &Deployment, sets: &Sets, now: Timestamp) -> DeploymentStatus {
    let sum = |count: fn(&Set) -> u32| sets.all().map(count).sum::<u32>();
    let available = sets.available();
    let mut status = DeploymentStatus {
        observed: deployment.spec.generation,
        replicas: sum(|set| set.total),
        updated: sets.new.as_ref().map_or(0, |new| new.total),
        ready: sum(|set| set.ready),
        available,
        unavailable: sets.replicas().saturating_sub(available),
        terminating: sum(|set| set.terminating),
        conditions: deployment.status.conditions.clone(),
    };
    status.set(match available >= deployment.spec.floor() {
        true => condition(
            "Available",
            "True",
            "MinimumReplicasAvailable",
            AVAILABLE,
            now,
        ),
        false => condition(
            "Available",
            "False",
            "MinimumReplicasUnavailable",
            UNAVAILABLE,
            now,
        ),
    });
    status
}

/// The counts, and how the rollout goes.
pub(super) fn of_rollout(deployment: &Deployment, sets: &Sets, now: Timestamp) -> DeploymentStatus {
    let mut status = counted(deployment, sets, now);
    let present = deployment.status.condition(PROGRESSING);
    let has_deadline = deployment.spec.deadline.is_some();
    let was_complete =
        status.replicas == status.updated && present.is_some_and(|is| is.reason == COMPLETE);
    if !has_deadline {
        status.remove(PROGRESSING);
    } else if !was_complete {
        progress(deployment, sets, &mut status, now);
    }
    let failures = sets
        .new
        .iter()
        .chain(&sets.old)
        .filter_map(|set| set.failure.as_ref());
    match failures.into_iter().next() {
        Some(failure) => status.set(failure.clone()),
        None => status.remove("ReplicaFailure"),
    }
    status
}

/// The status of a Deployment whose set has just been made.
pub(super) fn created(deployment: &Deployment, set: &str, now: Timestamp) -> DeploymentStatus {
    let mut status = deployment.status.clone();
    if deployment.spec.deadline.is_some() {
        let message = format!("Created new replica set \"{set}\"");
        status.set(condition(
            PROGRESSING,
            "True",
            "NewReplicaSetCreated",
            &message,
            now,
        ));
    }
    status
}

/// That a Deployment is paused, or goes on, where its status does not say so yet.
pub(super) fn paused(deployment: &Deployment, now: Timestamp) -> Option<Condition> {
    deployment.spec.deadline?;
    let reason = deployment
        .status
        .condition(PROGRESSING)
        .map(|present| present.reason);
    if reason == Some(TIMED_OUT) {
        return None;
    }
    match (deployment.spec.paused, reason == Some(PAUSED)) {
        (true, false) => Some(condition(
            PROGRESSING,
            "Unknown",
            PAUSED,
            "Deployment is paused",
            now,
        )),
        (false, true) => Some(condition(
            PROGRESSING,
            "Unknown",
            "DeploymentResumed",
            "Deployment is resumed",
            now,
        )),
        _ => None,
    }
}

fn progress(deployment: &Deployment, sets: &Sets, status: &mut DeploymentStatus, now: Timestamp) {
    let what = match &sets.new {
        Some(new) => format!("ReplicaSet \"{}\"", new.name),
        None => format!("Deployment \"{}\"", deployment.name()),
    };
    let present = deployment.status.condition(PROGRESSING);
    if status.is_complete(&deployment.spec) {
        let message = format!("{what} has successfully progressed.");
        status.set(condition(PROGRESSING, "True", COMPLETE, &message, now));
    } else if has_moved(&deployment.status, status) {
        let message = format!("{what} is progressing.");
        let mut new = condition(PROGRESSING, "True", "ReplicaSetUpdated", &message, now);
        if let Some(present) = present.filter(|present| present.status == "True") {
            new.changed = present.changed;
        }
        status.remove(PROGRESSING);
        status.set(new);
    } else if is_late(deployment, now) {
        let message = format!("{what} has timed out progressing.");
        status.set(condition(PROGRESSING, "False", TIMED_OUT, &message, now));
    } else if present.is_none() {
        let message = format!(
            "Found new replica set \"{}\"",
            sets.new.as_ref().map_or("", |new| &new.name)
        );
        status.set(condition(
            PROGRESSING,
            "True",
            "FoundNewReplicaSet",
            &message,
            now,
        ));
    }
}

fn has_moved(old: &DeploymentStatus, new: &DeploymentStatus) -> bool {
    let waiting =
        |status: &DeploymentStatus| i64::from(status.replicas) - i64::from(status.updated);
    new.updated > old.updated
        || waiting(new) < waiting(old)
        || new.ready > old.ready
        || new.available > old.available
}

fn is_late(deployment: &Deployment, now: Timestamp) -> bool {
    let (Some(present), Some(seconds)) = (
        deployment.status.condition(PROGRESSING),
        deployment.spec.deadline,
    ) else {
        return false;
    };
    let over = present
        .updated
        .checked_add(SignedDuration::from_secs(seconds.into()));
    match present.reason {
        COMPLETE => false,
        TIMED_OUT => true,
        _ => over.is_ok_and(|over| over < now),
    }
}

fn condition(
    kind: &'static str,
    status: &'static str,
    reason: &'static str,
    message: &str,
    now: Timestamp,
) -> Condition {
    Condition::new(kind, status, reason, message.to_owned(), now)
}

const PROGRESSING: &str = "Progressing";
const AVAILABLE: &str = "Deployment has minimum availability.";
const UNAVAILABLE: &str = "Deployment does not have minimum availability.";
