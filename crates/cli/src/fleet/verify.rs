//! `cutover fleet plan --verify`: whether a fleet plan is what its input gives.

use std::path::Path;

use cutover::fleet::CheckedFleet;
use cutover_report::fleet_mismatches;

use crate::error::Error;
use crate::{World, message};

/// Says that a fleet plan is the one that was made just now.
///
/// # Errors
///
/// A fleet plan that is another one, with where it differs.
pub(crate) fn verify(
    path: &Path,
    fleet: &CheckedFleet,
    made: &CheckedFleet,
    world: &mut World<'_>,
) -> Result<(), Error> {
    let found = fleet_mismatches(fleet, made).map_err(Error::failed)?;
    let path = path.display();
    if found.is_empty() {
        message::note(
            world,
            format!("{path}: the fleet plan is what this input gives"),
        );
        return Ok(());
    }
    let mut lines = vec![format!(
        "{path}: the fleet plan is not what this input gives"
    )];
    lines.extend(found.iter().take(TOLD).map(|place| format!("  {place}")));
    if found.len() > TOLD {
        lines.push(format!("  and {} more", found.len() - TOLD));
    }
    let hint = "ask with the files and flags that it was made with, or make it anew";
    lines.push(format!("hint: {hint}"));
    Err(Error::Different(vec![lines.join("\n")]))
}

/// So many places are enough to see what is other.
const TOLD: usize = 5;
