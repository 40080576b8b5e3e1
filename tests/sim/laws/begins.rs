//! When a step begins: the first of its writes is sent; or, behind the last one, the journal's.

use std::collections::BTreeSet;

use cutover::manifest::ObjectRef;
use cutover::patch::{Patch, PatchOperation};
use cutover_run::Write;

use super::Course;
use super::word::Word;
use crate::trace::{Moment, Place, Way, What, gives_back, object_of, write_of};

/// When a step begins.
pub(crate) struct Begins {
    way: Way,
    begun: BTreeSet<Place>,
    ended: BTreeSet<u32>,
    word: Word,
}

impl Begins {
    pub(crate) fn new() -> Self {
        Self {
            way: Way::Forward,
            begun: BTreeSet::new(),
            ended: BTreeSet::new(),
            word: Word::default(),
        }
    }

    /// The runner that begins a step at this moment, and the step: none of its writes was carried
    /// out before. Behind the last step forward it is the runner that says so in the journal.
    pub(crate) fn see(&mut self, moment: &Moment, course: &Course) -> Option<(u32, Place)> {
        self.word.see(moment);
        match &moment.what {
            What::Asked {
                runner,
                request,
                standing,
            } => {
                let write = write_of(request)?;
                let object = object_of(write);
                if let (Some(before), Some(place)) = (standing.place, journaled(write))
                    && place.way == Way::Forward
                    && place.step > course.len(place.way)
                    && place.step > before.step
                {
                    return self.ended.insert(*runner).then_some((*runner, place));
                }
                let place = standing
                    .place
                    .filter(|_| course.has(object) && !gives_back(write))
                    .filter(|place| !self.goes_over(*place, object, course))?;
                (!self.has(place)).then_some((*runner, place))
            }
            What::Wrote {
                write, standing, ..
            } => {
                let object = object_of(write);
                let place = standing.place.filter(|_| course.has(object))?;
                if self.goes_over(place, object, course) {
                    return None;
                }
                if !self.has(place) {
                    self.begun.insert(place);
                }
                None
            }
            _ => None,
        }
    }

    /// Whether a write is made by a person's word, and not by a step.
    fn goes_over(&self, place: Place, object: &ObjectRef, course: &Course) -> bool {
        self.word.covers(object) && !course.changes(place).contains(object)
    }

    /// A run that turns round comes to the same steps again.
    fn has(&mut self, place: Place) -> bool {
        if self.way != place.way {
            self.way = place.way;
            self.begun.clear();
        }
        self.begun.contains(&place)
    }
}

/// The place that a write of the journal names.
fn journaled(write: &Write) -> Option<Place> {
    let Write::Patch {
        ops: Patch(ops), ..
    } = write
    else {
        return None;
    };
    let mut texts = ops.iter().filter_map(|operation| match operation {
        PatchOperation::Replace(replace) if replace.path.as_str() == "/data/run" => {
            replace.value.as_str()
        }
        _ => None,
    });
    let position = serde_json::from_str(texts.next()?).ok()?;
    Some(Place::of(&position))
}
