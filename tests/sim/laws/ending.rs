//! The outcome is what happened.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cutover::manifest::ObjectRef;
use cutover_run::{Hint, Outcome};
use jiff::{SignedDuration, Timestamp};

use super::view::Views;
use super::{Course, Law};
use crate::trace::{Moment, Place, Standing, Way, What, gives_back, object_of};

/// A run that is done has come past its last step; one that stopped names the state that it
/// reached, and a reason that there was: drift only where somebody wrote, a limit only where that
/// long nothing was written.
pub(crate) struct Ending {
    course: Arc<Course>,
    meddled: BTreeSet<ObjectRef>,
    /// Whether the way forward was gone through.
    through: bool,
    /// What each runner has written last, and when.
    written: BTreeMap<u32, (Place, Timestamp)>,
}

impl Ending {
    pub(crate) fn new(course: Arc<Course>) -> Self {
        Self {
            course,
            meddled: BTreeSet::new(),
            through: false,
            written: BTreeMap::new(),
        }
    }

    fn notice(&mut self, standing: &Standing) {
        let is_behind = |place: Place| place.step > self.course.len(place.way);
        let place = standing.place.filter(|place| place.way == Way::Forward);
        self.through |= place.is_some_and(is_behind);
    }

    fn is_reached(&self, runner: u32, outcome: &Outcome) -> Result<(), String> {
        let written = self.written.get(&runner);
        let (Outcome::Stopped { step, .. }, Some((place, _))) = (outcome, written) else {
            return Ok(());
        };
        if place.way != Way::Forward {
            return Ok(());
        }
        let gates_alone = (place.step + 1..).take_while(|step| {
            let next = Place {
                step: *step,
                ..*place
            };
            self.course.step(next).is_some() && self.course.changes(next).is_empty()
        });
        let most = place.step + gates_alone.count();
        match (place.step - 1..=most).contains(step) {
            true => Ok(()),
            false => Err(format!(
                "it stopped after step {step}, and step {} was written last",
                place.step
            )),
        }
    }

    /// Whether the reason of a run that stopped is one that there was.
    fn is_true(&self, runner: u32, outcome: &Outcome, now: Timestamp) -> Result<(), String> {
        let Outcome::Stopped { reason, .. } = outcome else {
            return Ok(());
        };
        let is_alone = self.meddled.is_empty() && self.written.len() < 2;
        let is_drift = matches!(reason.advice(), Some(Hint::AcceptDrift | Hint::Restore));
        if is_drift && is_alone {
            return Err(format!("nobody else wrote, and it says: {reason}"));
        }
        let Some((place, written)) = self.written.get(&runner) else {
            return Ok(());
        };
        let Some(within) = self.course.limit(*place) else {
            return Ok(());
        };
        let early = now < *written + SignedDuration::from_secs(within.into());
        let is_late = reason.message().contains("did not hold within");
        match is_late && early && place.way == Way::Forward {
            true => Err(format!("since {written} only: {reason}")),
            false => Ok(()),
        }
    }
}

impl Law for Ending {
    fn see(&mut self, moment: &Moment, _: &Views) -> Result<(), String> {
        match &moment.what {
            What::Meddled { object } => {
                self.meddled.insert(object.clone());
            }
            What::Wrote {
                runner,
                write,
                standing,
                ..
            } if self.course.has(object_of(write))
                && self.course.pauses(write).is_none()
                && !gives_back(write) =>
            {
                if let Some(place) = standing.place {
                    self.written.insert(*runner, (place, moment.now));
                }
            }
            What::Ended {
                runner,
                outcome,
                standing,
            } => {
                self.notice(standing);
                if *outcome == Outcome::Done && standing.place.is_some() && !self.through {
                    return Err(format!("it says that it is done, at {standing:?}"));
                }
                self.is_reached(*runner, outcome)?;
                return self.is_true(*runner, outcome, moment.now);
            }
            What::Asked { standing, .. } => self.notice(standing),
            _ => {}
        }
        Ok(())
    }
}
