//! An abort is heard.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cutover::manifest::ObjectRef;
use cutover_run::{Answer, Journal};

use super::view::Views;
use super::{Course, Law};
use crate::stage::NAMESPACE;
use crate::trace::{Moment, Place, Way, What, gives_back, object_of, write_of};

/// Who was asked to go back, at its terminal or in the journal, begins no further step forward, nor
/// tries again what the server says has failed.
pub(crate) struct Abort {
    course: Arc<Course>,
    journal: ObjectRef,
    asked: BTreeSet<u32>,
    begun: BTreeSet<Place>,
    /// Of which objects the server has said last that a write failed, and every attempt was answered.
    failed: BTreeMap<(u32, ObjectRef), bool>,
}

impl Abort {
    pub(crate) fn new(course: Arc<Course>) -> Self {
        Self {
            journal: Journal::object(&course.plan, NAMESPACE),
            course,
            asked: BTreeSet::new(),
            begun: BTreeSet::new(),
            failed: BTreeMap::new(),
        }
    }
}

impl Abort {
    fn hear(&mut self, runner: u32, object: &ObjectRef, answer: &Answer) {
        let key = (runner, object.clone());
        match answer {
            Err(fault) if fault.code >= 500 => {
                self.failed.entry(key).or_insert(true);
            }
            // It may land later, and what was granted before is refused as if nobody had answered: only
            // another attempt tells.
            Err(fault) if [0, 401, 403].contains(&fault.code) => {
                self.failed.insert(key, false);
            }
            Ok(_) | Err(_) => {
                self.failed.remove(&key);
            }
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
            What::Answered {
                runner,
                request,
                answer,
            } => {
                let object = write_of(request).map(object_of);
                if let Some(object) = object.filter(|object| self.course.has(object)) {
                    self.hear(*runner, object, answer);
                }
            }
            What::Asked {
                runner,
                request,
                standing,
            } => {
                // Who gives its fields back has come to its end.
                let write = write_of(request).filter(|write| !gives_back(write));
                let (Some(object), Some(place)) = (write.map(object_of), standing.place) else {
                    return Ok(());
                };
                if !self.course.has(object) {
                    return Ok(());
                }
                let key = (*runner, object.clone());
                let has_failed = self.failed.get(&key) == Some(&true);
                if has_failed && place.way == Way::Forward && self.asked.contains(runner) {
                    return Err(format!("{object}: it is written again all the same"));
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
