//! A paused run begins no step.

use std::collections::BTreeSet;
use std::sync::Arc;

use cutover::manifest::ObjectRef;
use cutover::planning::Deployment;
use cutover_run::{Journal, Write};

use super::begins::Begins;
use super::view::Views;
use super::{Course, Law};
use crate::stage::NAMESPACE;
use crate::trace::{Moment, Way, What, object_of, write_of};

/// Who has been told that the run is paused begins no step forward, and is not done. Only then a
/// Deployment is paused, and only what a run has paused goes on by its hand.
pub(crate) struct Paused {
    course: Arc<Course>,
    journal: ObjectRef,
    begins: Begins,
    held: BTreeSet<ObjectRef>,
}

impl Paused {
    pub(crate) fn new(course: Arc<Course>) -> Self {
        Self {
            journal: Journal::object(&course.plan, NAMESPACE),
            course,
            begins: Begins::new(),
            held: BTreeSet::new(),
        }
    }

    /// Whether a runner has been told that the run is paused.
    fn is_told(&self, runner: u32, views: &Views) -> bool {
        let journal = views.of(runner).get(&self.journal);
        journal.is_some_and(|journal| journal.pointer("/data/pause").is_some())
    }

    fn is_asked_for(&self, runner: u32, write: &Write, views: &Views) -> Result<(), String> {
        let object = object_of(write);
        match (self.course.pauses(write), self.is_told(runner, views)) {
            (Some(true), false) => Err(format!("{object} is paused, and nobody asked for it")),
            (Some(false), _) if !self.held.contains(object) => {
                Err(format!("{object} goes on, and no run has paused it"))
            }
            (Some(_) | None, _) => Ok(()),
        }
    }
}

impl Law for Paused {
    fn see(&mut self, moment: &Moment, views: &Views) -> Result<(), String> {
        let begins = self.begins.see(moment, &self.course);
        if let Some((runner, place)) = begins
            && place.way == Way::Forward
            && self.is_told(runner, views)
        {
            return Err(format!("it begins step {} all the same", place.step));
        }
        match &moment.what {
            What::Asked {
                runner, request, ..
            } => match write_of(request) {
                Some(write) => self.is_asked_for(*runner, write, views),
                None => Ok(()),
            },
            What::Wrote { write, after, .. } => {
                let object = object_of(write);
                let paused = after
                    .as_ref()
                    .is_some_and(|after| Deployment::of(after).is_paused());
                if self.course.pauses(write) == Some(true) && paused {
                    self.held.insert(object.clone());
                } else if !paused {
                    self.held.remove(object);
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }
}
