//! `cutover fleet plan --verify`: whether a fleet plan is what its input gives.

use std::path::Path;

use cutover::fleet::CheckedFleet;
use cutover_report::fleet_mismatches;

use crate::World;
use crate::error::Error;
use crate::verify::judge;

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
    let what = format!("{path}: the fleet plan");
    let hint = "ask with the files and flags that it was made with, or make it anew";
    judge(&what, &found, hint, world)
}
