//! The same plan over other objects: how a plan made from files is bound to what a cluster holds.

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_plan::{
    Available, Change, Drained, Endpoints, Error, Gate, Held, Plan, Replace, RoutedGate, Settled,
    Step, Undo, apply, state_digest,
};
use cutover_workload::{Bounds, Workload};

/// What becomes of a plan's objects.
pub trait Rebase {
    /// The object under its other name.
    fn object(&self, object: &ObjectRef) -> ObjectRef;

    /// The manifest at some state of the plan, as it is at this state of the other one.
    ///
    /// # Errors
    ///
    /// Where there is no such manifest.
    fn manifest(&self, manifest: &Manifest) -> Result<Manifest, Error>;
}

/// The plan with the same steps and gates over other objects: every state is made anew, and every
/// patch is the difference between two of them.
///
/// # Errors
///
/// [`Error::Patch`] where the plan does not fit itself; a plan that was read or made does.
/// [`Error::NotCanonical`] where another object has a number that has no digest.
pub fn rebase(plan: &Plan, onto: &impl Rebase) -> Result<Plan, Error> {
    let mut spec = plan.spec.clone();
    for manifest in &mut spec.from {
        *manifest = onto.manifest(manifest)?;
    }
    for workload in &mut spec.workloads {
        move_workload(workload, onto);
    }
    for note in &mut spec.notes {
        note.object = note.object.as_ref().map(|object| onto.object(object));
    }
    spec.steps = rebased(onto, &plan.spec.steps, plan.start())?;
    spec.undo.clear();
    let mut walk = plan.walk();
    while walk.advance()?.is_some() {
        if let Some(undo) = plan.undo(walk.number()) {
            let steps = rebased(onto, &undo.steps, walk.state().clone())?;
            spec.undo.push(Undo {
                steps,
                ..undo.clone()
            });
        }
    }
    Plan::new(plan.metadata.name.clone(), spec)
}

fn move_workload(workload: &mut Workload, onto: &impl Rebase) {
    for set in &mut workload.sets {
        set.object = onto.object(&set.object);
    }
    for router in &mut workload.routers {
        router.object = onto.object(&router.object);
    }
    if let Bounds::Live(live) = &mut workload.bounds {
        live.autoscaler = live.autoscaler.as_ref().map(|object| onto.object(object));
    }
}

/// The same steps, from the same state of the other plan.
fn rebased(onto: &impl Rebase, steps: &[Step], from: Bundle) -> Result<Vec<Step>, Error> {
    let mut state = Bundle::new();
    for manifest in &from {
        state.insert(onto.manifest(manifest)?);
    }
    let mut theirs = from;
    let mut made = Vec::with_capacity(steps.len());
    for (index, step) in steps.iter().enumerate() {
        apply(&mut theirs, step, index + 1)?;
        let mut changes = Vec::with_capacity(step.changes.len());
        for change in &step.changes {
            changes.extend(moved(onto, change, &theirs, &mut state)?);
        }
        made.push(Step {
            changes,
            gates: step.gates.iter().map(|gate| placed(onto, gate)).collect(),
            state: state_digest(&state)?,
            ..step.clone()
        });
    }
    Ok(made)
}

/// The same change of the other object, which the state has after it; none where that object is so
/// already.
fn moved(
    onto: &impl Rebase,
    change: &Change,
    theirs: &Bundle,
    state: &mut Bundle,
) -> Result<Option<Change>, Error> {
    Ok(match change {
        Change::Create(_) | Change::Delete(_) | Change::Patch(_) => {
            let after = theirs.get(change.object());
            let after = after.map(|manifest| onto.manifest(manifest)).transpose()?;
            let before = match &after {
                Some(after) => state.insert(after.clone()),
                None => state.remove(&onto.object(change.object())),
            };
            Change::between(before.as_ref(), after.as_ref())
        }
        Change::Replace(replace) => Some(Change::Replace(Replace {
            object: onto.object(&replace.object),
            ..replace.clone()
        })),
    })
}

/// The same gate of the other object.
pub(crate) fn placed(onto: &impl Rebase, gate: &Gate) -> Gate {
    let mut gate = gate.clone();
    match &mut gate {
        Gate::Available(Available { object, .. })
        | Gate::Drained(Drained { object, .. })
        | Gate::Endpoints(Endpoints { object })
        | Gate::Held(Held { object })
        | Gate::Routed(RoutedGate { object, .. })
        | Gate::Settled(Settled { object, .. }) => *object = onto.object(object),
        Gate::Job(_)
        | Gate::Metric(_)
        | Gate::Pause(_)
        | Gate::Smoke(_)
        | Gate::Webhook(_)
        | Gate::Window(_) => {}
    }
    gate
}
