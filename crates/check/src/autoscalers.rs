//! Which sets' counts an autoscaler may write.

use std::collections::{BTreeMap, BTreeSet};

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_workload::{Autoscaler, Deployment};

use crate::broken::{Broken, Place};
use crate::parts::Parts;

/// The autoscalers that may write a count of the plan's at a moment: those that nothing holds, and
/// those that changed and that no gate has seen held, or gone, since; each with the sets it scales.
///
/// Sets whose bounds are live are none of them: no count of theirs is relied on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Writers(BTreeMap<ObjectRef, BTreeSet<ObjectRef>>);

impl Writers {
    /// Before the first step.
    pub(crate) fn at_rest<'a>(
        writing: &[Autoscaler<'_>],
        counted: impl Iterator<Item = &'a ObjectRef> + Clone,
    ) -> Self {
        let mut writers = Self(BTreeMap::new());
        for scaler in writing {
            writers.note(*scaler, counted.clone());
        }
        writers
    }

    /// After a change of an object, as it was and as it becomes.
    pub(crate) fn change<'a>(
        &mut self,
        states: [Option<&Manifest>; 2],
        counted: impl Iterator<Item = &'a ObjectRef> + Clone,
    ) {
        for scaler in states.into_iter().flatten().filter_map(Autoscaler::of) {
            self.note(scaler, counted.clone());
        }
    }

    fn note<'a>(&mut self, scaler: Autoscaler<'_>, counted: impl Iterator<Item = &'a ObjectRef>) {
        let mut sets = counted.filter(|set| scaler.scales(set)).cloned().peekable();
        if sets.peek().is_some() {
            let writes = self.0.entry(scaler.object().clone()).or_default();
            writes.extend(sets);
        }
    }

    /// After a gate has seen an autoscaler stand still in a state.
    pub(crate) fn seen(&mut self, object: &ObjectRef, state: &Bundle) {
        let scaler = state.get(object).and_then(Autoscaler::of);
        if scaler.is_none_or(Autoscaler::is_held) {
            self.0.remove(object);
        }
    }

    /// Whether one of them may write how many pods a set has.
    pub(crate) fn write(&self, set: &ObjectRef) -> bool {
        self.0.values().any(|sets| sets.contains(set))
    }
}

/// The autoscalers of a state that write counts.
pub(crate) fn writing(state: &Bundle) -> Vec<Autoscaler<'_>> {
    let scalers = state.iter().filter_map(Autoscaler::of);
    scalers.filter(|scaler| !scaler.is_held()).collect()
}

/// A held autoscaler whose limits leave out the number of pods that a state gives its set: it
/// enforces them all the same.
pub(crate) fn narrow(state: &Bundle, parts: &Parts<'_>, place: Place) -> Option<Broken> {
    let scalers = state.iter().filter_map(Autoscaler::of);
    let mut held = scalers.filter(|scaler| scaler.is_held());
    let narrow = held.find(|scaler| {
        let sets = parts.scaled_by(*scaler);
        let counts = sets.filter_map(|set| Deployment::of(state.get(set)?).replicas());
        !counts.into_iter().all(|count| scaler.admits(count))
    })?;
    let reason = "its limits leave out the number of pods that the plan gives its set";
    Some(Broken::field(place, narrow.object(), "/spec", reason))
}

/// What is wrong with a gate that waits for an autoscaler to stand still.
pub(crate) fn gate(object: &ObjectRef, state: &Bundle) -> Option<&'static str> {
    if !Autoscaler::is(object) {
        return Some("its gate waits for an autoscaler to stand still, and it is none");
    }
    let scaler = state.get(object).and_then(Autoscaler::of)?;
    let reason = "its gate waits for it to stand still, and nothing holds it";
    (!scaler.is_held()).then_some(reason)
}
