//! Sets whose counts an autoscaler changes.

use cutover_manifest::{Bundle, ObjectRef};
use cutover_workload::{Autoscaler, Workload};

use crate::hint::Hint;
use crate::kinds;
use crate::on_autoscaler::OnAutoscaler;
use crate::refusal::{Refusals, refuse};
use crate::release::Release;

/// Refuses a plan that counts the pods of a set which an autoscaler scales, and that does not hold
/// it, or cannot.
///
/// # Errors
///
/// The first such set.
pub fn autoscalers(release: &Release, workloads: &[Workload]) -> Result<(), Refusals> {
    let counted = workloads.iter().filter(|workload| !workload.is_live());
    let mut sets = counted.flat_map(Workload::objects);
    sets.try_for_each(|set| {
        for end in [release.from(), release.to()] {
            let scalers: Vec<_> = autoscalers_of(set, end).collect();
            match (scalers.as_slice(), release.on_autoscaler()) {
                ([], _) => {}
                ([scaler, ..], None) => return Err(autoscaled(set, scaler.object())),
                ([scaler], Some(OnAutoscaler::Hold)) => can_be_held(*scaler)?,
                ([scaler, other, ..], Some(OnAutoscaler::Hold)) => {
                    return Err(two(set, scaler.object(), other.object()));
                }
            }
        }
        Ok(())
    })
}

/// The autoscalers that change how many pods a set has; an HPA that KEDA made for a ScaledObject of
/// the bundle is that one's.
pub fn autoscalers_of<'a>(
    set: &ObjectRef,
    bundle: &'a Bundle,
) -> impl Iterator<Item = Autoscaler<'a>> {
    let scalers = bundle.iter().filter_map(Autoscaler::of);
    scalers.filter(move |scaler| {
        let own = !bundle.objects().any(|object| scaler.is_made_for(object));
        scaler.scales(set) && own
    })
}

/// An autoscaler would change what the plan counts on.
pub(crate) fn autoscaled(object: &ObjectRef, scaler: &ObjectRef) -> Refusals {
    refuse(
        kinds::AUTOSCALER,
        object,
        "/spec/replicas",
        format!("{scaler} scales it, and would change the counts that a plan relies on"),
        Hint::HoldAutoscaler,
    )
}

fn can_be_held(scaler: Autoscaler<'_>) -> Result<(), Refusals> {
    if scaler.can_be_held() {
        return Ok(());
    }
    let (pointer, reason, hint) = if scaler.is_made_by_keda() {
        (
            "/metadata/ownerReferences",
            "KEDA made it for a ScaledObject, and would make it anew",
            "give the ScaledObject too, which is held in its place",
        )
    } else if scaler.is_first_version() {
        (
            "/apiVersion",
            "autoscaling/v1 knows no `behavior`, by which an autoscaler is held",
            "write it as autoscaling/v2, which every cluster since 1.23 serves for the same object",
        )
    } else {
        (
            "/metadata/annotations/autoscaling.keda.sh~1paused-replicas",
            "KEDA writes this number of pods while it is paused",
            "take the annotation away first",
        )
    };
    let object = scaler.object();
    Err(refuse(kinds::AUTOSCALER, object, pointer, reason, hint))
}

fn two(set: &ObjectRef, one: &ObjectRef, other: &ObjectRef) -> Refusals {
    refuse(
        kinds::AUTOSCALER,
        set,
        "/spec/replicas",
        format!("{one} scales it, and so does {other}: they undo each other's work"),
        "let one of them scale it",
    )
}

#[cfg(test)]
mod tests;
