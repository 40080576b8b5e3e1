//! Which workloads a step concerns.

use std::collections::{BTreeMap, BTreeSet};

use cutover_manifest::{Bundle, ObjectRef};
use cutover_plan::{Change, Gate, Plan, Step};
use cutover_workload::Autoscaler;

/// A workload by its place in the plan; after the last one, all that belongs to no workload.
///
/// No promise of one asks about the pods of another, so each is recounted for itself.
pub(crate) type Part = usize;

/// What a step changes and waits for in one part.
#[derive(Default)]
pub(crate) struct Portion<'a> {
    pub(crate) changes: Vec<&'a Change>,
    pub(crate) gates: Vec<&'a Gate>,
}

impl Portion<'_> {
    /// The objects that it changes.
    pub(crate) fn changed(&self) -> BTreeSet<&ObjectRef> {
        self.changes.iter().map(|change| change.object()).collect()
    }
}

/// The parts that each object belongs to.
pub(crate) struct Parts<'a> {
    /// The workloads that have it as a set or as a router.
    workloads: BTreeMap<&'a ObjectRef, BTreeSet<Part>>,
    /// The sets whose number of pods the plan says, by name.
    counted: BTreeMap<&'a str, Vec<&'a ObjectRef>>,
    /// The workloads whose counts an autoscaler that changes may write, or might before.
    scaled: BTreeMap<ObjectRef, BTreeSet<Part>>,
    /// What belongs to no workload.
    rest: Part,
}

impl<'a> Parts<'a> {
    pub(crate) fn of(plan: &'a Plan) -> Self {
        let mut workloads: BTreeMap<&ObjectRef, BTreeSet<Part>> = BTreeMap::new();
        let mut counted: BTreeMap<&str, Vec<&ObjectRef>> = BTreeMap::new();
        for (at, workload) in plan.spec.workloads.iter().enumerate() {
            let routers = workload.routers.iter().map(|router| &router.object);
            for object in workload.objects().chain(routers) {
                workloads.entry(object).or_default().insert(at);
            }
            for set in workload.objects().filter(|_| !workload.is_live()) {
                counted.entry(&set.name).or_default().push(set);
            }
        }
        Self {
            workloads,
            counted,
            scaled: BTreeMap::new(),
            rest: plan.spec.workloads.len(),
        }
    }

    /// The workloads that have an object as a set or as a router.
    pub(crate) fn workloads_of(&self, object: &ObjectRef) -> impl Iterator<Item = Part> {
        self.workloads.get(object).into_iter().flatten().copied()
    }

    /// The sets whose counts an autoscaler says, and the plan does too.
    pub(crate) fn scaled_by(&self, scaler: Autoscaler<'_>) -> impl Iterator<Item = &'a ObjectRef> {
        let named = scaler.target().and_then(|name| self.counted.get(name));
        let named = named.into_iter().flatten().copied();
        named.filter(move |set| scaler.scales(set))
    }

    /// What a step of the way forward makes of autoscalers: a way back touches no others.
    pub(crate) fn note(&mut self, step: &Step, states: [&Bundle; 2]) {
        for object in step.changes.iter().map(Change::object) {
            let ends = states.into_iter().filter_map(|state| state.get(object));
            let mut parts: BTreeSet<Part> = BTreeSet::new();
            for scaler in ends.filter_map(Autoscaler::of) {
                let sets = self.scaled_by(scaler);
                parts.extend(sets.flat_map(|set| &self.workloads[set]));
            }
            if !parts.is_empty() {
                self.scaled.entry(object.clone()).or_default().extend(parts);
            }
        }
    }

    /// What a step changes and waits for, part by part.
    pub(crate) fn portions<'s>(&self, step: &'s Step) -> BTreeMap<Part, Portion<'s>> {
        let mut portions: BTreeMap<Part, Portion<'_>> = BTreeMap::new();
        for change in &step.changes {
            for part in self.parts_of(change.object()) {
                portions.entry(part).or_default().changes.push(change);
            }
        }
        for gate in &step.gates {
            let Some(object) = gate.object() else {
                continue;
            };
            for part in self.parts_of(object) {
                portions.entry(part).or_default().gates.push(gate);
            }
        }
        portions
    }

    fn parts_of(&self, object: &ObjectRef) -> BTreeSet<Part> {
        let own = self.workloads.get(object);
        let mut parts = own.cloned().unwrap_or_else(|| [self.rest].into());
        parts.extend(self.scaled.get(object).into_iter().flatten());
        parts
    }
}
