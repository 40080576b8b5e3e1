//! Sets whose counts an autoscaler changes.

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_workload::Workload;

use crate::kinds;
use crate::refusal::{Refusals, refuse};
use crate::release::Release;

/// Refuses a plan that counts the pods of a set which an autoscaler scales.
///
/// # Errors
///
/// The first such set.
pub fn autoscalers(release: &Release, workloads: &[Workload]) -> Result<(), Refusals> {
    let scalers = scalers(release.from(), release.to());
    let counted = workloads.iter().filter(|workload| !workload.is_live());
    let mut sets = counted.flat_map(Workload::objects);
    sets.try_for_each(|object| match scaler_of(object, &scalers) {
        Some(scaler) => Err(autoscaled(object, scaler.object())),
        None => Ok(()),
    })
}

/// The autoscalers of both ends.
pub(crate) fn scalers<'a>(from: &'a Bundle, to: &'a Bundle) -> Vec<&'a Manifest> {
    let kinds = ["HorizontalPodAutoscaler", "ScaledObject"];
    let all = [from, to].into_iter().flat_map(Bundle::iter);
    all.filter(|manifest| kinds.contains(&manifest.object().kind.as_str()))
        .collect()
}

/// The autoscaler that changes how many pods a set has.
pub(crate) fn scaler_of<'a>(object: &ObjectRef, scalers: &[&'a Manifest]) -> Option<&'a Manifest> {
    let near = scalers
        .iter()
        .filter(|scaler| scaler.object().namespace == object.namespace);
    let scales = |scaler: &&&Manifest| {
        let text = |field: &str| scaler.pointer("/spec/scaleTargetRef")?.get(field)?.as_str();
        text("name") == Some(&object.name) && text("kind").is_none_or(|kind| kind == object.kind)
    };
    near.copied().find(|scaler| scales(&scaler))
}

/// An autoscaler would change what the plan counts on.
pub(crate) fn autoscaled(object: &ObjectRef, scaler: &ObjectRef) -> Refusals {
    refuse(
        kinds::AUTOSCALER,
        object,
        "/spec/replicas",
        format!("{scaler} scales it, and would change the counts that a plan relies on"),
        "take the strategy rolling, which counts no pods, or take the autoscaler out for the release",
    )
}
