//! The flags of a rollback.

use clap::Args;
use cutover::{AnyStrategy, rollback};

use super::amounts::BudgetArgs;
use super::target::Target;
use crate::args::Request;

/// `cutover plan rollback`.
#[derive(Debug, Args)]
pub(crate) struct RollbackArgs {
    /// The revision (default, and for 0: the one before the newest).
    #[arg(long, value_name = "REVISION")]
    to_revision: Option<u64>,
    /// Make no plan, and print the revisions, as kubectl rollout history does.
    #[arg(long, conflicts_with_all = ["to_revision", "verify", "exit_code"])]
    list: bool,
    #[command(flatten)]
    budget: BudgetArgs,
    #[command(flatten)]
    target: Target,
}

impl RollbackArgs {
    /// The plan that is asked for.
    pub(crate) fn into_request(self) -> Request {
        let (strategy, list) = (self.strategy(), self.list);
        Request {
            list,
            ..self.target.by(strategy)
        }
    }

    fn strategy(&self) -> AnyStrategy {
        let mut rollback = rollback::Rollback::default();
        rollback.to_revision = self.to_revision;
        rollback.max_surge = self.budget.max_surge;
        rollback.max_unavailable = self.budget.max_unavailable;
        AnyStrategy::Rollback(rollback)
    }
}
