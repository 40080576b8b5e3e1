//! The ways of a plan, as a cluster has their objects: with a namespace.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use cutover::Plan;
use cutover::manifest::{Bundle, Manifest, MergeKeys, ObjectRef};
use cutover::patch::{Segment, differences};
use cutover::planning::{Change, Deployment, Gate, Held, Step, apply};
use cutover_run::Write;

use crate::checks::placed;
use crate::trace::{Place, Way, object_of, pauses};

/// The ways of a plan.
#[derive(Clone)]
pub(crate) struct Course {
    pub(crate) plan: Plan,
    objects: BTreeSet<ObjectRef>,
    /// The states of the way forward, and of the ways back from each step.
    ways: BTreeMap<usize, Stretch>,
}

/// Steps, and the states before, between and after them.
#[derive(Clone)]
struct Stretch {
    steps: Vec<Step>,
    states: Vec<Bundle>,
}

/// Each is made once, however many runs there are.
static KNOWN: Mutex<BTreeMap<String, Arc<Course>>> = Mutex::new(BTreeMap::new());

/// The key of the way forward; ways back have the number of the step that they begin after.
const FORWARD: usize = 0;

impl Course {
    pub(crate) fn of(plan: &Plan) -> Arc<Self> {
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        let digest = plan.digest.to_string();
        let course = known.entry(digest);
        Arc::clone(course.or_insert_with(|| Arc::new(Self::new(plan))))
    }

    pub(super) fn new(plan: &Plan) -> Self {
        let forward = Stretch::new(plan.start(), plan.spec.steps.clone());
        let back = (1..=plan.len()).map(|from| {
            let steps = plan.way_back(from).unwrap().into_iter().cloned().collect();
            (from, Stretch::new(forward.states[from].clone(), steps))
        });
        let mut ways: BTreeMap<usize, Stretch> = back.collect();
        ways.insert(FORWARD, forward);
        Self {
            objects: plan.objects().iter().map(placed).collect(),
            ways,
            plan: plan.clone(),
        }
    }

    /// Whether it is an object of the plan.
    pub(crate) fn has(&self, object: &ObjectRef) -> bool {
        self.objects.contains(object)
    }

    pub(crate) fn objects(&self) -> impl Iterator<Item = &ObjectRef> {
        self.objects.iter()
    }

    /// Whether a gate of a way counts a set's pods, so that how many there are is the plan's to say.
    pub(crate) fn counts(&self, way: Way, set: &ObjectRef) -> bool {
        let gates = self.stretch(way).steps.iter().flat_map(|step| &step.gates);
        let mut counted = gates.filter_map(Gate::counted);
        counted.any(|pods| pods.replicas.is_some() && placed(pods.object) == *set)
    }

    /// Whether a step forward waits until an autoscaler is held.
    pub(crate) fn holds(&self, autoscaler: &ObjectRef) -> bool {
        let steps = &self.stretch(Way::Forward).steps;
        let mut gates = steps.iter().flat_map(|step| &step.gates);
        gates.any(
            |gate| matches!(gate, Gate::Held(Held { object }) if placed(object) == *autoscaler),
        )
    }

    /// The step of a place; none behind the last one.
    pub(crate) fn step(&self, place: Place) -> Option<&Step> {
        let steps = &self.stretch(place.way).steps;
        place.step.checked_sub(1).and_then(|index| steps.get(index))
    }

    /// How many steps a way has.
    pub(crate) fn len(&self, way: Way) -> usize {
        self.stretch(way).steps.len()
    }

    /// The objects that a step changes.
    pub(crate) fn changes(&self, place: Place) -> Vec<ObjectRef> {
        let changes = self.step(place).map_or(&[][..], |step| &step.changes);
        changes.iter().map(Change::object).map(placed).collect()
    }

    /// For how long, in seconds, the gates of a step are waited for; none where it has none.
    pub(crate) fn limit(&self, place: Place) -> Option<u32> {
        let state = self.stretch(place.way).states.get(place.step)?;
        Some(self.step(place)?.limit(state)?.seconds())
    }

    pub(crate) fn gates(&self, place: Place) -> &[Gate] {
        self.step(place).map_or(&[], |step| &step.gates)
    }

    /// An object in the state before a step.
    pub(crate) fn before(&self, place: Place, object: &ObjectRef) -> Option<&Manifest> {
        let states = &self.stretch(place.way).states;
        let state = states.get(place.step.checked_sub(1)?)?;
        find(state, object)
    }

    /// An object in the state after a step.
    pub(crate) fn after(&self, place: Place, object: &ObjectRef) -> Option<&Manifest> {
        let state = self.stretch(place.way).states.get(place.step)?;
        find(state, object)
    }

    /// Whether a field is one that the plan changes in an object, or holds one, or is within one.
    pub(crate) fn plans(&self, object: &ObjectRef, field: &[Segment]) -> bool {
        let states = self.states(object);
        let pairs = states.windows(2);
        let changed = pairs.flat_map(|two| differences(two[0].value(), two[1].value(), &MergeKeys));
        let mut changed = changed.map(|found| found.path);
        changed.any(|path| path.starts_with(field) || field.starts_with(&path))
    }

    /// Whether a write does nothing but pause a Deployment, or let it go on, since the run is paused:
    /// none where the plan itself says when it is.
    pub(crate) fn pauses(&self, write: &Write) -> Option<bool> {
        let states = self.states(object_of(write)).into_iter();
        let is_planned = states.map(Deployment::of).any(Deployment::is_paused);
        pauses(write).filter(|_| !is_planned)
    }

    /// Every state of an object on any way.
    pub(crate) fn states(&self, object: &ObjectRef) -> Vec<&Manifest> {
        let states = self.ways.values().flat_map(|way| &way.states);
        let mut found: Vec<&Manifest> = Vec::new();
        for state in states.filter_map(|state| find(state, object)) {
            if !found.contains(&state) {
                found.push(state);
            }
        }
        found
    }

    fn stretch(&self, way: Way) -> &Stretch {
        let key = match way {
            Way::Forward => FORWARD,
            Way::Back { from, .. } => from,
        };
        // A run back from the start has no steps, as a plan without any.
        self.ways.get(&key).unwrap_or_else(|| &self.ways[&FORWARD])
    }
}

impl Stretch {
    fn new(start: Bundle, steps: Vec<Step>) -> Self {
        let mut states = vec![start];
        for (number, step) in (1..).zip(&steps) {
            let mut state = states[states.len() - 1].clone();
            apply(&mut state, step, number).unwrap();
            states.push(state);
        }
        Self { steps, states }
    }
}

fn find<'a>(state: &'a Bundle, object: &ObjectRef) -> Option<&'a Manifest> {
    state
        .iter()
        .find(|manifest| placed(manifest.object()) == *object)
}
