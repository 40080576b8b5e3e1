//! Whether an autoscaler stands still.

use cutover_manifest::{Manifest, ObjectRef};
use cutover_workload::Autoscaler;
use serde_json::Value;

use super::Verdict;
use crate::observed::Observed;
use crate::observed::status::condition;
use crate::observed::status::is_terminating;

/// The autoscaler is held and its controller follows, or it is gone; and with a ScaledObject the HPA
/// that KEDA made for it.
pub(super) fn held(observed: &Observed, object: &ObjectRef) -> Verdict {
    let stands = match observed.object(object) {
        None => Some("it is not known"),
        Some(None) => None,
        Some(Some(live)) => scales(live),
    };
    let stands =
        stands.or_else(|| made_by_keda(observed, object).map(|_| "its HPA is still there"));
    stands.map_or(Verdict::Holds, |stands| Verdict::Waits(stands.into()))
}

/// Whether its controller has said that it follows; else it is given the time in which it does.
pub(super) fn is_answered(observed: &Observed, object: &ObjectRef) -> bool {
    let live = observed.live(object);
    live.is_some_and(|live| is_paused(live) || has_observed(live) == Some(true))
}

/// Why it may still write a count, where that is so.
fn scales(live: &Manifest) -> Option<&'static str> {
    if is_terminating(live) {
        return Some("it is being deleted");
    }
    let Some(scaler) = Autoscaler::of(live) else {
        return Some("it is no autoscaler");
    };
    if !scaler.is_held() {
        return Some("it chooses how many pods there are");
    }
    if scaler.says_that_it_is_held() && !is_paused(live) {
        return Some("KEDA has not said that it is paused");
    }
    (has_observed(live) == Some(false)).then_some("its controller has not seen it yet")
}

/// Whether its controller has seen it as it is; none where the server counts no generations of it
/// (Kubernetes 1.36 does not of an HPA).
fn has_observed(live: &Manifest) -> Option<bool> {
    let number = |pointer: &str| live.pointer(pointer).and_then(Value::as_u64);
    let generation = number("/metadata/generation")?;
    Some(number("/status/observedGeneration")? >= generation)
}

/// Whether KEDA has said that it is paused.
fn is_paused(live: &Manifest) -> bool {
    condition(live, "Paused").is_some_and(|paused| paused["status"] == "True")
}

/// The HPA that KEDA made for a ScaledObject.
fn made_by_keda<'a>(observed: &'a Observed, object: &ObjectRef) -> Option<&'a Manifest> {
    let mut there = observed.there();
    there.find(|live| Autoscaler::of(live).is_some_and(|scaler| scaler.is_made_for(object)))
}
