//! Sets whose counts an autoscaler changes.

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_workload::Workload;

use crate::kinds;
use crate::refusal::{Refusals, refuse};
use crate::release::Release;

/// Refuses a plan that counts the pods of a set which an autoscaler scales.
pub fn autoscalers(release: &Release, workloads: &[Workload]) -> Result<(), Refusals> {
    let scalers = scalers(release);
    let sets = workloads.iter().flat_map(Workload::objects).cloned();
    sets.chain(release.changed())
        .try_for_each(|object| autoscaled(&object, &scalers))
}

fn scalers(release: &Release) -> Vec<&Manifest> {
    let kinds = ["HorizontalPodAutoscaler", "ScaledObject"];
    let all = [release.from(), release.to()]
        .into_iter()
        .flat_map(Bundle::iter);
    all.filter(|manifest| kinds.contains(&manifest.object().kind.as_str()))
        .collect()
}

/// An autoscaler would change what the plan counts on.
fn autoscaled(object: &ObjectRef, scalers: &[&Manifest]) -> Result<(), Refusals> {
    let mut near = scalers
        .iter()
        .filter(|scaler| scaler.object().namespace == object.namespace);
    let scaler = near.find(|scaler| {
        let text = |field: &str| scaler.pointer("/spec/scaleTargetRef")?.get(field)?.as_str();
        text("name") == Some(&object.name) && text("kind").is_none_or(|kind| kind == object.kind)
    });
    match scaler {
        Some(scaler) => {
            let reason = format!(
                "{} scales it, and would change the counts that a plan relies on",
                scaler.object()
            );
            Err(refuse(
                kinds::AUTOSCALER,
                object,
                "/spec/replicas",
                reason,
                "take the autoscaler out for the release, and scale to a fixed number",
            ))
        }
        None => Ok(()),
    }
}
