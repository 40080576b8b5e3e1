//! Which part of a route's requests may reach some of a workload's pods.

use std::collections::BTreeMap;

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_workload::{Deployment, Workload};

use crate::router::Router;
use crate::service::{Service, selects};
use crate::share::Share;

/// The share of requests that may reach sets of a workload which are chosen, for each rule of a route
/// that sends requests to the workload: its part of them all, strangers' shares apart.
///
/// A Service's share is split between the sets that it selects as their pods are.
pub fn reach(
    route: &Router,
    workload: &Workload,
    state: &Bundle,
    chosen: impl Fn(&Manifest) -> bool,
) -> Vec<Share> {
    let parts = route.parts(|service| workload.is_routed_by(service));
    let mut reached = Vec::new();
    for part in parts {
        let mut sum = Share::NONE;
        for (service, share) in &part {
            let behind = behind(service, workload, state);
            let all = behind.iter().map(|(_, pods)| pods).sum();
            let new = behind.iter().filter(|(set, _)| chosen(set));
            let new = Share::of(new.map(|(_, pods)| pods).sum(), all);
            sum = sum.plus(share.times(new.unwrap_or(Share::NONE)));
        }
        if part.values().any(|share| *share > Share::NONE) {
            reached.push(sum);
        }
    }
    reached
}

/// The sets of a workload that a Service selects in a state, with how many pods they ask for.
pub fn behind<'a>(
    service: &ObjectRef,
    workload: &Workload,
    state: &'a Bundle,
) -> Vec<(&'a Manifest, u64)> {
    let Some(selector) = state.get(service).map(selector) else {
        return Vec::new();
    };
    let near = workload
        .objects()
        .filter(|set| set.namespace == service.namespace && !selector.is_empty());
    let sets = near.filter_map(|set| state.get(set));
    let selected = sets.filter(|set| selects(&selector, &Deployment::of(set).labels()));
    selected
        .map(|set| (set, u64::from(workload.pods_of(set))))
        .collect()
}

/// The labels that a Service's pods must have; what cannot be read selects nobody.
fn selector(service: &Manifest) -> BTreeMap<String, String> {
    match Service::read(service) {
        Ok(service) => service.selector,
        Err(_) => BTreeMap::new(),
    }
}
