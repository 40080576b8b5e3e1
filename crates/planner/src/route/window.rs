//! When a plan may go on, where a window of time is asked for: before its first write, and before
//! each write that gives the new version more requests.

use std::collections::BTreeMap;

use cutover_manifest::{Bundle, ObjectRef};
use cutover_plan::{Gate, Phase, Step, Window, state_digest};
use cutover_traffic::Share;
use cutover_workload::Workload;

use super::Forward;
use super::context::Inputs;
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

/// Whether somebody sends the new version of a workload a larger share of the requests than before.
fn gains(inputs: &Inputs<'_>, workload: &Workload, before: &Bundle, after: &Bundle) -> bool {
    let was = shares(inputs, workload, before);
    let is = shares(inputs, workload, after);
    is.iter().any(|(sender, share)| {
        let was = was.get(sender).copied().unwrap_or(Share::NONE);
        *share > was
    })
}

/// The share of the new version's pods among those that each Service of a workload sends requests
/// to; without any Service, among all.
fn shares<'a>(
    inputs: &Inputs<'_>,
    workload: &'a Workload,
    state: &Bundle,
) -> BTreeMap<Option<&'a ObjectRef>, Share> {
    let services = workload.serving().map(|router| &router.object);
    let services = services.filter(|service| state.contains(service));
    let mut senders: Vec<Option<&ObjectRef>> = services.map(Some).collect();
    if senders.is_empty() {
        senders.push(None);
    }
    let shown = WorkloadState::new(workload, state, state);
    let mut shares = BTreeMap::new();
    for (number, sender) in senders.into_iter().enumerate() {
        let (mut new, mut all) = (0, 0);
        for set in shown
            .sets
            .iter()
            .filter(|set| set.services.contains(&number))
        {
            let pods = u64::from(set.count);
            let is_new = set.here.is_some_and(|here| !inputs.is_old(here));
            new += if is_new { pods } else { 0 };
            all += pods;
        }
        if let Some(share) = Share::of(new, all) {
            shares.insert(sender, share);
        }
    }
    shares
}
