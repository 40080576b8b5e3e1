//! The plan's objects, compared with what the plan says of them.

use cutover_manifest::{Manifest, ObjectRef};

use crate::change::{ChangeState, change_state, drift};
use crate::run::Run;

impl Run {
    /// Where any object of the plan is not as it is after so many steps.
    pub(crate) fn drift(&mut self, done: usize) -> Option<String> {
        let path = self.cursor.as_ref()?.path();
        if done == 0 && path.halfway().is_some() {
            return None;
        }
        // Thousands of objects are not compared again whenever a pod changes.
        let all = self.in_place != Some(done);
        let changed = self.observed.take_changed();
        let objects = self
            .objects
            .iter()
            .filter(|object| all || changed.contains(object));
        let secrets = self.options.as_secrets();
        let found = objects.into_iter().find_map(|object| {
            let live = self.observed.live(object);
            let taken = live.and_then(|live| self.taken_over(live));
            self.made_anew(live).or_else(|| {
                drift(
                    path,
                    path.after(done),
                    object,
                    taken.as_ref().or(live),
                    secrets,
                )
            })
        });
        self.in_place = found.is_none().then_some(done);
        found
    }

    /// How an object stands towards a step.
    pub(crate) fn change_state(&self, number: usize, object: &ObjectRef) -> ChangeState {
        let Some(cursor) = &self.cursor else {
            return ChangeState::Done;
        };
        let live = self.observed.live(object);
        match self.made_anew(live) {
            Some(reason) => ChangeState::Drifted(reason.into()),
            None => change_state(
                cursor.path(),
                number,
                object,
                live,
                self.options.as_secrets(),
            ),
        }
    }

    fn made_anew(&self, live: Option<&Manifest>) -> Option<String> {
        let (live, cursor) = (live?, self.cursor.as_ref()?);
        let is_anew = cursor.position().is_made_anew(live);
        is_anew.then(|| format!("{}: it was deleted and created anew", live.object()))
    }
}
