//! Each step waits for its people and its pauses.

use std::collections::BTreeSet;
use std::sync::Arc;

use cutover::planning::{Gate, Pause};
use jiff::{SignedDuration, Timestamp};

use super::begins::Begins;
use super::view::Views;
use super::{Course, Law};
use crate::trace::{Moment, Place, Way, What, object_of};

/// When a step begins, and when a run is done, the step before was approved where it waits for a
/// person, and its pause has passed since its last write.
pub(crate) struct People {
    course: Arc<Course>,
    begins: Begins,
    way: Way,
    approved: BTreeSet<usize>,
    written: Option<Timestamp>,
}

impl People {
    pub(crate) fn new(course: Arc<Course>) -> Self {
        Self {
            course,
            begins: Begins::new(),
            way: Way::Forward,
            approved: BTreeSet::new(),
            written: None,
        }
    }

    fn passed(&self, place: Place, now: Timestamp) -> Result<(), String> {
        let step = place.step;
        for gate in self.course.gates(place) {
            let Gate::Pause(Pause { duration }) = gate else {
                continue;
            };
            let Some(duration) = duration else {
                if !self.approved.contains(&step) {
                    return Err(format!("nobody has approved step {step}"));
                }
                continue;
            };
            let pause = SignedDuration::from_secs(duration.seconds().into());
            if self.written.is_some_and(|written| now < written + pause) {
                return Err(format!("the pause of step {step} is not over"));
            }
        }
        Ok(())
    }
}

impl Law for People {
    fn see(&mut self, moment: &Moment, _: &Views) -> Result<(), String> {
        let begins = self.begins.see(moment, &self.course);
        match &moment.what {
            What::Approved { step } => {
                self.approved.insert(*step);
            }
            What::Wrote {
                write, standing, ..
            } if self.course.has(object_of(write)) && self.course.pauses(write).is_none() => {
                self.written = Some(moment.now);
                let way = standing.place.map_or(self.way, |place| place.way);
                // What was approved before a way back counts no more.
                if self.way != way {
                    self.approved.clear();
                }
                self.way = way;
            }
            _ => {}
        }
        match begins {
            Some((_, place)) if place.step > 1 => {
                let step = place.step - 1;
                self.passed(Place { step, ..place }, moment.now)
            }
            _ => Ok(()),
        }
    }
}
