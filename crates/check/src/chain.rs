//! Whether the document is whole: states, inverses and ends are what it says.

use cutover_manifest::{Bundle, Digest};
use cutover_plan::{Plan, Step, Undo, apply, state_digest, take_back, walk};

use crate::broken::{Broken, Place};

/// The digest of the state after a step, where it is the one that the step names.
pub(crate) fn named(step: &Step, state: &Bundle, place: Place) -> Result<Digest, Broken> {
    let digest = state_digest(state)?;
    if digest != step.state {
        let reason = "the state after it is not the one that it names";
        return Err(Broken::Says { place, reason });
    }
    Ok(digest)
}

/// Whether the inverses of a step take it back.
pub(crate) fn restores(
    step: &Step,
    before: &Bundle,
    after: &Bundle,
    place: Place,
) -> Result<(), Broken> {
    let mut state = after.clone();
    take_back(&mut state, step, before, 0)?;
    let restored = state == *before;
    apply(&mut state, step, 0)?;
    if restored && state == *after {
        return Ok(());
    }
    let reason = "its inverse does not take it back";
    Err(Broken::Says { place, reason })
}

/// Whether a way back leads from a state to where it says.
pub(crate) fn leads_back(undo: &Undo, from: &Bundle, digests: &[Digest]) -> Result<(), Broken> {
    let at = |step| Place::Undo {
        from: undo.from,
        step,
    };
    if undo.to >= undo.from {
        let reason = "it does not lead back";
        return Err(Broken::Says {
            place: at(0),
            reason,
        });
    }
    let mut walk = walk(from.clone(), &undo.steps);
    while let Some(step) = walk.advance()? {
        let place = at(walk.number());
        named(step, walk.state(), place)?;
        restores(step, walk.before(), walk.state(), place)?;
    }
    if digests.get(undo.to) != Some(&state_digest(walk.state())?) {
        let reason = "it does not end where it says";
        return Err(Broken::Says {
            place: at(0),
            reason,
        });
    }
    Ok(())
}

/// The way back of a step.
pub(crate) fn undo_of(plan: &Plan, step: usize) -> Result<&Undo, Broken> {
    let undo = plan.undo(step).filter(|undo| undo.from == step);
    let missing = Broken::Says {
        place: Place::Plan,
        reason: "there is not one way back a step",
    };
    undo.ok_or(missing)
}
