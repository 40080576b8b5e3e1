//! What the routes of a workload pass on in a state.

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_traffic::{Parts, Router, Share, reach};
use cutover_workload::Workload;

use super::context::Lost;

/// The largest share that a rule of a workload's routes gives to a Service.
pub(super) fn share(service: &ObjectRef, workload: &Workload, state: &Bundle) -> Share {
    let routes = workload.routes().filter_map(|route| state.get(route));
    let parts = routes.flat_map(|route| parts(route, workload));
    let shares = parts.filter_map(|part| part.get(service).copied());
    shares.fold(Share::NONE, Share::max)
}

/// The largest share of requests that a rule of a workload's routes may send to sets that are chosen.
pub(super) fn reached(
    workload: &Workload,
    state: &Bundle,
    chosen: &dyn Fn(&Manifest) -> bool,
) -> Share {
    let mut most = Share::NONE;
    for route in workload.routes().filter_map(|route| state.get(route)) {
        let reached = read(route).map(|route| reach(&route, workload, state, chosen));
        most = reached.into_iter().flatten().fold(most, Share::max);
    }
    most
}

/// What a change of a route takes from a Service of a workload: the most that it takes from any.
pub(super) fn lost(
    route: &ObjectRef,
    workload: &Workload,
    before: &Bundle,
    after: &Bundle,
) -> Option<Lost> {
    let [was, is] = [before, after].map(|state| {
        let route = state.get(route);
        route.map_or_else(Parts::new, |route| parts(route, workload))
    });
    let mut lost = None;
    for (rule, part) in was.iter().enumerate() {
        for (service, share) in part {
            let left = is.get(rule).and_then(|part| part.get(service));
            if *share > Share::NONE && left.is_none_or(|left| *left == Share::NONE) {
                return Some(Lost::Share);
            }
            if left.is_none() {
                lost.get_or_insert(Lost::Name);
            }
            if left.is_some_and(|left| left < share) {
                lost = Some(Lost::Part);
            }
        }
    }
    lost
}

/// What each rule of a route gives to a workload's Services.
pub(super) fn parts(route: &Manifest, workload: &Workload) -> Parts {
    let read = read(route);
    read.map_or_else(Parts::new, |route| {
        route.parts(|service| workload.is_routed_by(service))
    })
}

/// A strategy that names a route has read it; what cannot be read passes nothing on.
fn read(route: &Manifest) -> Option<Router> {
    match Router::route(route) {
        Ok(Some(route)) => Some(route),
        Ok(None) | Err(_) => None,
    }
}
