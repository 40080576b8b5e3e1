//! The journal names the step before its write.

use std::sync::Arc;

use cutover::manifest::ObjectRef;
use cutover::planning::Gate;

use super::view::Views;
use super::word::Word;
use super::{Course, Law};
use crate::checks::placed;
use crate::trace::{Moment, Way, What, gives_back, object_of};

/// When a write to one of the plan's objects is carried out, the journal names a step that changes
/// it, or that takes its number of pods over from an autoscaler; or, behind the last step, its fields
/// are given back. What a person overrules is written while any step is waited for.
pub(crate) struct Journaled(Arc<Course>, Word);

impl Journaled {
    pub(crate) fn new(course: Arc<Course>) -> Self {
        Self(course, Word::default())
    }
}

impl Law for Journaled {
    fn see(&mut self, moment: &Moment, _: &Views) -> Result<(), String> {
        self.1.see(moment);
        let What::Wrote {
            write, standing, ..
        } = &moment.what
        else {
            return Ok(());
        };
        let object = object_of(write);
        if !self.0.has(object) {
            return Ok(());
        }
        match standing.place {
            None => Err(format!("{object}: it is written, and there is no journal")),
            // A way back may be asked to end before the start.
            Some(place) if gives_back(write) => {
                let is_behind = place.step > self.0.len(place.way);
                match is_behind || place.way != Way::Forward {
                    true => Ok(()),
                    false => Err(format!("{object}: it is given back at {place:?}")),
                }
            }
            Some(place) if self.0.changes(place).contains(object) => Ok(()),
            // What a run has paused goes on where no step of a way back writes to it.
            Some(place) if place.way != Way::Forward && self.0.pauses(write) == Some(false) => {
                Ok(())
            }
            Some(_) if self.1.covers(object) => Ok(()),
            Some(place) if takes_over(self.0.gates(place), object) => Ok(()),
            Some(place) => Err(format!(
                "{object}: it is written at {place:?}, which does not change it"
            )),
        }
    }
}

/// Whether a step waits for an autoscaler to be held, and then for the pods of a set.
pub(super) fn takes_over(gates: &[Gate], set: &ObjectRef) -> bool {
    let holds = gates.iter().any(|gate| matches!(gate, Gate::Held(_)));
    let mut counted = gates.iter().filter_map(Gate::counted);
    holds && counted.any(|pods| placed(pods.object) == *set)
}
