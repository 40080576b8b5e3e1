//! `cutover plan --verify`: whether a plan is what its input gives.

use std::path::Path;

use cutover::{AnyStrategy, Plan};
use cutover_report::{Mismatch, mismatches};

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
    let found = mismatches(plan, made);
    if !found.is_empty() {
        return Err(Error::Different(vec![told(path, &found, strategy)]));
    }
    let path = path.display();
    message::note(world, format!("{path}: the plan is what this input gives"));
    Ok(())
}

/// The first few places, since one field of the input may be in many steps.
fn told(path: &Path, found: &[Mismatch], strategy: &AnyStrategy) -> String {
    let path = path.display();
    let mut lines = vec![format!("{path}: the plan is not what this input gives")];
    lines.extend(found.iter().take(TOLD).map(|place| format!("  {place}")));
    if found.len() > TOLD {
        lines.push(format!("  and {} more", found.len() - TOLD));
    }
    lines.push(format!("hint: {}", hint(strategy)));
    lines.join("\n")
}

fn hint(strategy: &AnyStrategy) -> &'static str {
    match matches!(strategy, AnyStrategy::Restart(_)) {
        true => "a restart writes its time into the pods: say the plan's time with --at",
        false => "ask with the files and flags that the plan was made with, or make it anew",
    }
}

/// So many places are enough to see what is other.
const TOLD: usize = 5;
