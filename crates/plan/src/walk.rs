//! From state to state: nobody keeps all states of a plan.

use cutover_manifest::{Bundle, Manifest};

use crate::change::Change;
use crate::error::Error;
use crate::step::Step;

/// The states along some steps, one at a time: the state before the first step, then the state after
/// each.
///
/// ```
/// # use cutover_manifest::Bundle;
/// use cutover_plan::walk;
///
/// let mut walk = walk(Bundle::new(), &[]);
/// assert_eq!(walk.number(), 0);
/// assert!(walk.advance()?.is_none());
/// assert!(walk.state().is_empty());
/// # Ok::<(), cutover_plan::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Walk<'a> {
    steps: &'a [Step],
    number: usize,
    before: Bundle,
    state: Bundle,
}

/// A walk along steps from a state.
pub fn walk(from: Bundle, steps: &[Step]) -> Walk<'_> {
    Walk {
        steps,
        number: 0,
        before: from.clone(),
        state: from,
    }
}

impl<'a> Walk<'a> {
    /// Makes the changes of the next step, and returns it; none after the last.
    ///
    /// # Errors
    ///
    /// [`Error::Patch`] and [`Error::Plan`] where a change does not fit the state.
    pub fn advance(&mut self) -> Result<Option<&'a Step>, Error> {
        let Some(step) = self.steps.get(self.number) else {
            return Ok(None);
        };
        self.number += 1;
        self.before = self.state.clone();
        apply(&mut self.state, step, self.number)?;
        Ok(Some(step))
    }

    /// How many steps were made.
    pub fn number(&self) -> usize {
        self.number
    }

    /// The state before the last step that was made.
    pub fn before(&self) -> &Bundle {
        &self.before
    }

    /// The state after the step that the walk has come to.
    pub fn state(&self) -> &Bundle {
        &self.state
    }

    /// The state after the last step.
    ///
    /// # Errors
    ///
    /// The same as those of [`Walk::advance`].
    pub fn end(mut self) -> Result<Bundle, Error> {
        while self.advance()?.is_some() {}
        Ok(self.state)
    }
}

/// Makes a step's changes to a state.
///
/// # Errors
///
/// [`Error::Patch`] where a patch does not fit, [`Error::Plan`] where an object is not there, or is
/// there already.
pub fn apply(state: &mut Bundle, step: &Step, number: usize) -> Result<(), Error> {
    for change in &step.changes {
        make(state, change, number)?;
    }
    Ok(())
}

/// Takes a step's changes back from the state after it, given the state before it.
///
/// # Errors
///
/// The same as those of [`apply`].
pub fn take_back(
    state: &mut Bundle,
    step: &Step,
    before: &Bundle,
    number: usize,
) -> Result<(), Error> {
    for change in step.changes.iter().rev() {
        match change {
            Change::Create(manifest) => drop(state.remove(manifest.object())),
            Change::Delete(object) => state.extend(before.get(object).cloned()),
            Change::Patch(patch) => {
                let object = &patch.object;
                let manifest = present(state, object, number)?;
                state.insert(patched(manifest, &patch.inverse, number)?);
            }
            Change::Replace(_) => {}
        }
    }
    Ok(())
}

fn make(state: &mut Bundle, change: &Change, number: usize) -> Result<(), Error> {
    match change {
        Change::Create(manifest) => {
            if state.insert(manifest.clone()).is_some() {
                let reason = format!("{} is there already", manifest.object());
                return Err(Error::edited(&place(number), &reason));
            }
        }
        Change::Delete(object) => {
            present(state, object, number)?;
            state.remove(object);
        }
        Change::Patch(patch) => {
            let manifest = present(state, &patch.object, number)?;
            state.insert(patched(manifest, &patch.ops, number)?);
        }
        Change::Replace(replace) => drop(present(state, &replace.object, number)?),
    }
    Ok(())
}

pub(crate) fn present<'a>(
    state: &'a Bundle,
    object: &cutover_manifest::ObjectRef,
    number: usize,
) -> Result<&'a Manifest, Error> {
    let missing = || Error::edited(&place(number), &format!("there is no {object} to change"));
    state.get(object).ok_or_else(missing)
}

/// A manifest under a patch.
pub(crate) fn patched(
    manifest: &Manifest,
    ops: &cutover_patch::Patch,
    number: usize,
) -> Result<Manifest, Error> {
    let mut value = manifest.value().clone();
    cutover_patch::apply(&mut value, ops).map_err(|source| Error::Patch {
        place: place(number),
        object: Box::new(manifest.object().clone()),
        source: Box::new(source),
    })?;
    let after = Manifest::new(value)?;
    if after.object() != manifest.object() {
        let reason = format!("a patch makes {} of {}", after.object(), manifest.object());
        return Err(Error::edited(&place(number), &reason));
    }
    Ok(after)
}

fn place(number: usize) -> String {
    format!("step {number}")
}
