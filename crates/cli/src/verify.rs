//! `cutover plan --verify`: whether a plan is what its input gives.

use std::fmt;
use std::path::Path;

use cutover::{AnyStrategy, Plan};
use cutover_report::mismatches;

use crate::error::Error;
use crate::{World, message};

/// Says that a plan is the one that was made by a strategy just now.
///
/// # Errors
///
/// A plan that is another one, with where it differs.
pub(crate) fn verify(
    path: &Path,
    plan: &Plan,
    made: &Plan,
    strategy: &AnyStrategy,
    world: &mut World<'_>,
) -> Result<(), Error> {
    let what = format!("{}: the plan", path.display());
    judge(&what, &mismatches(plan, made), hint(strategy), world)
}

/// Says that a document is what its input gives, or the first few places where it is not: one field
/// of the input may be in many.
///
/// # Errors
///
/// Any place where it is not.
pub(crate) fn judge(
    what: &str,
    found: &[impl fmt::Display],
    hint: &str,
    world: &mut World<'_>,
) -> Result<(), Error> {
    if found.is_empty() {
        message::note(world, format!("{what} is what this input gives"));
        return Ok(());
    }
    let mut lines = vec![format!("{what} is not what this input gives")];
    lines.extend(found.iter().take(TOLD).map(|place| format!("  {place}")));
    if found.len() > TOLD {
        lines.push(format!("  and {} more", found.len() - TOLD));
    }
    lines.push(format!("hint: {hint}"));
    Err(Error::Different(vec![lines.join("\n")]))
}

fn hint(strategy: &AnyStrategy) -> &'static str {
    match matches!(strategy, AnyStrategy::Restart(_)) {
        true => "a restart writes its time into the pods: say the plan's time with --at",
        false => "ask with the files and flags that the plan was made with, or make it anew",
    }
}

/// So many places are enough to see what is other.
const TOLD: usize = 5;
