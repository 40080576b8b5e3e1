//! One write a change.

use std::collections::BTreeSet;
use std::sync::Arc;

use cutover::manifest::ObjectRef;

use super::view::Views;
use super::word::Word;
use super::{Course, Law};
use crate::trace::{Moment, Place, Way, What, gives_back, object_of};

/// Each change of each step is made by one write, whoever carries the run on. Each time that
/// somebody pauses the run one write more pauses a Deployment, and one lets it go on; and at the end
/// one more gives the fields back. What a person overrules takes a write more, and one to give it back.
pub(crate) struct Once {
    course: Arc<Course>,
    way: Way,
    made: BTreeSet<(Place, ObjectRef)>,
    paused: BTreeSet<(ObjectRef, bool)>,
    word: Word,
}

impl Once {
    pub(crate) fn new(course: Arc<Course>) -> Self {
        Self {
            course,
            way: Way::Forward,
            made: BTreeSet::new(),
            paused: BTreeSet::new(),
            word: Word::default(),
        }
    }
}

impl Law for Once {
    fn see(&mut self, moment: &Moment, _: &Views) -> Result<(), String> {
        self.word.see(moment);
        if let What::Paused = &moment.what {
            self.paused.clear();
        }
        let What::Wrote {
            write, standing, ..
        } = &moment.what
        else {
            return Ok(());
        };
        if let Some(paused) = self.course.pauses(write) {
            let object = object_of(write).clone();
            let is_first = self.paused.insert((object.clone(), paused));
            let told = || format!("{object}: it was paused twice, or went on twice");
            return is_first.then_some(()).ok_or_else(told);
        }
        let (object, Some(place)) = (object_of(write), standing.place) else {
            return Ok(());
        };
        if !self.course.has(object) || gives_back(write) || self.word.covers(object) {
            return Ok(());
        }
        // A run that turns round comes to the same steps again.
        if self.way != place.way {
            self.way = place.way;
            self.made.clear();
        }
        match self.made.insert((place, object.clone())) {
            true => Ok(()),
            false => Err(format!(
                "{object}: it was written twice at step {}",
                place.step
            )),
        }
    }
}
