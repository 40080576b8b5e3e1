//! Where a window of time stands.

use std::collections::BTreeSet;

use cutover::Plan;
use cutover::manifest::{Bundle, Manifest, ObjectRef};
use cutover::planning::{Gate, Undo, Window, Workload};
use proptest::prelude::*;

use super::case::{Case, cases};
use super::model::{labels, matches, replicas, selector, sets, version};
use super::planned::Planned;
use super::{config, is_stuck};

proptest! {
    #![proptest_config(config())]

    /// A failure means that who asks for a window gets another plan than who asks for none, or that
    /// a way back waits for it.
    #[test]
    fn a_window_changes_nothing_else(case in cases()) {
        if let Some((planned, mut windowed)) = both(&case)? {
            without_window(&mut windowed.plan);
            let (plan, windowed) = (planned.plan.spec, windowed.plan.spec);
            prop_assert_eq!((plan.steps, plan.undo), (windowed.steps, windowed.undo));
        }
    }

    /// A failure means that the new version gets more requests at night, or that a plan waits for
    /// the morning for nothing.
    #[test]
    fn a_window_stands_where_the_next_write_gives_the_new_version_more(case in cases()) {
        let Some((_, windowed)) = both(&case)? else { return Ok(()) };
        let spec = &windowed.plan.spec;
        for (number, step) in spec.steps.iter().enumerate() {
            let (here, next) = (&windowed.states[number + 1], windowed.states.get(number + 2));
            let gains = |workload: &Workload| {
                next.is_some_and(|next| gains(workload, &windowed.states[0], here, next))
            };
            let expect = number == 0 || spec.workloads.iter().any(gains);
            let stands = step.gates.iter().filter(|gate| is_window(gate)).count();
            prop_assert_eq!(stands, usize::from(expect), "step {}\n{}", number + 1, windowed.table());
        }
    }
}

/// The plan without a window, and the one with it; nothing where there is none to make, or nothing
/// to do.
fn both(case: &Case) -> Result<Option<(Planned, Planned)>, TestCaseError> {
    let planned = match case.plan() {
        Ok(planned) => planned,
        Err(reason) => {
            prop_assert!(!is_stuck(&reason), "{reason}");
            return Ok(None);
        }
    };
    let mut changes = planned.plan.spec.steps.iter().map(|step| &step.changes);
    if changes.all(Vec::is_empty) {
        return Ok(None);
    }
    let office: Window = "Mon-Fri 09:00-16:00 Europe/Berlin".parse().unwrap();
    let case = Case {
        window: Some(office),
        ..case.clone()
    };
    let windowed = case.plan().map_err(TestCaseError::fail)?;
    Ok(Some((planned, windowed)))
}

fn is_window(gate: &Gate) -> bool {
    matches!(gate, Gate::Window(_))
}

/// Takes out the step that only waits, and the window of the others; what remains is numbered anew.
fn without_window(plan: &mut Plan) {
    let spec = &mut plan.spec;
    let first = spec.steps.remove(0);
    assert!(first.changes.is_empty() && first.gates.iter().all(is_window));
    let Undo { from, steps, to } = spec.undo.remove(0);
    assert!((from, steps.len(), to) == (1, 0, 0));
    for step in &mut spec.steps {
        step.gates.retain(|gate| !is_window(gate));
    }
    for undo in &mut spec.undo {
        undo.from -= 1;
        undo.to -= 1;
    }
}

/// Whether some Service sends the new version's pods a larger part of its requests than before.
fn gains(workload: &Workload, start: &Bundle, before: &Bundle, after: &Bundle) -> bool {
    let old = old_versions(workload, start);
    let mut senders: BTreeSet<Option<ObjectRef>> = services(workload, after).map(Some).collect();
    if senders.is_empty() {
        senders.insert(None);
    }
    senders.iter().any(|sender| {
        let [was, is] = [before, after].map(|state| pods(workload, state, sender.as_ref(), &old));
        is.new * was.all.max(1) > was.new * is.all
    })
}

/// How many pods of the new version a Service reaches, and how many in all.
struct Reached {
    new: u64,
    all: u64,
}

fn pods(
    workload: &Workload,
    state: &Bundle,
    sender: Option<&ObjectRef>,
    old: &BTreeSet<String>,
) -> Reached {
    let mut reached = Reached { new: 0, all: 0 };
    for (_, set) in sets(workload, state) {
        if sender.is_some_and(|service| !reaches(service, set, state)) {
            continue;
        }
        let count = u64::from(replicas(set));
        reached.all += count;
        reached.new += if old.contains(&version(set)) {
            0
        } else {
            count
        };
    }
    reached
}

/// The versions that get requests at the start.
fn old_versions(workload: &Workload, start: &Bundle) -> BTreeSet<String> {
    let serving: Vec<ObjectRef> = services(workload, start).collect();
    let serves = |set: &Manifest| {
        let mut serving = serving.iter();
        serving.len() == 0 || serving.any(|service| reaches(service, set, start))
    };
    let sets = sets(workload, start).filter(|(_, set)| serves(set));
    sets.map(|(_, set)| version(set)).collect()
}

fn services(workload: &Workload, state: &Bundle) -> impl Iterator<Item = ObjectRef> {
    let services = workload.serving().map(|router| router.object.clone());
    services.filter(|service| state.contains(service))
}

fn reaches(service: &ObjectRef, set: &Manifest, state: &Bundle) -> bool {
    let service = state.get(service);
    service.is_some_and(|service| matches(&selector(service), &labels(set)))
}
