//! The same plan over other objects: how a plan made from files is bound to what a cluster holds.

use cutover_manifest::{Bundle, Manifest, MergeKeys, ObjectRef};
use cutover_patch::diff;
use cutover_plan::{Change, Entry, Error, Gate, Plan, StateDigest, Step, Undo, apply};

/// What becomes of a plan's objects.
pub(crate) trait Rebase {
    /// The object under its other name.
    fn object(&self, object: &ObjectRef) -> ObjectRef;

    /// The manifest at some state of the plan, as it is at this state of the other one.
    fn manifest(&self, manifest: &Manifest) -> Manifest;
}

/// The plan with the same steps and gates over other objects: every state is made anew, and
/// every patch is the difference between two of them. It names the digest of this one as what
/// was approved.
///
/// # Errors
///
/// [`Error::Patch`] where the plan does not fit itself; a plan that was read or made does.
pub(crate) fn rebase(plan: &Plan, onto: &impl Rebase) -> Result<Plan, Error> {
    let mut spec = plan.spec.clone();
    let states = plan.states()?;
    let mut digests = StateDigest::default();
    spec.from = states[0]
        .iter()
        .map(|manifest| entry(onto.manifest(manifest)))
        .collect();
    for workload in &mut spec.workloads {
        let set = workload
            .deployments()
            .next()
            .map(|(_, object)| onto.object(&object));
        workload.namespace = set.map_or_else(|| workload.namespace.clone(), |set| set.namespace);
    }
    spec.steps = rebased(onto, &plan.spec.steps, &states[0], &mut digests)?;
    spec.undo = Vec::with_capacity(plan.spec.undo.len());
    for undo in &plan.spec.undo {
        let steps = rebased(onto, &undo.steps, &states[undo.from], &mut digests)?;
        spec.undo.push(Undo {
            steps,
            ..undo.clone()
        });
    }
    let mut rebased = Plan::new(plan.metadata.name.clone(), spec);
    rebased.metadata.approved = Some(plan.approved().clone());
    Ok(rebased)
}

fn entry(manifest: Manifest) -> Entry {
    Entry {
        object: manifest.object().clone(),
        manifest,
    }
}

fn rebased(
    onto: &impl Rebase,
    steps: &[Step],
    from: &Bundle,
    digests: &mut StateDigest,
) -> Result<Vec<Step>, Error> {
    let mut theirs = from.clone();
    let mut state: Bundle = from
        .iter()
        .map(|manifest| onto.manifest(manifest))
        .collect();
    let mut made = Vec::with_capacity(steps.len());
    for (number, step) in steps.iter().enumerate() {
        apply(&mut theirs, step, number + 1)?;
        let mut changes = Vec::with_capacity(step.changes.len());
        for change in &step.changes {
            let after = theirs
                .get(change.object())
                .map(|manifest| onto.manifest(manifest));
            let before = match &after {
                Some(after) => state.insert(after.clone()),
                None => state.remove(&onto.object(change.object())),
            };
            changes.extend(change_between(before, after));
        }
        let gates = step.gates.iter().map(|gate| placed(onto, gate)).collect();
        made.push(Step {
            changes,
            gates,
            after: digests.update(&state),
            ..step.clone()
        });
    }
    Ok(made)
}

/// The change from one state of an object to another; none where there is none.
fn change_between(before: Option<Manifest>, after: Option<Manifest>) -> Option<Change> {
    match (before, after) {
        (None, None) => None,
        (None, Some(manifest)) => Some(Change::Create {
            object: manifest.object().clone(),
            manifest,
        }),
        (Some(manifest), None) => Some(Change::Delete {
            object: manifest.object().clone(),
            manifest,
        }),
        (Some(before), Some(after)) => (before != after).then(|| Change::Patch {
            object: before.object().clone(),
            ops: diff(before.value(), after.value(), &MergeKeys),
            inverse: diff(after.value(), before.value(), &MergeKeys),
        }),
    }
}

fn placed(onto: &impl Rebase, gate: &Gate) -> Gate {
    match gate.clone() {
        Gate::Available { object, replicas } => Gate::Available {
            object: onto.object(&object),
            replicas,
        },
        Gate::Settled { object, replicas } => Gate::Settled {
            object: onto.object(&object),
            replicas,
        },
        Gate::Endpoints { object } => Gate::Endpoints {
            object: onto.object(&object),
        },
        other => other,
    }
}
