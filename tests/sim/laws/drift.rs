//! No step begins beside drift.

use std::sync::Arc;

use cutover::manifest::{Manifest, MergeKeys, ObjectRef};
use cutover::patch::lacking;
use cutover::planning::Autoscaler;

use super::begins::Begins;
use super::view::{View, Views};
use super::word::Word;
use super::{Course, Law};
use crate::sealer;
use crate::trace::{Moment, Place, Way, What};

/// When a step begins, every object of the plan is as the state before it says, in the fields that the
/// plan changes and in what the runner has been told: those of the step too, of which a write may have
/// come late.
pub(crate) struct Drift {
    course: Arc<Course>,
    begins: Begins,
    word: Word,
}

impl Drift {
    pub(crate) fn new(course: Arc<Course>) -> Self {
        Self {
            course,
            begins: Begins::new(),
            word: Word::default(),
        }
    }

    fn drifted(&self, place: Place, object: &ObjectRef, view: &View) -> Option<String> {
        let is_of_step = self.course.changes(place).contains(object);
        // A way back goes on beside it, and a step is made over it.
        let may_go_over = is_of_step || place.way != Way::Forward;
        if may_go_over && self.word.covers(object) {
            return None;
        }
        let mut states = vec![self.course.before(place, object)];
        if is_of_step {
            states.push(self.course.after(place, object));
        }
        let reasons = states
            .into_iter()
            .map(|state| self.lacks(place, object, state, view));
        let reasons: Option<Vec<String>> = reasons.collect();
        reasons?.into_iter().next()
    }

    /// Whether an object was there for certain when a way began.
    fn was_there(&self, way: Way, object: &ObjectRef) -> bool {
        match way {
            Way::Back {
                from: step,
                halfway: true,
            } => {
                let turned = Place {
                    way: Way::Forward,
                    step,
                };
                self.course.before(turned, object).is_some()
            }
            Way::Back { halfway: false, .. } | Way::Forward => true,
        }
    }

    /// How an object is not as a state has it.
    fn lacks(
        &self,
        place: Place,
        object: &ObjectRef,
        state: Option<&Manifest>,
        view: &View,
    ) -> Option<String> {
        let (state, live) = match (state, view.get(object)) {
            (Some(state), Some(live)) => (state, live),
            // The step in whose middle the run turned round did not come to create it.
            (Some(_), None) if !self.was_there(place.way, object) => return None,
            (Some(_), None) => return Some(format!("{object} is gone")),
            // What is on its way out counts as gone.
            (None, _) => return None,
        };
        let live = sealer().seal_like(live, state);
        let lacks = lacking(state.value(), live.value(), &MergeKeys);
        let is_of_others = !self.course.counts(place.way, object) || is_scaled(object, view);
        let mut lacks = lacks
            .into_iter()
            .filter(|found| match found.path.to_string().as_str() {
                "spec.replicas" => !is_of_others,
                _ => self.course.plans(object, &found.path),
            });
        let found = lacks.next()?;
        Some(format!("{object}: {} is {:?}", found.path, found.after))
    }
}

/// Whether an autoscaler that is not held chooses how many pods a set has.
fn is_scaled(set: &ObjectRef, view: &View) -> bool {
    let kinds = ["HorizontalPodAutoscaler", "ScaledObject"];
    let there = kinds.iter().flat_map(|kind| view.of_kind(kind));
    let mut scalers = there.filter_map(Autoscaler::of);
    scalers.any(|scaler| scaler.scales(set) && !scaler.is_held())
}

impl Law for Drift {
    fn see(&mut self, moment: &Moment, views: &Views) -> Result<(), String> {
        self.word.see(moment);
        if !matches!(moment.what, What::Asked { .. } | What::Wrote { .. }) {
            return Ok(());
        }
        let Some((runner, place)) = self.begins.see(moment, &self.course) else {
            return Ok(());
        };
        // Who turns round in the middle of a step finds some of its changes made, and some not.
        if place.step == 1 && matches!(place.way, Way::Back { halfway: true, .. }) {
            return Ok(());
        }
        let view = views.of(runner);
        let mut objects = self.course.objects();
        match objects.find_map(|object| self.drifted(place, object, view)) {
            Some(reason) => Err(format!("step {}: {reason}", place.step)),
            None => Ok(()),
        }
    }
}
