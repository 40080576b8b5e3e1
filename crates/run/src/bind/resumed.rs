//! The plan of a run that goes on: the given one again, bound to the live objects.
//!
//! Nothing is taken from the plan that the journal keeps but what it says of admission, and that only
//! where a live object has it or the server's dry run makes it again. What an object was at the start
//! is what its file says, with what the live one has beside that; what the journal knows more is
//! believed as far as the server's dry run makes the same.

use cutover_manifest::{Bundle, Manifest, MergeKeys, ObjectRef};
use cutover_patch::{fill, lacking, merge, project};
use cutover_plan::Plan;

use super::claims::{Claim, rejected};
use super::{Bases, as_written, onto, over};
use crate::error::Error;

/// A plan that is being bound again.
#[derive(Debug)]
pub(crate) struct Rebinding {
    /// The given plan, with namespaces.
    given: Plan,
    /// The state of it that each object is in.
    here: Bundle,
    /// What each object was at the start.
    bases: Bases,
    claims: Vec<Claim>,
}

/// A state of a plan that is bound again, and what the journal says that admission makes of it.
#[derive(Clone, Debug)]
pub(crate) struct Rebound {
    /// Where the plan first has it.
    pub(crate) place: String,
    pub(crate) state: Manifest,
    pub(crate) claimed: Manifest,
}

impl Rebinding {
    pub(crate) fn new(given: Plan, here: Bundle, claims: Vec<Claim>) -> Self {
        Self {
            given,
            here,
            bases: Bases::new(),
            claims,
        }
    }

    pub(crate) fn given(&self) -> &Plan {
        &self.given
    }

    /// The state of the given plan that an object is in; its file where it is in none.
    pub(crate) fn state<'a>(&'a self, file: &'a Manifest) -> &'a Manifest {
        self.here.get(file.object()).unwrap_or(file)
    }

    /// The state of the given plan that each object is in.
    pub(crate) fn here(&self) -> &Bundle {
        &self.here
    }

    /// What an object was at the start: what its file says, and what the live one, sealed and
    /// counted as its state is, has beside that state. One that is not there has nothing beside.
    pub(crate) fn put(&mut self, file: &Manifest, live: Option<&Manifest>) -> &Manifest {
        let base = match (live, self.here.get(file.object())) {
            (Some(live), Some(here)) => base(file, live, here),
            (None, _) | (_, None) => as_written(file),
        };
        let bases = &mut self.bases;
        bases.insert(file.object().clone(), (file.clone(), base));
        &self.bases[file.object()].1
    }

    /// What an object was at the start.
    pub(crate) fn base(&self, object: &ObjectRef) -> Option<&Manifest> {
        let (_, base) = self.bases.get(object)?;
        Some(base)
    }

    /// What the journal knows more of an object at the start is believed as far as the server makes
    /// it too.
    pub(crate) fn believe(&mut self, kept: &Manifest, made: &Manifest) {
        if let Some((_, base)) = self.bases.get_mut(kept.object()) {
            let filled = fill(base.value(), kept.value(), made.value(), &MergeKeys);
            *base = base.with_content(filled);
        }
    }

    /// The plan over these objects.
    ///
    /// # Errors
    ///
    /// Where it does not fit itself.
    pub(crate) fn plan(&self, namespace: &str) -> Result<Plan, Error> {
        over(&self.given, self.bases.clone(), namespace)
    }

    /// What the journal says of admission, each over these objects, and whether its object is in
    /// that state.
    pub(crate) fn claimed(&self) -> impl Iterator<Item = (Rebound, bool)> {
        self.claims.iter().map(|claim| {
            let state = onto(&self.bases, &claim.given);
            let (bound, kept) = (claim.bound.value(), claim.kept.value());
            let claimed = state.with_content(merge(state.value(), bound, kept, &MergeKeys));
            let is_here = self.here.get(state.object()) == Some(&claim.given);
            let place = claim.place.clone();
            let rebound = Rebound {
                place,
                state,
                claimed,
            };
            (rebound, is_here)
        })
    }
}

impl Rebound {
    /// Whether a live object, sealed as the state is, has what admission is said to have made of it.
    pub(crate) fn is_shown_by(&self, live: &Manifest) -> bool {
        let live = as_written(live);
        let (state, claimed) = (self.state.value(), self.claimed.value());
        let changed = lacking(claimed, state, &MergeKeys);
        let off = lacking(claimed, live.value(), &MergeKeys);
        off.iter()
            .all(|off| changed.iter().all(|changed| changed.path != off.path))
    }

    /// What the server makes of the state, of an object that it has stored so.
    pub(crate) fn made(&self, stored: Option<&Manifest>) -> Manifest {
        let Some(stored) = stored else {
            return self.state.clone();
        };
        let stored = as_written(stored);
        let made = project(self.state.value(), stored.value(), &MergeKeys);
        self.state.with_content(made)
    }

    /// Why it is not believed: the server makes this of the state.
    pub(crate) fn rejected(&self, made: &Manifest) -> Error {
        rejected(&self.place, &self.claimed, made)
    }
}

fn base(file: &Manifest, live: &Manifest, here: &Manifest) -> Manifest {
    let live = as_written(live);
    let planned = project(here.value(), live.value(), &MergeKeys);
    let merged = merge(live.value(), &planned, file.value(), &MergeKeys);
    live.with_content(merged)
}
