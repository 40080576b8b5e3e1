//! Plans that are damaged in one place and digested again.

use cutover::Plan;
use cutover::manifest::{Bundle, Manifest, ObjectRef};
use cutover::patch::{PatchOperation, apply};
use cutover::planning::{Change, Deployment, Gate, Spec, Step, state_digest, walk};
use cutover::traffic::Service;
use serde_json::json;

/// What is done to a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// A gate of the way forward is left out.
    GateLess,
    /// A gate of a way back is left out.
    GateLessBack,
    /// A set has one pod more for a while.
    CountMore,
    /// A step of a way back is left out.
    UndoStepLess,
    /// Two steps of the way forward are swapped.
    StepsSwapped,
    /// A Service selects more pods for a while, or others.
    SelectorChanged,
}

/// A plan that is damaged, and where.
pub(crate) struct Damaged {
    pub(crate) kind: Kind,
    pub(crate) place: String,
    pub(crate) plan: Plan,
}

/// The plan, damaged in each place in turn.
pub(crate) fn damaged(plan: &Plan) -> Vec<Damaged> {
    let states = states(&plan.start(), &plan.spec.steps);
    let mut damaged = Vec::new();
    gates(plan, &mut damaged);
    for (number, step) in (1..).zip(&plan.spec.steps) {
        for object in step.changes.iter().map(Change::object) {
            counts(plan, &states, number, object, &mut damaged);
        }
        for service in states[number].of_kind("Service") {
            selectors(plan, &states, number, service, &mut damaged);
        }
    }
    for undo in &plan.spec.undo {
        for at in 0..undo.steps.len() {
            let mut spec = plan.spec.clone();
            spec.undo[undo.from - 1].steps.remove(at);
            let place = format!("undo from step {}, step {}", undo.from, at + 1);
            damaged.push(Damaged::new(Kind::UndoStepLess, place, plan, spec));
        }
    }
    for at in 1..plan.len() {
        let place = format!("steps {at} and {}", at + 1);
        let spec = swapped(plan, at - 1);
        damaged.push(Damaged::new(Kind::StepsSwapped, place, plan, spec));
    }
    damaged
}

impl Damaged {
    fn new(kind: Kind, place: String, plan: &Plan, spec: Spec) -> Self {
        let plan = Plan::new(&plan.metadata.name, spec).unwrap();
        Self { kind, place, plan }
    }
}

/// Each gate that looks at objects is left out.
fn gates(plan: &Plan, damaged: &mut Vec<Damaged>) {
    let observed = |step: &Step| -> Vec<usize> {
        let gates = step.gates.iter().enumerate();
        let observed = gates.filter(|(_, gate)| gate.is_observed());
        observed.map(|(at, _)| at).collect()
    };
    for (number, step) in (1..).zip(&plan.spec.steps) {
        for at in observed(step) {
            let mut spec = plan.spec.clone();
            spec.steps[number - 1].gates.remove(at);
            let place = format!("step {number}, gate {}", at + 1);
            damaged.push(Damaged::new(Kind::GateLess, place, plan, spec));
        }
    }
    for undo in &plan.spec.undo {
        for (number, step) in (1..).zip(&undo.steps) {
            for at in observed(step) {
                let mut spec = plan.spec.clone();
                let steps = &mut spec.undo[undo.from - 1].steps;
                steps[number - 1].gates.remove(at);
                let place = format!(
                    "undo from step {}, step {number}, gate {}",
                    undo.from,
                    at + 1
                );
                damaged.push(Damaged::new(Kind::GateLessBack, place, plan, spec));
            }
        }
    }
}

/// A set that a step changes has one pod more from then on, until its count changes again.
fn counts(
    plan: &Plan,
    states: &[Bundle],
    number: usize,
    object: &ObjectRef,
    damaged: &mut Vec<Damaged>,
) {
    let set = states[number].get(object);
    let Some(set) = set.filter(|set| Deployment::is(set.object())) else {
        return;
    };
    let count = Deployment::of(set).replicas();
    let more = |set: &Manifest| match Deployment::of(set).replicas() == count {
        true => Deployment::of(set).scaled(count.unwrap_or(1) + 1),
        false => set.clone(),
    };
    let spec = altered(plan, states, number, object, more);
    let place = format!("step {number}, {object}");
    damaged.push(Damaged::new(Kind::CountMore, place, plan, spec));
}

/// A Service selects by one label less, or by another value, until it changes again.
fn selectors(
    plan: &Plan,
    states: &[Bundle],
    number: usize,
    service: &Manifest,
    damaged: &mut Vec<Damaged>,
) {
    let selector = service.pointer("/spec/selector");
    let labels = selector.and_then(|selector| selector.as_object());
    for label in labels.into_iter().flat_map(|labels| labels.keys()) {
        let other = service.with_entry(Service::SELECTOR, label, json!("other"));
        let mut fewer = service.pointer("/spec/selector").cloned().unwrap();
        fewer.as_object_mut().unwrap().remove(label);
        let wide = service.with(Service::SELECTOR, fewer);
        for (how, edited) in [("less", wide), ("other", other)] {
            let object = service.object();
            let spec = altered(plan, states, number, object, |service| {
                service
                    .set("/spec/selector", edited.value()["spec"]["selector"].clone())
                    .unwrap()
            });
            let place = format!("step {number}, {object}: {label} {how}");
            damaged.push(Damaged::new(Kind::SelectorChanged, place, plan, spec));
        }
    }
}

