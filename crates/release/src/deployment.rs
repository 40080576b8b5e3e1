//! What the API server would refuse of a Deployment.

use cutover_manifest::Manifest;
use cutover_workload::{Deployment, MOST_PODS, Selector};

use crate::kinds;
use crate::refusal::{Refusal, Refusals, refuse};
use crate::types;

/// Refuses a Deployment in which a field that is looked at has another type than Kubernetes gives
/// it, or that selects nothing.
pub(crate) fn check(manifest: &Manifest) -> Result<(), Refusals> {
    let deployment = Deployment::of(manifest);
    can_be_counted(deployment)?;
    types::deployment(manifest)?;
    for (field, amount) in [
        ("maxSurge", deployment.rolling("maxSurge")),
        ("maxUnavailable", deployment.rolling("maxUnavailable")),
    ] {
        if let Some(Err(bad)) = amount {
            let pointer = format!("/spec/strategy/rollingUpdate/{field}");
            let refusal = Refusal::new(kinds::UPDATE_STRATEGY, bad.to_string());
            return Err(refusal.of(manifest.object()).at(pointer).into());
        }
    }
    owns_its_pods(deployment)
}

/// Refuses what the API server would not take of a Deployment that a strategy has made.
///
/// # Errors
///
/// More pods than it counts, and a selector that does not match the Deployment's own pods.
pub fn check_made(deployment: Deployment<'_>) -> Result<(), Refusals> {
    can_be_counted(deployment)?;
    owns_its_pods(deployment)
}

/// Which pods are a Deployment's own.
pub(crate) fn selector(deployment: Deployment<'_>) -> Result<Selector, Refusals> {
    let object = deployment.manifest().object();
    deployment.selector().map_err(|bad| {
        let pointer = format!("/spec/selector{}", bad.pointer);
        refuse(kinds::SELECTOR, object, &pointer, bad.reason, bad.hint)
    })
}

fn can_be_counted(deployment: Deployment<'_>) -> Result<(), Refusals> {
    match deployment.replicas() {
        Some(replicas) if replicas > MOST_PODS => Err(refuse(
            kinds::MANY_PODS,
            deployment.manifest().object(),
            "/spec/replicas",
            format!("{replicas} pods are more than the API server counts"),
            format!("say {MOST_PODS} at most"),
        )),
        _ => Ok(()),
    }
}

fn owns_its_pods(deployment: Deployment<'_>) -> Result<(), Refusals> {
    if selector(deployment)?.matches(&deployment.labels()) {
        return Ok(());
    }
    Err(refuse(
        kinds::SELECTOR,
        deployment.manifest().object(),
        "/spec/selector",
        "the selector does not match the pod template's labels",
        "give the pod template labels for which all of `spec.selector` holds",
    ))
}

#[cfg(test)]
mod tests;
