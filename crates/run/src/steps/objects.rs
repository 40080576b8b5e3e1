//! The plan's objects, compared with what the plan says of them.

use cutover_manifest::{Manifest, ObjectRef};

use crate::run::Run;
use crate::steps::change::{ChangeState, change_state, drift};

impl Run {
    /// Where any object of the plan is not as it is after so many steps.
    pub(crate) fn drift(&mut self, done: usize) -> Option<String> {
        let path = self.path.as_ref()?;
        if done == 0 && path.halfway().is_some() {
            return None;
        }
        // Thousands of objects are not compared again whenever a pod changes.
        let all = self.in_place != Some(done);
        let changed = std::mem::take(&mut self.observed.changed);
        let objects = self
            .objects
            .iter()
            .filter(|object| all || changed.contains(object));
        let secrets = self.options.secrets();
        let found = objects.into_iter().find_map(|object| {
            let live = self.observed.live(object);
            let taken = live.and_then(|live| self.taken_over(live));
            self.made_anew(object, live).or_else(|| {
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

    /// How an object stands towards the present step.
    pub(crate) fn change_state(&self, object: &ObjectRef) -> ChangeState {
        self.position
            .as_ref()
            .map_or(ChangeState::Done, |position| {
                self.change_state_in(position.step, object)
            })
    }

    /// How an object stands towards a step.
    pub(crate) fn change_state_in(&self, number: usize, object: &ObjectRef) -> ChangeState {
        let Some(path) = &self.path else {
            return ChangeState::Done;
        };
        let live = self.observed.live(object);
        match self.made_anew(object, live) {
            Some(reason) => ChangeState::Drifted(reason.into()),
            None => change_state(path, number, object, live, self.options.secrets()),
        }
    }

    fn made_anew(&self, object: &ObjectRef, live: Option<&Manifest>) -> Option<String> {
        let uid = live?.pointer("/metadata/uid")?.as_str()?;
        let known = self.position.as_ref()?.uids.get(&key(object))?;
        (known != uid).then(|| format!("{object}: it was deleted and created anew"))
    }

    pub(crate) fn note_uid(&mut self, manifest: &Manifest) {
        let uid = manifest
            .pointer("/metadata/uid")
            .and_then(serde_json::Value::as_str);
        if let (Some(position), Some(uid)) = (&mut self.position, uid) {
            position.uids.insert(key(manifest.object()), uid.to_owned());
        }
    }
}

/// An object as the journal names it.
pub(crate) fn key(object: &ObjectRef) -> String {
    let namespace = object.namespace.as_deref().unwrap_or_default();
    format!(
        "{}/{}/{namespace}/{}",
        object.api_version, object.kind, object.name
    )
}