/// The plan with an object that is otherwise from a step on, as long as it is as that step leaves
/// it, on the ways back too; and gates that know its count.
fn altered(
    plan: &Plan,
    states: &[Bundle],
    number: usize,
    object: &ObjectRef,
    edit: impl Fn(&Manifest) -> Manifest,
) -> Spec {
    let from = states[number].get(object).cloned();
    let until = states[number..]
        .iter()
        .position(|state| state.get(object) != from.as_ref());
    let until = until.map_or(states.len(), |until| number + until);
    let mut spec = plan.spec.clone();
    let mut theirs: Vec<Bundle> = states.to_vec();
    for state in &mut theirs[number..until] {
        change(state, object, &edit);
    }
    for (at, step) in spec.steps.iter_mut().enumerate() {
        derive(step, &theirs[at], &theirs[at + 1]);
    }
    for undo in &mut spec.undo {
        let mut walked = self::states(&states[undo.from], &undo.steps);
        let is_altered = (number..until).contains(&undo.from);
        let ends_altered = (number..until).contains(&undo.to);
        let last = walked.len() - 1;
        for (at, state) in walked.iter_mut().enumerate() {
            let keeps = state.get(object) == from.as_ref();
            if keeps && is_altered && (at < last || ends_altered) {
                change(state, object, &edit);
            }
        }
        for (at, step) in undo.steps.iter_mut().enumerate() {
            derive(step, &walked[at], &walked[at + 1]);
        }
    }
    spec
}

fn change(state: &mut Bundle, object: &ObjectRef, edit: impl Fn(&Manifest) -> Manifest) {
    if let Some(edited) = state.get(object).map(edit) {
        state.insert(edited);
    }
}

/// A step that leads from one state to another, in the order of its own changes; its gates wait for
/// the counts there.
fn derive(step: &mut Step, before: &Bundle, after: &Bundle) {
    let mut objects: Vec<ObjectRef> = Vec::new();
    objects.extend(step.changes.iter().map(|change| change.object().clone()));
    let others = before.objects().chain(after.objects()).cloned();
    for object in others {
        if !objects.contains(&object) {
            objects.push(object);
        }
    }
    let changes = objects.iter();
    let changes =
        changes.filter_map(|object| Change::between(before.get(object), after.get(object)));
    step.changes = changes.collect();
    for gate in &mut step.gates {
        let count = gate.object().and_then(|object| after.get(object));
        let Some(count) = count.and_then(|set| Deployment::of(set).replicas()) else {
            continue;
        };
        match gate {
            Gate::Available(available) => available.replicas = Some(count),
            Gate::Settled(settled) => settled.replicas = count,
            _ => {}
        }
    }
    step.state = state_digest(after).unwrap();
}

/// Two steps one for the other, each with its gates. A way back that knows the state between them
/// is the inverse of one step.
fn swapped(plan: &Plan, at: usize) -> Spec {
    let mut spec = plan.spec.clone();
    spec.steps.swap(at, at + 1);
    let states = forced(&plan.start(), &spec.steps);
    let middle = at + 1;
    for (at, step) in spec.steps.iter_mut().enumerate() {
        let (before, after) = (&states[at], &states[at + 1]);
        derive(step, before, after);
        let undo = &mut spec.undo[at];
        if undo.from == middle || undo.to == middle {
            (undo.to, undo.steps) = (at, vec![inverse(step, before, after)]);
        }
    }
    spec
}

fn inverse(step: &Step, before: &Bundle, after: &Bundle) -> Step {
    let mut back = step.clone();
    back.shares.clear();
    back.gates
        .retain(|gate| gate.object().is_some_and(|object| before.contains(object)));
    derive(&mut back, after, before);
    back
}

fn states(from: &Bundle, steps: &[Step]) -> Vec<Bundle> {
    let mut walk = walk(from.clone(), steps);
    let mut states = vec![from.clone()];
    while walk.advance().unwrap().is_some() {
        states.push(walk.state().clone());
    }
    states
}

/// The states along steps whose patches may not fit any more, without what they test.
fn forced(from: &Bundle, steps: &[Step]) -> Vec<Bundle> {
    let mut state = from.clone();
    let mut states = vec![from.clone()];
    for step in steps {
        for change in &step.changes {
            make(&mut state, change);
        }
        states.push(state.clone());
    }
    states
}

fn make(state: &mut Bundle, change: &Change) {
    match change {
        Change::Create(manifest) => drop(state.insert(manifest.clone())),
        Change::Delete(object) => drop(state.remove(object)),
        Change::Patch(patch) => {
            let mut ops = patch.ops.clone();
            ops.0.retain(|op| !matches!(op, PatchOperation::Test(_)));
            let Some(before) = state.get(&patch.object) else {
                return;
            };
            let mut value = before.value().clone();
            if apply(&mut value, &ops).is_ok() {
                state.insert(Manifest::new(value).unwrap());
            }
        }
        Change::Replace(_) => {}
    }
}
