//! Whether ways back stay within the plan.

use std::collections::{BTreeMap, BTreeSet};

use cutover_manifest::{Bundle, Digest, Manifest, ObjectRef};
use cutover_plan::{Gate, Plan, Step};
use cutover_workload::{Deployment, Version};

use crate::broken::{Broken, Place};

/// What the way forward makes of each object, but for counts and update strategies.
#[derive(Default)]
pub(crate) struct Seen(BTreeMap<ObjectRef, BTreeSet<Option<Digest>>>);

impl Seen {
    /// Notes a state of the way forward, for the objects that are not yet known so.
    pub(crate) fn note(
        &mut self,
        state: &Bundle,
        objects: &BTreeSet<ObjectRef>,
    ) -> Result<(), Broken> {
        for object in objects {
            let digest = state.get(object).map(plain).transpose()?;
            self.0.entry(object.clone()).or_default().insert(digest);
        }
        Ok(())
    }

    /// Whether a step of a way back leaves each object as it is in some state of the way forward.
    pub(crate) fn holds(
        &self,
        step: &Step,
        state: &Bundle,
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
            if !seen.contains(&digest) {
                let reason = "it is so in no state of the way forward";
                broken.push(Broken::object(place, object, reason));
            }
        }
        Ok(broken)
    }
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

/// The digest of an object without what a way back may set otherwise.
fn plain(manifest: &Manifest) -> Result<Digest, Broken> {
    let digest = if Deployment::is(manifest.object()) {
        let plain = manifest.without("/spec/replicas").without("/spec/strategy");
        plain.digest().cloned()
    } else {
        manifest.digest().cloned()
    };
    Ok(digest.map_err(cutover_plan::Error::from)?)
}
