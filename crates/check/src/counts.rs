//! The pods of a workload's sets at a moment.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_plan::{Change, Gate, Outdated};
use cutover_traffic::Service;
use cutover_workload::{Autoscaler, Deployment, Workload};

use crate::autoscalers::Writers;
use crate::parts::Portion;
use crate::pods::Pods;
use crate::routes::Routes;

/// Labels that pods must have.
pub(crate) type Labels = BTreeMap<String, String>;

/// The pods of each set of a workload, and the routers that may still send requests by
/// what they said before.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Crowd {
    pub(crate) pods: BTreeMap<Arc<ObjectRef>, Pods>,
    /// The labels that pods of a set may still have, since no gate has seen all of them replaced.
    pub(crate) earlier: BTreeMap<ObjectRef, BTreeSet<Labels>>,
    /// Routers that changed, and whose endpoints no gate has seen since; with what they selected
    /// before.
    pub(crate) following: BTreeMap<ObjectRef, BTreeSet<Labels>>,
    /// Routers that were made on the way, and that no gate has seen ready yet.
    pub(crate) made: BTreeSet<ObjectRef>,
    /// The fewest pods of each set that a router leads to: those that have become ready since are
    /// endpoints of it once a gate has seen them.
    endpoints: BTreeMap<ObjectRef, BTreeMap<ObjectRef, u32>>,
    /// The autoscalers that may write a count.
    pub(crate) writers: Writers,
    /// The routes that changed, with what they may still pass on.
    pub(crate) routes: Routes,
}

