//! Which sets lose pods on the way forward, and which get new ones.

use std::collections::BTreeSet;

use cutover_check::Checked;
use cutover_manifest::{Manifest, ObjectRef};
use cutover_plan::Change;
use cutover_workload::{Deployment, Workload};

use crate::error::Error;

/// The sets whose pods come and go in some step of the way forward.
pub(super) struct Moves {
    ending: BTreeSet<ObjectRef>,
    starting: BTreeSet<ObjectRef>,
}

impl Moves {
    /// # Errors
    ///
    /// A plan that does not fit itself.
    pub(super) fn of(plan: &Checked) -> Result<Self, Error> {
        let mut moves = Self {
            ending: BTreeSet::new(),
            starting: BTreeSet::new(),
        };
        let mut walk = plan.walk();
        while let Some(step) = walk.advance()? {
            let states = [walk.before(), walk.state()];
            for object in step.changes.iter().map(Change::object) {
                let [before, after] = states.map(|state| state.get(object));
                if ends(before, after) {
                    moves.ending.insert(object.clone());
                }
                if starts(before, after) {
                    moves.starting.insert(object.clone());
                }
            }
        }
        Ok(moves)
    }

    /// Whether a set of a workload goes, shrinks, or is rolled.
    pub(super) fn end_pods_of(&self, workload: &Workload) -> bool {
        workload.objects().any(|set| self.ending.contains(set))
    }

    /// Whether a set of a workload comes, grows, or is rolled.
    pub(super) fn start_pods_of(&self, workload: &Workload) -> bool {
        workload.objects().any(|set| self.starting.contains(set))
    }
}

fn ends(before: Option<&Manifest>, after: Option<&Manifest>) -> bool {
    let [before, after] = [before, after].map(|set| set.map(Deployment::of));
    match (before, after) {
        (Some(before), Some(after)) => {
            let runs = before.replicas() != Some(0);
            after.replicas() < before.replicas() || runs && after.rolls_after(before)
        }
        (Some(before), None) => before.replicas() != Some(0),
        (None, _) => false,
    }
}

fn starts(before: Option<&Manifest>, after: Option<&Manifest>) -> bool {
    let [before, after] = [before, after].map(|set| set.map(Deployment::of));
    match (before, after) {
        (Some(before), Some(after)) => {
            let runs = after.replicas() != Some(0);
            after.replicas() > before.replicas() || runs && after.rolls_after(before)
        }
        (None, Some(after)) => after.replicas() != Some(0),
        (_, None) => false,
    }
}
