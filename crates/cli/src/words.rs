//! What a step of a plan does, in words.

use cutover::Plan;
use cutover_report::step_name;

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
