//! Before pods are taken away the others are counted anew.

use std::collections::BTreeMap;
use std::sync::Arc;

use cutover::manifest::{Manifest, ObjectRef};
use cutover::planning::Deployment;
use cutover_run::Request;

use super::begins::Begins;
use super::view::{View, Views};
use super::{Course, Law};
use crate::trace::{Moment, Place, What, object_of, write_of};

/// A step that takes pods away, or directs requests elsewhere, begins only after each ReplicaSet
/// of other sets was read from the server, and not from a watch, since the run wrote last.
pub(crate) struct Counted {
    course: Arc<Course>,
    begins: Begins,
    /// What each runner has read since it wrote last.
    read: BTreeMap<u32, Vec<ObjectRef>>,
}

impl Counted {
    pub(crate) fn new(course: Arc<Course>) -> Self {
        Self {
            course,
            begins: Begins::new(),
            read: BTreeMap::new(),
        }
    }

    /// A ReplicaSet that keeps its pods in a step and that nobody has counted anew.
    fn uncounted(&self, runner: u32, place: Place, view: &View) -> Option<ObjectRef> {
        // What a run that turned round has never made loses nothing.
        let mut losing = self.course.changes(place);
        losing.retain(|object| self.loses(place, object) && view.get(object).is_some());
        if losing.is_empty() {
            return None;
        }
        let read = self.read.get(&runner).map_or(&[][..], Vec::as_slice);
        let keeps = |set: &&Manifest| {
            let count = set
                .pointer("/spec/replicas")
                .and_then(|count| count.as_u64());
            let owner = set.controller();
            count > Some(0)
                && owner.is_some_and(|owner| {
                    !losing.contains(&owner)
                        && view.get(&owner).is_some_and(|live| live.controls(set))
                        && self.course.after(place, &owner).is_some()
                })
        };
        let mut kept = view.of_kind("ReplicaSet").filter(keeps);
        let set = kept.find(|set| !read.contains(set.object()))?;
        Some(set.object().clone())
    }

    fn loses(&self, place: Place, object: &ObjectRef) -> bool {
        let before = self.course.before(place, object);
        let Some((before, after)) = before.zip(self.course.after(place, object)) else {
            return before.is_some();
        };
        match Deployment::is(object) {
            true => Deployment::of(after).replicas() < Deployment::of(before).replicas(),
            false => before.pointer("/spec/selector") != after.pointer("/spec/selector"),
        }
    }
}

impl Law for Counted {
    fn see(&mut self, moment: &Moment, views: &Views) -> Result<(), String> {
        if let Some((runner, place)) = self.begins.see(moment, &self.course)
            && let Some(set) = self.uncounted(runner, place, views.of(runner))
        {
            let step = place.step;
            return Err(format!(
                "step {step} begins, and {set} was not counted anew"
            ));
        }
        match &moment.what {
            What::Asked {
                runner, request, ..
            } if write_of(request).is_some_and(|write| self.course.has(object_of(write))) => {
                self.read.remove(runner);
            }
            What::Answered {
                runner,
                request: Request::Get(object),
                answer: Ok(_),
            } => self.read.entry(*runner).or_default().push(object.clone()),
            _ => {}
        }
        Ok(())
    }
}
