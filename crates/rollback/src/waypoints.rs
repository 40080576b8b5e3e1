//! What is wanted, and where a rollback stands.

use cutover_manifest::{Manifest, Warning};
use cutover_planner::{Strategy, Waypoints};
use cutover_release::{Ends, Refusals, Release};

use crate::history::{LAST_APPLIED, wanted};
use crate::spec::Rollback;

impl Strategy for Rollback {
    fn name(&self) -> &str {
        "rollback"
    }

    /// The named Deployments as an earlier revision had them. A paused Deployment, a history that
    /// lacks the revision, and a revision that runs already are refused; what `kubectl apply` manages
    /// is warned about.
    fn wanted(&self, ends: Ends) -> Result<Ends, Refusals> {
        let before = ends.to().clone();
        let ends = ends.passed(|to| wanted(to, self))?;
        let changed = before
            .iter()
            .filter(|set| ends.to().get(set.object()) != Some(set));
        let applied = changed.filter(|set| is_applied(set));
        let warnings: Vec<Warning> = applied.map(applied_again).collect();
        Ok(ends.warned(warnings))
    }

    /// `[rollback]`: straight to the earlier revision, within the budget.
    fn waypoints(&self, release: &Release) -> Result<Waypoints, Refusals> {
        Waypoints::direct(release, "rollback", &self.allowance())
    }
}

fn is_applied(set: &Manifest) -> bool {
    let annotations = set.pointer("/metadata/annotations");
    annotations.is_some_and(|annotations| annotations.get(LAST_APPLIED).is_some())
}

/// `warningRollbackApplyManagedResource` in kubectl `rollout_undo.go`.
fn applied_again(set: &Manifest) -> Warning {
    Warning::about(
        set.object(),
        "kubectl apply manages it, and its file still says what is rolled back",
        "write the earlier version there too, or the next apply brings it back",
    )
}
