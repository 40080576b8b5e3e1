//! What is wanted, and where a rollback stands.

use cutover_planner::{Strategy, Waypoints};
use cutover_release::{Ends, Refusals, Release};

use crate::history::wanted;
use crate::spec::Rollback;

impl Strategy for Rollback {
    fn name(&self) -> &str {
        "rollback"
    }

    /// The named Deployments as an earlier revision had them. A paused Deployment, a history that
    /// lacks the revision, and a revision that runs already are refused.
    fn wanted(&self, ends: Ends) -> Result<Ends, Refusals> {
        ends.passed(|to| wanted(to, self))
    }

    /// `[rollback]`: straight to the earlier revision, within the budget.
    fn waypoints(&self, release: &Release) -> Result<Waypoints, Refusals> {
        Waypoints::straight(release, "rollback", &self.allowance())
    }
}
