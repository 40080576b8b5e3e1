//! What the rules do about Services: when requests move.

use std::collections::BTreeMap;

use cutover_manifest::{Manifest, ObjectRef};
use cutover_traffic::Service;
use cutover_workload::{Deployment, Role};
use serde_json::json;

use super::edit::Edit;
use super::moment::Moment;
use super::workload_state::{SetState, WorkloadState, selector, selects, serves};

/// On the way back: a Service that only shows the new version leaves it before its pods go.
pub(super) fn leave(moment: &Moment<'_>) -> Vec<Edit> {
    let (here, there) = (moment.here, moment.there);
    let serves = |service: &&ObjectRef| {
        let mut states = moment.states.iter();
        states.any(|state| serves(state.workload, service))
    };
    let services = moment.cohort.services.iter();
    let shows = services.filter(|service| moment.context.back && !serves(service));
    let changed = shows.filter(|service| here.get(service) != there.get(service));
    let after = changed
        .filter_map(|service| there.get(service))
        .filter(|after| answered(after, moment.states));
    after.map(Edit::to).collect()
}

/// Services go over to pods that can carry their requests.
pub(super) fn shift(moment: &Moment<'_>) -> Vec<Edit> {
    let changed = moment.cohort.changed(moment.here, moment.there);
    let ready = changed.filter(|(_, there)| carries(there, moment.states));
    ready.map(|(_, there)| Edit::to(there)).collect()
}

/// Where no other way is left: Services go by way of the labels that both ends share.
pub(super) fn widen(moment: &Moment<'_>) -> Vec<Edit> {
    let changed = moment.cohort.changed(moment.here, moment.there);
    let wide = changed.filter_map(|(here, there)| widened(here, there, moment.states));
    wide.map(|wide| Edit::to(&wide)).collect()
}

/// Whether a set that stays has pods that a Service would select.
fn answered(service: &Manifest, states: &[WorkloadState<'_>]) -> bool {
    let selector = selector(service);
    let mut staying = states
        .iter()
        .flat_map(|state| &state.sets)
        .filter(|set| set.count > set.unconfirmed && set.wanted > 0);
    staying.any(|set| {
        set.here
            .is_some_and(|here| selects(&selector, &Deployment::of(here).labels()))
    })
}

/// Whether the pods that a Service would select make up the floor of each workload that it serves. One
/// that goes is followed by whoever is behind the Service then.
fn carries(service: &Manifest, states: &[WorkloadState<'_>]) -> bool {
    let namespace = service.object().namespace.as_deref();
    let near = || {
        let states = states.iter();
        states.filter(|state| state.workload.namespace() == namespace)
    };
    let selector = selector(service);
    let behind = |state: &WorkloadState<'_>| behind(&selector, state);
    let all: u32 = near().map(behind).sum();
    near().all(|state| {
        let pods = if goes(state) { all } else { behind(state) };
        let owed = match serves(state.workload, service.object()) {
            true => state.workload.floor().max(1).min(state.pods()),
            false => 0,
        };
        pods >= owed
    })
}

/// The pods of a workload that a selector would find and that can answer.
fn behind(selector: &BTreeMap<String, String>, state: &WorkloadState<'_>) -> u32 {
    let selected = state
        .sets
        .iter()
        // What is still to be replaced gets no request first.
        .filter(|set| set.serves() || !set.turns())
        .filter(|set| {
            set.here
                .is_some_and(|here| selects(selector, &Deployment::of(here).labels()))
        });
    selected
        .map(|set| set.count.saturating_sub(set.unconfirmed))
        .sum()
}

/// Whether nothing of a workload is there at the far end.
fn goes(state: &WorkloadState<'_>) -> bool {
    state.sets.iter().all(|set| set.there.is_none())
}

/// A Service that selects by what both ends have in common, where pods change the labels that it
/// selects by: widen, roll, narrow. Between blue and green it is not widened: one of them answers,
/// never both.
fn widened(here: &Manifest, there: &Manifest, states: &[WorkloadState<'_>]) -> Option<Manifest> {
    let (before, after) = (selector(here), selector(there));
    let lost = |set: &SetState<'_>| set.turns_under_load() && !set.keeps_services;
    let apart =
        |state: &WorkloadState<'_>| state.workload.has(Role::Green) && !state.sets.iter().any(lost);
    let common: BTreeMap<_, _> = before
        .into_iter()
        .filter(|(key, value)| after.get(key) == Some(value))
        .collect();
    let wide = here.with(Service::SELECTOR, json!(common));
    let helps = !common.is_empty() && wide != *here && carries(&wide, states);
    (helps && !states.iter().any(apart)).then_some(wide)
}
