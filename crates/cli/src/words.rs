//! What the steps of a plan do, in words.

use cutover::Plan;
use cutover::planning::{PlanError, apply};
use cutover_report::step_name;
use cutover_run::Direction;

use crate::error::Error;

/// What a step on the way forward does; nothing past the last.
///
/// # Errors
///
/// A plan that does not fit itself; one that was read does.
pub(crate) fn step_words(plan: &Plan, number: usize) -> Result<String, Error> {
    let mut walk = plan.walk();
    while let Some(step) = walk.advance().map_err(Error::failed)? {
        if walk.number() == number {
            return Ok(step_name(step, walk.before(), walk.state()));
        }
    }
    Ok(String::new())
}

/// What each step of a way does that begins after a step of the plan.
///
/// # Errors
///
/// A plan that does not fit itself; one that was read does.
pub(crate) fn way_words(
    plan: &Plan,
    direction: Direction,
    from: usize,
) -> Result<Vec<String>, PlanError> {
    let way = match direction {
        Direction::Forward => plan.spec.steps.iter().skip(from).collect(),
        Direction::Back => plan.way_back(from)?,
    };
    let mut state = plan.state(from)?;
    let mut words = Vec::with_capacity(way.len());
    for (number, step) in (1..).zip(way) {
        let before = state.clone();
        apply(&mut state, step, number)?;
        words.push(step_name(step, &before, &state));
    }
    Ok(words)
}
