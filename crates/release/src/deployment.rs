//! What the API server would refuse of a Deployment.

use cutover_manifest::Manifest;
use cutover_workload::Deployment;
use k8s_openapi::api::apps::v1 as apps;

use crate::error::{Error, refuse};

/// Refuses a Deployment whose fields have other types than Kubernetes gives them, or that
/// selects nothing.
///
/// # Errors
///
/// The field and what is wrong with it.
pub(crate) fn check(manifest: &Manifest) -> Result<(), Error> {
    let _: apps::Deployment = manifest.view()?;
    let deployment = Deployment::of(manifest);
    for (field, amount) in [
        ("maxSurge", deployment.rolling("maxSurge")),
        ("maxUnavailable", deployment.rolling("maxUnavailable")),
    ] {
        if let Some(Err(bad)) = amount {
            let pointer = format!("/spec/strategy/rollingUpdate/{field}");
            return Err(refuse(manifest.object(), &pointer, bad.to_string(), ""));
        }
    }
    if deployment.selector().is_empty() && deployment.expressed().next().is_none() {
        let hint = "say which pods are its own: the labels of its pod template";
        return Err(refuse(
            manifest.object(),
            "/spec/selector",
            "it has no selector, and apps/v1 wants one",
            hint,
        ));
    }
    let labels = deployment.labels();
    let selected = deployment
        .selector()
        .iter()
        .all(|(key, value)| labels.get(key) == Some(value));
    if !selected {
        let hint = "give the pod template all labels of `spec.selector`";
        return Err(refuse(
            manifest.object(),
            "/spec/selector",
            "the selector does not match the pod template's labels",
            hint,
        ));
    }
    Ok(())
}
