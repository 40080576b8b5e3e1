//! Whether gates wait for what the state asks for.

use cutover_manifest::{Bundle, Manifest};
use cutover_plan::{Available, Gate};
use cutover_traffic::{Service, backends};

use crate::autoscalers;
use crate::broken::{Broken, Place};
use crate::counts::Crowd;

/// What is wrong with a gate in a state.
pub(crate) fn broken(crowd: &Crowd, gate: &Gate, state: &Bundle, place: Place) -> Option<Broken> {
    let object = gate.object()?;
    let broken = |reason| Some(Broken::object(place, object, reason));
    if let Gate::Held(_) = gate {
        return autoscalers::gate(object, state).and_then(broken);
    }
    let Some(manifest) = state.get(object) else {
        return broken("its gate waits for what is not there");
    };
    if let Gate::Endpoints(_) = gate {
        return endpoints(manifest).and_then(broken);
    }
    if let Gate::Drained(_) | Gate::Routed(_) = gate {
        let is_route = !backends(manifest).is_empty();
        let reason = "its gate waits for a route, and it sends requests to no Service";
        return if is_route { None } else { broken(reason) };
    }
    let counted = gate.counted()?;
    let Some(pods) = crowd.pods.get(object) else {
        return broken("its gate counts pods, and it is no set of a workload");
    };
    if pods.live.is_some() && counted.replicas.is_some() {
        return broken("its gate waits for a number of pods, and others say how many there are");
    }
    if crowd.writers.write(object) {
        return broken("its gate waits for a number of pods, and an autoscaler may write another");
    }
    let asked = pods.asked(manifest);
    if let Gate::Available(Available {
        updated: Some(updated),
        ..
    }) = gate
        && *updated != asked
    {
        return broken("its gate is content with pods of another template");
    }
    if counted.replicas.is_some_and(|count| count != asked) {
        return broken("its gate waits for another number of pods than the object asks for");
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
