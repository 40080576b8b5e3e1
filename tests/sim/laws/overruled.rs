//! What a person lets a run go on over is noted first, and given back.

use std::collections::BTreeMap;
use std::sync::Arc;

use cutover::manifest::{Manifest, MergeKeys, ObjectRef};
use cutover::patch::{Difference, differences};
use cutover::planning::Deployment;
use cutover_run::{Accepted, Journal, Outcome, Position, as_written};

use super::journaled::takes_over;
use super::others::knows;
use super::view::Views;
use super::word::Word;
use super::{Course, Law};
use crate::stage::NAMESPACE;
use crate::trace::{Moment, What, object_of};

/// A write over what no state of the plan has comes after the journal names the field and what was
/// there; and a run that is taken back to the start ends with that, where nobody has written since.
pub(crate) struct Overruled {
    course: Arc<Course>,
    word: Word,
    journal: ObjectRef,
    accepted: Vec<Accepted>,
    /// The objects that only runs have written to since they were seen last.
    live: BTreeMap<ObjectRef, Manifest>,
}

impl Overruled {
    pub(crate) fn new(course: Arc<Course>) -> Self {
        Self {
            journal: Journal::object(&course.plan, NAMESPACE),
            course,
            word: Word::default(),
            accepted: Vec::new(),
            live: BTreeMap::new(),
        }
    }

    fn read(&mut self, journal: &Manifest) {
        let text = journal.pointer("/data/run").and_then(|text| text.as_str());
        let position = text.and_then(|text| serde_json::from_str::<Position>(text).ok());
        if let Some(position) = position {
            self.accepted = position.accepted.iter().cloned().collect();
        }
    }

    /// What a write replaces that no state of the plan has, and that the journal does not name.
    fn unnoted(&self, before: &Manifest, after: &Manifest) -> Option<Difference> {
        let object = before.object();
        // What a run has paused is its own to let go on.
        let written = |manifest| as_written(manifest).without(Deployment::PAUSED);
        let (old, new) = (written(before), written(after));
        let mut replaced = differences(old.value(), new.value(), &MergeKeys).into_iter();
        let states = self.course.states(object);
        replaced.find(|found| {
            let mut noted = self.accepted.iter();
            let is_noted = noted.any(|noted| noted.object == *object && names(noted, found));
            found.before.is_some() && !knows(&states, after, found) && !is_noted
        })
    }

    /// What was there and is not given back.
    fn kept(&self) -> Option<&Accepted> {
        let mut accepted = self.accepted.iter();
        accepted.find(|accepted| {
            let live = self.live.get(&accepted.object);
            live.is_some_and(|live| accepted.path.find(live.value()) != accepted.found.as_ref())
        })
    }
}

/// Whether the journal names a field, or one around or within it, with what was there.
fn names(noted: &Accepted, found: &Difference) -> bool {
    if noted.path == found.path {
        return noted.found == found.before;
    }
    found.path.starts_with(&noted.path) || noted.path.starts_with(&found.path)
}

impl Law for Overruled {
    fn see(&mut self, moment: &Moment, _: &Views) -> Result<(), String> {
        self.word.see(moment);
        match &moment.what {
            What::Meddled { object } => {
                self.live.remove(object);
            }
            What::Wrote {
                write, after: None, ..
            } => {
                self.live.remove(object_of(write));
            }
            What::Wrote {
                write,
                before,
                after: Some(after),
                standing,
                ..
            } => {
                let object = object_of(write);
                if *object == self.journal {
                    self.read(after);
                    return Ok(());
                }
                if !self.course.has(object) || object.kind == "Secret" {
                    return Ok(());
                }
                self.live.insert(object.clone(), after.clone());
                // The number of pods was an autoscaler's until a step holds it.
                let place = standing.place;
                let taken = place.is_some_and(|place| takes_over(self.course.gates(place), object));
                let is_meant = self.word.covers(object) && !taken;
                let before = before.as_ref().filter(|_| is_meant);
                if let Some(found) = before.and_then(|before| self.unnoted(before, after)) {
                    let (path, was) = (&found.path, &found.before);
                    return Err(format!(
                        "{object}: {path} was {was:?}, and the journal does not say so"
                    ));
                }
            }
            What::Ended {
                outcome: Outcome::Undone { to: 0 },
                ..
            } => {
                if let Some(kept) = self.kept() {
                    let (field, found) = (kept.field(), &kept.found);
                    return Err(format!("{field} was {found:?}, and it is not given back"));
                }
            }
            _ => {}
        }
        Ok(())
    }
}
