//! Whether gates wait for what the state asks for.

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_plan::Gate;
use cutover_traffic::{Service, backends};

use crate::autoscalers;
use crate::broken::{Broken, Place};
use crate::counts::Crowd;
use crate::routes::drains;

/// What is wrong with a gate in a state.
pub(crate) fn broken(crowd: &Crowd, gate: &Gate, state: &Bundle, place: Place) -> Option<Broken> {
    let object = gate.object()?;
    let manifest = state.get(object);
    let reason = match gate {
        Gate::Available(gate) => counted(crowd, object, manifest, gate.replicas, gate.updated),
        Gate::Settled(gate) => counted(crowd, object, manifest, Some(gate.replicas), None),
        Gate::Endpoints(_) => manifest.map_or(Some(ABSENT), endpoints),
        Gate::Held(_) => autoscalers::gate(object, state),
        Gate::Drained(gate) => {
            let short = |manifest| drains(manifest, gate.after.seconds());
            manifest.map_or(Some(ABSENT), |manifest| {
                route(manifest).or_else(|| short(manifest))
            })
        }
        Gate::Routed(_) => manifest.map_or(Some(ABSENT), route),
        Gate::Job(_)
        | Gate::Metric(_)
        | Gate::Pause(_)
        | Gate::Smoke(_)
        | Gate::Webhook(_)
        | Gate::Window(_) => None,
    };
    reason.map(|reason| Broken::object(place, object, reason))
}

/// Why a gate does not count the pods that the state asks for, where it does not.
fn counted(
    crowd: &Crowd,
    object: &ObjectRef,
    manifest: Option<&Manifest>,
    replicas: Option<u32>,
    updated: Option<u32>,
) -> Option<&'static str> {
    let Some(manifest) = manifest else {
        return Some(ABSENT);
    };
    let Some(pods) = crowd.pods.get(object) else {
        return Some("its gate counts pods, and it is no set of a workload");
    };
    if pods.live.is_some() && replicas.is_some() {
        return Some("its gate waits for a number of pods, and others say how many there are");
    }
    if crowd.writers.write(object) {
        return Some("its gate waits for a number of pods, and an autoscaler may write another");
    }
    let asked = pods.asked(manifest);
    if updated.is_some_and(|updated| updated != asked) {
        return Some("its gate is content with pods of another template");
    }
    if replicas.is_some_and(|count| count != asked) {
        return Some("its gate waits for another number of pods than the object asks for");
    }
    None
}

/// Why no endpoints are waited for, where they are not: whoever selects nobody has those that
/// somebody writes.
fn endpoints(router: &Manifest) -> Option<&'static str> {
    match Service::read(router) {
        Ok(service) if service.selector.is_empty() => {
            Some("its gate waits for endpoints, and it selects no pods")
        }
        Ok(_) => None,
        Err(_) => Some("its gate waits for endpoints, and it has none"),
    }
}

/// Why no route is waited for, where none is.
fn route(router: &Manifest) -> Option<&'static str> {
    let sends = !backends(router).is_empty();
    (!sends).then_some("its gate waits for a route, and it sends requests to no Service")
}

const ABSENT: &str = "its gate waits for what is not there";
