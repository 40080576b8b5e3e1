//! What one step does to objects.

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_workload::Deployment;

use super::movement::Move;

/// What a cohort does next: edits that are safe side by side.
#[derive(Clone)]
pub(super) struct Action {
    pub(super) movement: Move,
    pub(super) edits: Vec<Edit>,
}

/// One object as it stands after the step; `None` where it is gone.
#[derive(Clone)]
pub(super) struct Edit {
    pub(super) object: ObjectRef,
    pub(super) after: Option<Manifest>,
}

impl Edit {
    /// An object as it is to stand.
    pub(super) fn to(after: &Manifest) -> Self {
        Self {
            object: after.object().clone(),
            after: Some(after.clone()),
        }
    }

    /// An object that is to go.
    pub(super) fn gone(object: ObjectRef) -> Self {
        Self {
            object,
            after: None,
        }
    }

    /// Whether it leaves the object as it is: its pods are only waited for.
    pub(super) fn is_idle(&self, here: &Bundle) -> bool {
        self.after.is_some() && here.get(&self.object) == self.after.as_ref()
    }

    /// Whether it makes a set, or has its controller replace its pods.
    pub(super) fn brings_pods(&self, here: &Bundle) -> bool {
        let Some(after) = &self.after else {
            return false;
        };
        let rolls = |before| Deployment::of(after).rolls_after(Deployment::of(before));
        here.get(&self.object).is_none_or(rolls)
    }
}

/// The state after some edits.
pub(super) fn made(here: &Bundle, edits: &[Edit]) -> Bundle {
    let mut after = here.clone();
    for edit in edits {
        match &edit.after {
            Some(manifest) => drop(after.insert(manifest.clone())),
            None => drop(after.remove(&edit.object)),
        }
    }
    after
}
