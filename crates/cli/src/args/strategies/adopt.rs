//! The flags of an adoption.

use clap::Args;
use cutover::{AnyStrategy, adopt};

use super::amounts::BudgetArgs;
use super::target::Target;
use crate::args::Request;

/// `cutover plan adopt`.
#[derive(Debug, Args)]
pub(crate) struct AdoptArgs {
    #[command(flatten)]
    budget: BudgetArgs,
    #[command(flatten)]
    target: Target,
}

impl AdoptArgs {
    /// The plan that is asked for.
    pub(crate) fn into_request(self) -> Request {
        let strategy = self.strategy();
        self.target.by(strategy)
    }

    fn strategy(&self) -> AnyStrategy {
        let mut adopt = adopt::Adopt::default();
        adopt.max_surge = self.budget.max_surge;
        adopt.max_unavailable = self.budget.max_unavailable;
        AnyStrategy::Adopt(adopt)
    }
}
