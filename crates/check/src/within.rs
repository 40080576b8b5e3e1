//! Whether ways back stay within the plan.

use std::collections::{BTreeMap, BTreeSet};

use cutover_manifest::{Bundle, Digest, Field, Manifest, ObjectRef};
use cutover_patch::PatchOperation;
use cutover_plan::{Change, Gate, Plan, Step};
use cutover_workload::{Autoscaler, Deployment, Version, Workload};

use crate::broken::{Broken, Place};

/// What the way forward makes of each object that it changes, but for counts and update strategies, and
/// the first step after which it is so.
pub(crate) struct Seen(BTreeMap<ObjectRef, BTreeMap<Option<Digest>, usize>>);

impl Seen {
    /// What the way forward begins with.
    pub(crate) fn of(plan: &Plan) -> Result<Self, Broken> {
        let start = plan.start();
        let mut seen = Self(BTreeMap::new());
        for step in &plan.spec.steps {
            seen.note(&start, step, 0)?;
        }
        Ok(seen)
    }

    /// Notes a state of the way forward, as a step leaves its objects there.
    pub(crate) fn note(
        &mut self,
        state: &Bundle,
        step: &Step,
        number: usize,
    ) -> Result<(), Broken> {
        for object in step.changes.iter().map(Change::object) {
            let digest = state.get(object).map(plain).transpose()?;
            let seen = self.0.entry(object.clone()).or_default();
            seen.entry(digest).or_insert(number);
        }
        Ok(())
    }

    /// Whether a step of a way back leaves each object as it is in some state of the way forward that
    /// leads to where the way back begins.
    pub(crate) fn holds(
        &self,
        step: &Step,
        state: &Bundle,
        from: usize,
        place: Place,
    ) -> Result<Vec<Broken>, Broken> {
        let mut broken = Vec::new();
        for change in &step.changes {
            let object = change.object();
            let Some(seen) = self.0.get(object) else {
                let reason = "the way forward does not touch it";
                broken.push(Broken::object(place, object, reason));
                continue;
            };
            let digest = state.get(object).map(plain).transpose()?;
            if seen.get(&digest).is_none_or(|first| *first > from) {
                let reason = "it is so in no state of the way forward to there";
                broken.push(Broken::field(place, object, &field(change), reason));
            }
        }
        Ok(broken)
    }
}

/// The first field that a change gives another value, but for those that a way back may set.
fn field(change: &Change) -> String {
    let Change::Patch(patch) = change else {
        return String::new();
    };
    for operation in patch.ops.iter() {
        let path = operation.path().as_str();
        let is_free = FREE.iter().any(|free| path.starts_with(free.pointer()));
        if !is_free && !matches!(operation, PatchOperation::Test(_)) {
            return path.to_owned();
        }
    }
    String::new()
}

/// What a way back may not ask.
pub(crate) fn asks(step: &Step, place: Place) -> Option<Broken> {
    let asks = step.gates.iter().any(|gate| match gate {
        Gate::Available(_)
        | Gate::Drained(_)
        | Gate::Endpoints(_)
        | Gate::Held(_)
        | Gate::Routed(_)
        | Gate::Settled(_) => false,
        Gate::Job(_)
        | Gate::Metric(_)
        | Gate::Pause(_)
        | Gate::Smoke(_)
        | Gate::Webhook(_)
        | Gate::Window(_) => true,
    });
    let reason = "a way back waits for no person, no time and no other system";
    (asks || !step.shares.is_empty()).then_some(Broken::Says { place, reason })
}

/// Pods of another version that a way back waits for: their health is usually why one goes back.
pub(crate) fn awaits(
    step: &Step,
    state: &Bundle,
    old: &BTreeSet<Version>,
    place: Place,
) -> Option<Broken> {
    let ready = step.gates.iter().filter_map(Gate::counted);
    let mut ready = ready.filter(|pods| pods.ready).map(|pods| pods.object);
    let fresh = ready.find(|object| {
        let set = state.get(object);
        set.is_some_and(|set| !old.contains(&Version::of(set)))
    });
    let reason = "a way back waits for pods of the new version to become ready";
    fresh.map(|object| Broken::object(place, object, reason))
}

/// Pods of another version that a way back starts in a set: it takes them away, and nothing else.
pub(crate) fn renews(
    workload: &Workload,
    set: &ObjectRef,
    states: [&Bundle; 2],
    old: &BTreeSet<Version>,
    place: Place,
) -> Option<Broken> {
    let new_pods = |state: &Bundle| {
        let new = state
            .get(set)
            .filter(|set| !old.contains(&Version::of(set)));
        new.map_or(0, |set| workload.pods_of(set))
    };
    let [before, after] = states.map(new_pods);
    let reason = "a way back starts pods of the new version";
    (after > before).then(|| Broken::object(place, set, reason))
}

/// A way back that gives up before those do that it waits for, or waits on when they have long given
/// up.
pub(crate) fn mistimed(step: &Step, state: &Bundle, place: Place) -> Option<Broken> {
    let within = step.within?;
    let reason = if within < Step::least_limit(&step.gates, state)? {
        "a way back gives up before the sets do that it waits for"
    } else if within > Step::full_limit(&step.gates, state)? {
        "a way back waits for longer than the sets and gateways take that it waits for"
    } else {
        return None;
    };
    Some(Broken::Says { place, reason })
}

/// The versions that the plan's workloads run before it begins.
pub(crate) fn versions(plan: &Plan) -> BTreeSet<Version> {
    let start = plan.start();
    let sets = plan
        .spec
        .workloads
        .iter()
        .flat_map(|workload| workload.objects());
    sets.filter_map(|set| start.get(set))
        .map(Version::of)
        .collect()
}

/// What a way back may set otherwise than any state of the way forward, in a set.
const FREE: [Field; 2] = [Deployment::REPLICAS, Deployment::STRATEGY];

/// The digest of an object without what a way back may set otherwise: of a set, and the limits of an
/// autoscaler that is held.
fn plain(manifest: &Manifest) -> Result<Digest, Broken> {
    let mut plain = manifest.clone();
    if Deployment::is(manifest.object()) {
        plain = FREE.iter().fold(plain, |plain, free| plain.without(*free));
    } else if let Some(scaler) = Autoscaler::of(manifest) {
        plain = scaler.without_limits();
    }
    let digest = plain.digest().cloned();
    Ok(digest.map_err(cutover_plan::Error::from)?)
}
