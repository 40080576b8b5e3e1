//! An abort is heard.

use std::collections::BTreeSet;
use std::sync::Arc;

use cutover::manifest::ObjectRef;
use cutover_run::Journal;

use super::view::Views;
use super::{Course, Law};
use crate::stage::NAMESPACE;
use crate::trace::{Moment, Place, Way, What, object_of, write_of};

/// Who was asked to go back, at its terminal or in the journal, begins no further step forward.
pub(crate) struct Abort {
    course: Arc<Course>,
    journal: ObjectRef,
    asked: BTreeSet<u32>,
    begun: BTreeSet<Place>,
}

impl Abort {
    pub(crate) fn new(course: Arc<Course>) -> Self {
        Self {
            journal: Journal::object(&course.plan, NAMESPACE),
            course,
            asked: BTreeSet::new(),
            begun: BTreeSet::new(),
        }
    }
}

impl Law for Abort {
    fn see(&mut self, moment: &Moment, _: &Views) -> Result<(), String> {
        match &moment.what {
            What::Aborted { runner } => {
                self.asked.insert(*runner);
            }
            What::Changed { runner, manifest }
                if *manifest.object() == self.journal
                    && manifest.pointer("/data/abort").is_some() =>
            {
                self.asked.insert(*runner);
            }
            What::Asked {
                runner,
                request,
                standing,
            } => {
                let object = write_of(request).map(object_of);
                let (Some(object), Some(place)) = (object, standing.place) else {
                    return Ok(());
                };
                if !self.course.has(object) {
                    return Ok(());
                }
                let begins = self.begun.insert(place);
                if begins && place.way == Way::Forward && self.asked.contains(runner) {
                    return Err(format!("it begins step {} all the same", place.step));
                }
            }
            _ => {}
        }
        Ok(())
    }
}
