//! Whether a plan is whole.

use std::collections::BTreeSet;

use cutover_manifest::{Bundle, Digest, ObjectRef};
use serde_json::json;

use crate::change::Change;
use crate::error::Error;
use crate::limits;
use crate::plan::{Plan, Undo};
use crate::seals;
use crate::step::Step;
use crate::walk::{patched, present, walk};

/// The digest of a state: of its objects and of their digests.
///
/// # Errors
///
/// A number past 64 bits in one of its objects.
pub fn state_digest(state: &Bundle) -> Result<Digest, Error> {
    let mut digests = Vec::with_capacity(state.len());
    for manifest in state {
        digests.push(json!([manifest.object(), manifest.digest()?]));
    }
    Ok(Digest::of(&digests.into())?)
}

impl Plan {
    /// Whether the document is whole: its digest is its own, it is no larger than a plan may be,
    /// each object is there once, each patch fits the state before it and its inverse takes it
    /// back, each Secret is sealed, each state has the digest that its step names, and every way
    /// back ends where it says.
    ///
    /// # Errors
    ///
    /// The first place where it is not, as of a plan edited by hand.
    pub fn whole(&self) -> Result<(), Error> {
        limits::plan(self)?;
        once(self)?;
        if self.made_digest()? != self.digest {
            let reason = "the plan is not the one that this digest was made of";
            return Err(Error::edited("plan: digest", reason));
        }
        seals::start(self)?;
        let mut digests = vec![state_digest(&self.start())?];
        let mut walk = self.walk();
        while let Some(step) = walk.advance()? {
            let number = walk.number();
            digests.push(checked(step, walk.state(), &format!("step {number}"))?);
            restores(step, walk.before(), walk.state(), number)?;
            let undo = self.undo(number).filter(|undo| undo.from == number);
            leads_back(undo.ok_or_else(unpaired)?, walk.state(), &digests)?;
        }
        match self.spec.undo.len() == self.len() {
            true => Ok(()),
            false => Err(unpaired()),
        }
    }
}

/// Each object is in `from` once, and has one version of its kind in the whole plan: two versions
/// are views of one object.
fn once(plan: &Plan) -> Result<(), Error> {
    let mut there: BTreeSet<&ObjectRef> = BTreeSet::new();
    for manifest in &plan.spec.from {
        if !there.insert(manifest.object()) {
            return Err(twice("plan: spec.from", manifest.object()));
        }
    }
    let mut objects: BTreeSet<[&str; 4]> = BTreeSet::new();
    for object in &plan.objects() {
        let namespace = object.namespace.as_deref().unwrap_or_default();
        let identity = [object.group(), &object.kind, namespace, &object.name];
        if !objects.insert(identity) {
            return Err(twice("plan", object));
        }
    }
    Ok(())
}

fn twice(place: &str, object: &ObjectRef) -> Error {
    Error::edited(place, &format!("{object} is there twice"))
}

/// A step changes an object once: nobody would see what is between.
fn changed_once(step: &Step, place: &str) -> Result<(), Error> {
    let mut changed: BTreeSet<&ObjectRef> = BTreeSet::new();
    for object in step.changes.iter().map(Change::object) {
        if !changed.insert(object) {
            let reason = format!("{object} is changed twice");
            return Err(Error::edited(place, &reason));
        }
    }
    Ok(())
}

fn unpaired() -> Error {
    Error::edited("plan: undo", "there is not one way back a step")
}

/// The digest of the state after a step, where it is the one that the step names.
fn checked(step: &Step, state: &Bundle, place: &str) -> Result<Digest, Error> {
    changed_once(step, place)?;
    seals::step(step, state, place)?;
    let digest = state_digest(state)?;
    if digest != step.state {
        let reason = "the state after it is not the one that it names";
        return Err(Error::edited(place, reason));
    }
    Ok(digest)
}

/// Whether a step can be taken back. It can be made again then, as it was made of the same state.
///
/// Object by object, as a step changes each once: no state is made of what is forgotten at once.
fn restores(step: &Step, before: &Bundle, after: &Bundle, number: usize) -> Result<(), Error> {
    for change in step.changes.iter().rev() {
        let Change::Patch(patch) = change else {
            continue;
        };
        let [was, is] = [before, after].map(|state| present(state, &patch.object, number));
        let (was, is) = (was?, is?);
        let restored = patched(is, &patch.inverse, number)?;
        if restored != *was {
            let place = format!("step {number}");
            return Err(Error::edited(&place, "its inverse does not take it back"));
        }
    }
    Ok(())
}

fn leads_back(undo: &Undo, from: &Bundle, digests: &[Digest]) -> Result<(), Error> {
    let place = format!("undo from step {}", undo.from);
    if undo.to >= undo.from {
        return Err(Error::edited(&place, "it does not lead back"));
    }
    let end = walked(from, &undo.steps).map_err(|error| error.on_the_way_back(undo.from))?;
    if digests.get(undo.to) != Some(&end) {
        return Err(Error::edited(&place, "it does not end where it says"));
    }
    Ok(())
}

/// The digest of the state that steps lead to, each of which is whole.
fn walked(from: &Bundle, steps: &[Step]) -> Result<Digest, Error> {
    let mut walk = walk(from.clone(), steps);
    while let Some(step) = walk.advance()? {
        let number = walk.number();
        checked(step, walk.state(), &format!("step {number}"))?;
        restores(step, walk.before(), walk.state(), number)?;
    }
    state_digest(walk.state())
}
