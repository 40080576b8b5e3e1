//! The pods of all sets of a plan at a moment.

use std::collections::{BTreeMap, BTreeSet};

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_plan::{Change, Gate, Outdated, Plan, Step};

use crate::pods::{Pods, replicas};

/// The pods of each set of the plan's workloads, and the routers that may still send requests by
/// what they said before.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Crowd {
    pub(crate) pods: BTreeMap<ObjectRef, Pods>,
    /// Routers that changed, and whose endpoints no gate has seen since; with what they were.
    pub(crate) following: BTreeSet<ObjectRef>,
    /// Routers that were made on the way, and that no gate has seen ready yet.
    pub(crate) made: BTreeSet<ObjectRef>,
}

impl Crowd {
    /// All sets at rest, as the plan starts from them.
    pub(crate) fn at_rest(plan: &Plan, state: &Bundle) -> Self {
        let objects = plan
            .spec
            .workloads
            .iter()
            .flat_map(|workload| workload.objects());
        let pods = objects.map(|object| {
            let count = state.get(object).map_or(0, replicas);
            (object.clone(), Pods::at_rest(count))
        });
        Self {
            pods: pods.collect(),
            following: BTreeSet::new(),
            made: BTreeSet::new(),
        }
    }

    /// After one change that leads from one manifest of an object to another.
    pub(crate) fn change(
        &mut self,
        change: &Change,
        before: Option<&Manifest>,
        after: Option<&Manifest>,
    ) {
        let object = change.object();
        if let Some(pods) = self.pods.get_mut(object) {
            *pods = match (change, before, after) {
                (Change::Replace(replace), Some(set), _) => match replace.pods {
                    Outdated::Outdated => replaced(*pods, replicas(set), replace.at_most.get()),
                    Outdated::Stuck => *pods,
                },
                (_, Some(before), Some(after)) => pods.changed(before, after),
                (_, None, Some(after)) => Pods::created(after),
                (_, _, None) => pods.deleted(),
            };
        } else if before.is_none() && after.is_some() {
            self.made.insert(object.clone());
        } else if before != after {
            self.following.insert(object.clone());
        }
    }

    /// After a gate is seen to hold in a state.
    pub(crate) fn gate(&mut self, gate: &Gate, state: &Bundle) {
        match gate {
            Gate::Available(gate) => {
                let asked = state.get(&gate.object).map_or(0, replicas);
                let count = gate.replicas.unwrap_or(asked);
                if let Some(pods) = self.pods.get_mut(&gate.object) {
                    *pods = Pods::at_rest(count);
                }
            }
            Gate::Settled(gate) => {
                if let Some(pods) = self.pods.get_mut(&gate.object) {
                    *pods = pods.settled(gate.replicas);
                }
            }
            Gate::Endpoints(gate) => {
                self.following.remove(&gate.object);
                self.made.remove(&gate.object);
            }
            Gate::Drained(_)
            | Gate::Held(_)
            | Gate::Job(_)
            | Gate::Metric(_)
            | Gate::Pause(_)
            | Gate::Routed(_)
            | Gate::Smoke(_)
            | Gate::Webhook(_)
            | Gate::Window(_) => {}
        }
    }

    /// In the middle of the step that leads to a state, from where one may go back.
    pub(crate) fn halfway(&self, step: &Step, state: &Bundle) -> Self {
        let changed: BTreeSet<&ObjectRef> = step.changes.iter().map(Change::object).collect();
        let pods = self.pods.iter().map(|(object, pods)| {
            let pods = match changed.contains(object) {
                true => pods.halfway(state.get(object)),
                false => *pods,
            };
            (object.clone(), pods)
        });
        Self {
            pods: pods.collect(),
            ..self.clone()
        }
    }
}

/// While pods are deleted one after the other, so many are missing at most.
fn replaced(pods: Pods, count: u32, at_most: u32) -> Pods {
    let mut replaced = pods;
    replaced.answering.least = pods.answering.least.min(count.saturating_sub(at_most));
    replaced.rolling = true;
    replaced
}
