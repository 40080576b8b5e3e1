//! When a plan may go on, where a window of time is asked for: before its first write, and before
//! each write that gives the new version more requests.

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_plan::{Gate, Phase, Step, Window, state_digest};
use cutover_traffic::Share;
use cutover_workload::Workload;

use super::Forward;
use super::context::Inputs;
use super::shares::reached;
use super::workload_state::WorkloadState;
use crate::error::Error;

/// A step that changes nothing where the plan starts, and waits for the window.
pub(super) fn before_the_first_write(window: &Window, start: &Bundle) -> Result<Step, Error> {
    Ok(Step {
        phase: Phase::new("window")?,
        changes: Vec::new(),
        shares: Vec::new(),
        within: None,
        gates: vec![Gate::Window(window.clone())],
        state: state_digest(start)?,
    })
}

/// The window, after the gates of each step whose next one gives the new version more requests.
///
/// Before the first write it stands in a step of its own.
pub(super) fn before_more_requests(window: &Window, inputs: &Inputs<'_>, forward: &mut Forward) {
    let moves = forward.states.windows(2).skip(1);
    for (step, states) in forward.steps.iter_mut().zip(moves).skip(1) {
        let [before, after] = [&states[0].bundle, &states[1].bundle];
        let mut workloads = inputs.workloads.iter();
        if workloads.any(|workload| gains(inputs, workload, before, after)) {
            step.gates.push(Gate::Window(window.clone()));
        }
    }
}

/// Whether a route or a Service sends the new version of a workload a larger share of its requests
/// than before; without any Service, whether that is a larger share of the pods.
fn gains(inputs: &Inputs<'_>, workload: &Workload, before: &Bundle, after: &Bundle) -> bool {
    let is_new = |set: &Manifest| !inputs.is_old(set);
    let [was, is] = [before, after].map(|state| reached(workload, state, &is_new));
    if is > was {
        return true;
    }
    let mut senders: Vec<Option<&ObjectRef>> = services(workload, after).map(Some).collect();
    if senders.is_empty() {
        senders.push(None);
    }
    senders.into_iter().any(|sender| {
        let [was, is] = [before, after].map(|state| share(inputs, workload, state, sender));
        is > was
    })
}

/// The share of the new version's pods among those that a Service sends requests to, none where there
/// are no such pods; without a Service, among all.
fn share(
    inputs: &Inputs<'_>,
    workload: &Workload,
    state: &Bundle,
    sender: Option<&ObjectRef>,
) -> Share {
    let number = sender.map(|sender| services(workload, state).position(|known| known == sender));
    let shown = WorkloadState::new(workload, state, state);
    let (mut new, mut all) = (0, 0);
    for set in &shown.sets {
        let is_reached = match number {
            None => true,
            Some(number) => number.is_some_and(|number| set.services.contains(&number)),
        };
        let pods = u64::from(if is_reached { set.count } else { 0 });
        let is_new = set.here.is_some_and(|here| !inputs.is_old(here));
        new += if is_new { pods } else { 0 };
        all += pods;
    }
    Share::of(new, all).unwrap_or(Share::NONE)
}

/// The Services that owe the workload's requests an answer and that clients may reach by themselves,
/// as far as they are there.
fn services<'a>(workload: &'a Workload, state: &'a Bundle) -> impl Iterator<Item = &'a ObjectRef> {
    let serving = workload.serving().filter(|router| !router.by_route);
    let serving = serving.map(|router| &router.object);
    serving.filter(|service| state.contains(service))
}
