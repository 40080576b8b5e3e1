//! Jobs that a run creates, waits for and deletes.

use std::collections::BTreeMap;

use cutover_manifest::{Error, Manifest, ObjectRef, short_name};
use cutover_plan::{Gate, Job, Plan};

use super::check::Measured;
use crate::observed::status::condition;
use crate::observed::status::is_terminating;

/// Where an analysis is: its step, from 1, and its index among the step's gates.
pub(crate) type Location = (usize, usize);

/// The Jobs of an approved plan, under names that no other plan or step gives.
pub(crate) fn jobs(plan: &Plan, namespace: &str) -> BTreeMap<ObjectRef, Location> {
    let digest = plan.digest.short();
    let first = plan.spec.workloads.first();
    let first = first.and_then(cutover_workload::Workload::namespace);
    let steps = plan.spec.steps.iter().enumerate();
    let gates = steps.flat_map(|(at, step)| {
        step.gates
            .iter()
            .enumerate()
            .map(move |(index, gate)| ((at + 1, index), gate))
    });
    let named = gates.filter_map(|(location, gate)| {
        let Gate::Job(Job { manifest, .. }) = gate else {
            return None;
        };
        let asked = manifest.object();
        let name = short_name(
            &asked.name,
            &format!("{digest}-{}-{}", location.0, location.1),
        );
        let namespace = asked.namespace.as_deref().or(first).unwrap_or(namespace);
        Some((
            ObjectRef::new("batch/v1", "Job", Some(namespace), &name),
            location,
        ))
    });
    named.collect()
}

/// The Job of a gate.
pub(crate) fn job_at(plan: &Plan, (step, index): Location) -> Option<&Job> {
    let step = plan.spec.steps.get(step.checked_sub(1)?)?;
    let Gate::Job(job) = step.gates.get(index)? else {
        return None;
    };
    Some(job)
}

/// The Job as it is created.
///
/// # Errors
///
/// A namespace that no API server takes.
pub(crate) fn job_manifest(job: &Job, object: &ObjectRef) -> Result<Manifest, Error> {
    let named = job
        .manifest
        .set("/metadata/name", object.name.clone().into())?;
    named.set("/metadata/namespace", object.namespace.clone().into())
}

/// What came of a Job; none while it runs, or while it is going.
pub(crate) fn verdict(live: &Manifest) -> Option<Measured> {
    let is_true =
        |kind: &str| condition(live, kind).filter(|condition| condition["status"] == "True");
    if is_terminating(live) {
        return None;
    }
    if is_true("Complete").is_some() {
        return Some(Measured::Good("it completed".into()));
    }
    let failed = is_true("Failed")?;
    let text = |field: &str| failed[field].as_str().unwrap_or_default();
    Some(Measured::Bad(format!(
        "{}: {}",
        text("reason"),
        text("message")
    )))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn what_came_of_it() {
        let check = |conditions: Value, expect: Option<Measured>| {
            let job = json!({
                "apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "a"}, "status": {"conditions": conditions},
            });
            assert_eq!(verdict(&Manifest::new(job).unwrap()), expect);
        };
        check(json!([]), None);
        check(json!([{"type": "Complete", "status": "False"}]), None);
        // The pods are told to go, and the Job is not over before they are.
        check(
            json!([{"type": "FailureTarget", "status": "True", "reason": "BackoffLimitExceeded"}]),
            None,
        );
        check(
            json!([{"type": "Complete", "status": "True"}]),
            Some(Measured::Good("it completed".into())),
        );
        check(
            json!([{"type": "Failed", "status": "True", "reason": "DeadlineExceeded", "message": "Job was active longer"}]),
            Some(Measured::Bad(
                "DeadlineExceeded: Job was active longer".into(),
            )),
        );
    }
}
