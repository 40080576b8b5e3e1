//! Pods that end while requests are still sent to them.

use cutover_check::Checked;
use cutover_manifest::{Bundle, Manifest, ObjectRef, Warning, listing};
use cutover_workload::{Deployment, Workload};
use serde_json::Value;

use super::{serving, sidecars};
use crate::error::Error;
use crate::exposure::services;

const HINT: &str = "add a preStop sleep of a few seconds, or let the program serve on for as long";

/// The workloads behind Services whose pods end in the plan and have no `preStop` hook, told once
/// for all.
pub(super) fn without_hook(
    plan: &Checked,
    start: &Bundle,
    end: &Bundle,
) -> Result<Option<Warning>, Error> {
    let mut found: Vec<ObjectRef> = Vec::new();
    for workload in &plan.spec.workloads {
        let first = workload.objects().next();
        let set = first.filter(|set| start.contains(set));
        let set = set.and_then(|set| end.get(set));
        if let Some(set) = set
            && is_open(set, workload, start)?
            && ends_pods(plan, workload)?
        {
            found.push(set.object().clone());
        }
    }
    let message = match found.as_slice() {
        [] => return Ok(None),
        [_] => "a container behind a Service has no preStop hook: if it stops answering at SIGTERM, requests that are still sent to it are lost".to_owned(),
        all => format!(
            "containers behind Services have no preStop hook, of {}: if they stop answering at SIGTERM, requests that are still sent to them are lost",
            listing(all)
        ),
    };
    Ok(Some(Warning {
        object: found.pop().filter(|_| found.is_empty()),
        place: None,
        message,
        hint: Some(HINT.to_owned()),
    }))
}

/// Whether requests may still be sent to a pod of the set that stops at once.
fn is_open(set: &Manifest, workload: &Workload, start: &Bundle) -> Result<bool, Error> {
    let template = Deployment::of(set).template().unwrap_or(&Value::Null);
    let serving = serving(template, &services(workload, start)?);
    let stops = |container: &Value| container.pointer("/lifecycle/preStop").is_some();
    // A native sidecar ends after the others, and holds them for as long.
    let held = sidecars(template).any(stops) || serving.iter().all(|container| stops(container));
    let grace = template.pointer("/spec/terminationGracePeriodSeconds");
    let grace = grace.and_then(Value::as_u64);
    Ok(!serving.is_empty() && (grace == Some(0) || !held))
}

/// Whether a step on the way forward ends pods: a set goes, shrinks, or is rolled.
fn ends_pods(plan: &Checked, workload: &Workload) -> Result<bool, Error> {
    let mut walk = plan.walk();
    while walk.advance()?.is_some() {
        let ends = |object: &ObjectRef| {
            let before = walk.before().get(object).map(Deployment::of);
            let after = walk.state().get(object).map(Deployment::of);
            match (before, after) {
                (Some(before), Some(after)) => {
                    let runs = before.replicas() != Some(0);
                    after.replicas() < before.replicas() || runs && after.rolls_after(before)
                }
                (Some(before), None) => before.replicas() != Some(0),
                (None, _) => false,
            }
        };
        if workload.objects().any(ends) {
            return Ok(true);
        }
    }
    Ok(false)
}