impl Crowd {
    /// All sets of a workload at rest, as the plan starts from them, where some autoscalers write
    /// counts; without a workload there are none.
    pub(crate) fn at_rest(
        workload: Option<&Workload>,
        state: &Bundle,
        writing: &[Autoscaler<'_>],
    ) -> Self {
        let pods = workload.into_iter().flat_map(|workload| {
            let pods = |object: &ObjectRef| Pods::of(workload, state.get(object));
            let objects = workload.objects();
            objects.map(move |object| (Arc::new(object.clone()), pods(object)))
        });
        let pods: BTreeMap<_, _> = pods.collect();
        Self {
            writers: Writers::at_rest(writing, counted(&pods)),
            pods,
            earlier: BTreeMap::new(),
            following: BTreeMap::new(),
            made: BTreeSet::new(),
            endpoints: BTreeMap::new(),
            routes: Routes::default(),
        }
    }

    /// A set whose number of pods the plan says, and an autoscaler may write.
    pub(crate) fn disputed(&self) -> impl Iterator<Item = &ObjectRef> {
        counted(&self.pods).filter(|set| self.writers.write(set))
    }

    /// The fewest pods of a set that a router leads to.
    pub(crate) fn led_to(&self, router: &ObjectRef, set: &ObjectRef) -> u32 {
        let ready = self.pods[set].answering.least;
        let seen = self.endpoints.get(router).and_then(|sets| sets.get(set));
        seen.map_or(ready, |seen| ready.min(*seen))
    }

    /// After one change that leads from one manifest of an object to another.
    pub(crate) fn change(
        &mut self,
        change: &Change,
        before: Option<&Manifest>,
        after: Option<&Manifest>,
    ) {
        let object = change.object();
        self.writers.change([before, after], counted(&self.pods));
        if let (Some(before), Some(after)) = (before, after)
            && self.pods.contains_key(object)
        {
            self.relabel(before, after);
        }
        if let Some(pods) = self.pods.get_mut(object) {
            *pods = match change {
                Change::Replace(replace) => match (replace.pods, before) {
                    (Outdated::Outdated, Some(set)) => {
                        replaced(*pods, pods.asked(set), replace.at_most.get())
                    }
                    (Outdated::Outdated, None) | (Outdated::Stuck, _) => *pods,
                },
                Change::Create(_) | Change::Delete(_) | Change::Patch(_) => match (before, after) {
                    (Some(before), Some(after)) => pods.changed(before, after),
                    (None, Some(after)) => pods.created(after),
                    (_, None) => pods.deleted(),
                },
            };
        } else if before.is_none() && after.is_some() {
            self.made.insert(object.clone());
        } else if let Some(before) = before.filter(|_| before != after) {
            let selected = Service::read(before).map(|service| service.selector);
            let before = self.following.entry(object.clone()).or_default();
            before.extend(selected);
        }
    }

    /// After a set gets another template: its pods have the labels of before until they are replaced.
    fn relabel(&mut self, before: &Manifest, after: &Manifest) {
        let [was, is] = [before, after].map(Deployment::of);
        if is.rolls_after(was) && was.labels() != is.labels() {
            let earlier = self.earlier.entry(before.object().clone()).or_default();
            earlier.insert(was.labels());
        }
    }

    /// After a step's changes, what a workload's routers lead to: of the sets that they selected
    /// before, pods that come are no endpoints yet. A set that they begin to select is followed as
    /// a whole.
    pub(crate) fn follow(&mut self, workload: &Workload, [before, after]: [&Bundle; 2]) {
        for router in workload.serving().map(|router| &router.object) {
            for set in workload.objects() {
                let fewest = match is_selected(router, set, before) {
                    true => self.led_to(router, set),
                    false if is_selected(router, set, after) => self.pods[set].answering.least,
                    false => continue,
                };
                let endpoints = self.endpoints.entry(router.clone()).or_default();
                endpoints.insert(set.clone(), fewest);
            }
        }
    }

    /// After a gate is seen to hold in a state.
    pub(crate) fn gate(&mut self, gate: &Gate, state: &Bundle) {
        match gate {
            Gate::Available(gate) => {
                self.earlier.remove(&gate.object);
                if let Some(pods) = self.pods.get_mut(&gate.object) {
                    let asked = state.get(&gate.object).map_or(0, |set| pods.asked(set));
                    *pods = pods.at_rest(gate.replicas.unwrap_or(asked));
                }
            }
            Gate::Settled(gate) => {
                if let Some(pods) = self.pods.get_mut(&gate.object) {
                    *pods = pods.settled(gate.replicas);
                }
            }
            Gate::Endpoints(gate) => {
                self.following.remove(&gate.object);
                self.endpoints.remove(&gate.object);
                self.made.remove(&gate.object);
            }
            Gate::Held(gate) => self.writers.seen(&gate.object, state),
            Gate::Drained(_)
            | Gate::Job(_)
            | Gate::Metric(_)
            | Gate::Pause(_)
            | Gate::Routed(_)
            | Gate::Smoke(_)
            | Gate::Webhook(_)
            | Gate::Window(_) => {}
        }
    }

    /// After a step of a way back: pods of sets that it leaves alone came with the step that is
    /// undone, and are counted on once a gate has seen them ready.
    pub(crate) fn rely_on(&mut self, step: &Portion<'_>) {
        let changed = step.changed();
        let ready = step.gates.iter().filter_map(|gate| gate.counted());
        let ready = ready.filter(|pods| pods.ready && !changed.contains(pods.object));
        for pods in ready {
            for sets in self.endpoints.values_mut() {
                sets.remove(pods.object);
            }
        }
    }

    /// In the middle of the step that leads to a state, from where one may go back.
    pub(crate) fn halfway(&self, step: &Portion<'_>, state: &Bundle) -> Self {
        let changed = step.changed();
        let pods = self.pods.iter().map(|(object, pods)| {
            let pods = match changed.contains(&**object) {
                true => pods.halfway(state.get(object)),
                false => *pods,
            };
            (object.clone(), pods)
        });
        let mut halfway = Self {
            pods: pods.collect(),
            ..self.clone()
        };
        halfway.routes.interrupt(&changed);
        halfway
    }
}

/// The sets whose number of pods nobody else says.
fn counted(pods: &BTreeMap<Arc<ObjectRef>, Pods>) -> impl Iterator<Item = &ObjectRef> + Clone {
    let counted = pods.iter().filter(|(_, pods)| pods.live.is_none());
    counted.map(|(object, _)| &**object)
}

/// Whether a router selects a set's pods in a state.
fn is_selected(router: &ObjectRef, set: &ObjectRef, state: &Bundle) -> bool {
    let (Some(router), Some(set)) = (state.get(router), state.get(set)) else {
        return false;
    };
    let near = router.object().namespace == set.object().namespace;
    let selects = |service: Service| service.selects(&Deployment::of(set).labels());
    near && Service::read(router).is_ok_and(selects)
}

/// While pods are deleted one after the other, so many are missing at most.
fn replaced(pods: Pods, count: u32, at_most: u32) -> Pods {
    let mut replaced = pods;
    replaced.answering.least = pods.answering.least.min(count.saturating_sub(at_most));
    replaced.rolling = true;
    replaced
}
