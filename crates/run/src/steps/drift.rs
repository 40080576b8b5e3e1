//! The plan's objects, compared with what the plan says of them.

use cutover_manifest::{Manifest, ObjectRef};

use crate::change::{ChangeState, Drift, change_state, drift};
use crate::cursor::Cursor;
use crate::run::Run;

impl Run {
    /// Where objects of the plan are not as they are after so many steps; what a way back goes on beside
    /// left out.
    pub(crate) fn drift(&mut self, done: usize) -> Vec<Drift> {
        let Some(path) = self.cursor.as_ref().map(Cursor::path) else {
            return Vec::new();
        };
        if done == 0 && path.halfway().is_some() {
            return Vec::new();
        }
        // Thousands of objects are not compared again whenever a pod changes.
        let all = self.in_place != Some(done);
        let changed = self.observed.take_changed();
        let objects = self
            .objects
            .iter()
            .filter(|object| all || changed.contains(object));
        let secrets = self.options.as_secrets();
        let found = objects.into_iter().filter_map(|object| {
            let live = self.observed.live(object);
            let taken = live.and_then(|live| self.taken_over(live));
            self.made_anew(live).or_else(|| {
                let live = taken.as_ref().or(live);
                let found = drift(path, path.after(done), object, live, secrets)?;
                self.rest_of(found)
            })
        });
        let found: Vec<Drift> = found.collect();
        self.in_place = found.is_empty().then_some(done);
        found
    }

    /// How an object stands towards a step.
    pub(crate) fn change_state(&self, number: usize, object: &ObjectRef) -> ChangeState {
        let Some(cursor) = &self.cursor else {
            return ChangeState::Done;
        };
        let live = self.observed.live(object);
        match self.made_anew(live) {
            Some(drift) => ChangeState::Drifted(drift),
            None => {
                let secrets = self.options.as_secrets();
                let found = change_state(cursor.path(), number, object, live, secrets);
                self.overruled_by(number, found)
            }
        }
    }

    fn made_anew(&self, live: Option<&Manifest>) -> Option<Drift> {
        let (live, cursor) = (live?, self.cursor.as_ref()?);
        let is_anew = cursor.position().is_made_anew(live);
        let object = live.object();
        let reason = || format!("{object}: it was deleted and created anew");
        is_anew.then(|| Drift::whole(object, reason()))
    }
}
