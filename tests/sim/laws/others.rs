//! Nothing of others is overwritten.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cutover::manifest::{Bundle, Manifest, MergeKeys, ObjectRef};
use cutover::patch::{Difference, differences, lacking};
use cutover::planning::Deployment;
use cutover_model::Model;
use cutover_run::{Write, as_written};
use jiff::Timestamp;

use super::journaled::takes_over;
use super::view::Views;
use super::word::Word;
use super::{Course, Law};
use crate::sealer;
use crate::trace::{Moment, What, object_of};
use crate::wire::call;

/// What a write replaces is what some state of the plan holds there, or what was there before the
/// run; what it deletes holds what some state of the plan says. A person's word is the one exception.
pub(crate) struct Others {
    course: Arc<Course>,
    start: BTreeMap<ObjectRef, Manifest>,
    /// Deployments that a run has paused, which are its own to let go on.
    paused: BTreeSet<ObjectRef>,
    word: Word,
}

impl Others {
    pub(crate) fn new(course: Arc<Course>, start: &Bundle) -> Self {
        let start = start.iter();
        Self {
            course,
            start: start
                .map(|manifest| (manifest.object().clone(), manifest.clone()))
                .collect(),
            paused: BTreeSet::new(),
            word: Word::default(),
        }
    }

    /// The object as if the run had not paused it, where it has.
    fn unpaused(&mut self, write: &Write, before: Manifest) -> Manifest {
        let object = object_of(write);
        if self.course.pauses(write) == Some(true) && !Deployment::of(&before).is_paused() {
            self.paused.insert(object.clone());
        }
        match self.paused.contains(object) {
            true => before.without(Deployment::PAUSED),
            false => before,
        }
    }

    fn overwritten(&self, before: &Manifest, after: &Manifest) -> Option<Difference> {
        let object = before.object();
        let states = self.course.states(object).into_iter();
        let mut known: Vec<Manifest> = states.map(stored).collect();
        known.extend(self.start.get(object).cloned());
        let mut replaced = changed(before, after).into_iter();
        replaced.find(|found| {
            found.before.is_some() && !known.iter().any(|state| holds(state, after, found))
        })
    }
}

impl Law for Others {
    fn see(&mut self, moment: &Moment, _: &Views) -> Result<(), String> {
        self.word.see(moment);
        let What::Wrote {
            write,
            before: Some(before),
            after,
            standing,
            ..
        } = &moment.what
        else {
            return Ok(());
        };
        let object = object_of(write);
        if !self.course.has(object) || object.kind == "Secret" || self.word.covers(object) {
            return Ok(());
        }
        // The number of pods was the autoscaler's until a step holds it.
        let place = standing.place;
        let taken = place.is_some_and(|place| takes_over(self.course.gates(place), object));
        let before = match taken {
            true => before.without(Deployment::REPLICAS),
            false => before.clone(),
        };
        let before = self.unpaused(write, before);
        match (write, after) {
            (Write::Patch { .. }, Some(after)) => match self.overwritten(&before, after) {
                Some(found) => Err(format!(
                    "{object}: {} was {:?}, which the plan does not know, and is {:?}",
                    found.path, found.before, found.after
                )),
                None => Ok(()),
            },
            (Write::Delete { .. }, _) => {
                let states = self.course.states(object).into_iter();
                let mut known = states.filter(|state| {
                    let live = sealer().seal_like(&before, state);
                    lacking(state.value(), live.value(), &MergeKeys).is_empty()
                });
                match known.next() {
                    Some(_) => Ok(()),
                    None => Err(format!("{object}: it was another one when it was deleted")),
                }
            }
            (Write::Create(_) | Write::Patch { .. }, _) => Ok(()),
        }
    }
}

/// A state as the server stores it: with other words for the same quantities.
fn stored(state: &Manifest) -> Manifest {
    let now = Timestamp::UNIX_EPOCH;
    let mut model = Model::new(0, now);
    model.server.create(state, call(now)).unwrap()
}

/// What a write changes, apart from what the server keeps for itself.
fn changed(before: &Manifest, after: &Manifest) -> Vec<Difference> {
    let (before, after) = (as_written(before), as_written(after));
    differences(before.value(), after.value(), &MergeKeys)
}

/// Whether a state of the plan holds what was there before a write.
pub(super) fn knows(states: &[&Manifest], after: &Manifest, found: &Difference) -> bool {
    let mut known = states.iter().map(|state| stored(state));
    known.any(|state| holds(&state, after, found))
}

/// Whether a state holds what was there before a write made it something else.
fn holds(state: &Manifest, after: &Manifest, found: &Difference) -> bool {
    let found_there = differences(state.value(), after.value(), &MergeKeys);
    found_there
        .iter()
        .any(|other| other.path == found.path && other.before == found.before)
}
