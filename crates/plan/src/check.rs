//! Whether a plan is whole.

use cutover_manifest::{Bundle, Digest};
use serde_json::json;

use crate::error::Error;
use crate::plan::{Plan, Undo};
use crate::step::Step;
use crate::walk::{apply, take_back, walk};

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
    /// Whether the document is whole: each patch fits the state before it and its inverse takes it
    /// back, each state has the digest that its step names, and every way back ends where it says.
    ///
    /// # Errors
    ///
    /// The first place where it is not, as of a plan edited by hand.
    pub fn whole(&self) -> Result<(), Error> {
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

fn unpaired() -> Error {
    Error::edited("plan: undo", "there is not one way back a step")
}

/// The digest of the state after a step, where it is the one that the step names.
fn checked(step: &Step, state: &Bundle, place: &str) -> Result<Digest, Error> {
    let digest = state_digest(state)?;
    if digest != step.state {
        let reason = "the state after it is not the one that it names";
        return Err(Error::edited(place, reason));
    }
    Ok(digest)
}

fn restores(step: &Step, before: &Bundle, after: &Bundle, number: usize) -> Result<(), Error> {
    let mut state = after.clone();
    take_back(&mut state, step, before, number)?;
    let place = format!("step {number}");
    if state != *before {
        return Err(Error::edited(&place, "its inverse does not take it back"));
    }
    // A patch that does nothing to what its inverse gives would be no inverse of it.
    apply(&mut state, step, number)?;
    if state != *after {
        return Err(Error::edited(&place, "its inverse does not take it back"));
    }
    Ok(())
}

fn leads_back(undo: &Undo, from: &Bundle, digests: &[Digest]) -> Result<(), Error> {
    let place = format!("undo from step {}", undo.from);
    if undo.to >= undo.from {
        return Err(Error::edited(&place, "it does not lead back"));
    }
    let mut walk = walk(from.clone(), &undo.steps);
    while let Some(step) = walk.advance()? {
        checked(step, walk.state(), &place)?;
        restores(step, walk.before(), walk.state(), walk.number())?;
    }
    if digests.get(undo.to) != Some(&state_digest(walk.state())?) {
        return Err(Error::edited(&place, "it does not end where it says"));
    }
    Ok(())
}
