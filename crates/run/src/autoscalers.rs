//! Counts that an autoscaler may have chosen anew, since nothing holds it, and those that a step
//! takes over from the autoscalers that it holds.

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_plan::{Gate, Held, Plan};
use cutover_workload::{Autoscaler, Deployment};

/// The autoscaler that may choose how many pods a set has in a state; none where it is held.
pub(crate) fn chooser<'a>(set: &ObjectRef, state: &'a Bundle) -> Option<Autoscaler<'a>> {
    let mut scalers = state.iter().filter_map(Autoscaler::of);
    scalers.find(|scaler| !scaler.is_held() && scaler.scales(set))
}

/// A live object as a state counts its pods, where an autoscaler may have chosen another number; any
/// other as it is.
pub(crate) fn as_counted(live: &Manifest, here: &Manifest, state: &Bundle) -> Manifest {
    let said = here.pointer(Deployment::REPLICAS.pointer());
    match said.filter(|_| chooser(here.object(), state).is_some()) {
        Some(said) => live.with(Deployment::REPLICAS, said.clone()),
        None => live.clone(),
    }
}

/// A set whose number of pods is the plan's from a step on, and was an autoscaler's before.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Takeover {
    pub(crate) set: ObjectRef,
    /// Whose the number was.
    pub(crate) scaler: ObjectRef,
    /// The number that the plan has.
    pub(crate) replicas: u32,
}

/// Whether a plan takes the number of a set's pods over before it counts them, so that it may begin
/// with fewer.
pub(crate) fn is_taken_over(plan: &Plan, set: &ObjectRef) -> bool {
    let start = plan.start();
    let mut steps = plan.spec.steps.iter();
    steps.any(|step| takeovers(&start, &step.gates).any(|taken| taken.set == *set))
}

/// The sets that any step of a plan, forward or back, may bring to the plan's number.
pub(crate) fn every_takeover(plan: &Plan) -> impl Iterator<Item = &ObjectRef> {
    let is_held = |gate: &Gate| matches!(gate, Gate::Held(_));
    let holding = plan
        .every_step()
        .filter(move |step| step.gates.iter().any(is_held));
    let counted = holding.flat_map(|step| step.gates.iter().filter_map(Gate::counted));
    counted.map(|pods| pods.object)
}

/// The sets that some gates count once an autoscaler is held that may choose their number before.
pub(crate) fn takeovers<'a>(
    before: &'a Bundle,
    gates: &'a [Gate],
) -> impl Iterator<Item = Takeover> + 'a {
    let waits_for = |scaler: &ObjectRef| {
        let held = |gate: &Gate| matches!(gate, Gate::Held(Held { object }) if object == scaler);
        gates.iter().any(held)
    };
    let counted = gates.iter().filter_map(Gate::counted);
    counted.filter_map(move |pods| {
        let scaler = chooser(pods.object, before)?.object().clone();
        let set = pods.object.clone();
        let replicas = pods.replicas.filter(|_| waits_for(&scaler))?;
        Some(Takeover {
            set,
            scaler,
            replicas,
        })
    })
}
