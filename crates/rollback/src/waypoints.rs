//! Where a rollback stands.

use cutover_planner::Waypoints;
use cutover_release::Release;

use crate::error::Error;
use crate::spec::Rollback;

/// `[rollback]`: straight to the earlier revision, within the budget.
///
/// # Errors
///
/// What the planner refuses.
pub fn waypoints(release: &Release, rollback: &Rollback) -> Result<Waypoints, Error> {
    Ok(Waypoints::straight(
        release,
        "rollback",
        &rollback.allowance(),
    )?)
}
