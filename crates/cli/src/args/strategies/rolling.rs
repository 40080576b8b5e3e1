//! The flags of rolling updates, and of what is near to them: recreate, restart, pause and resume.

use clap::Args;
use cutover::rolling::Timestamp;
use cutover::{AnyStrategy, rolling};
use jiff::Timestamp as Moment;

use super::amounts::BudgetArgs;
use super::target::{Release, Target};
use crate::args::Request;

/// `cutover plan rolling`.
#[derive(Debug, Args)]
pub(crate) struct RollingArgs {
    #[command(flatten)]
    budget: BudgetArgs,
    #[command(flatten)]
    release: Release,
}

impl RollingArgs {
    /// The plan that is asked for.
    pub(crate) fn into_request(self) -> Request {
        let strategy = self.strategy();
        self.release.by(strategy)
    }

    fn strategy(&self) -> AnyStrategy {
        let mut rolling = rolling::Rolling::default();
        rolling.max_surge = self.budget.max_surge;
        rolling.max_unavailable = self.budget.max_unavailable;
        AnyStrategy::Rolling(rolling)
    }
}

/// `cutover plan recreate`.
#[derive(Debug, Args)]
pub(crate) struct RecreateArgs {
    #[command(flatten)]
    release: Release,
}

impl RecreateArgs {
    /// The plan that is asked for.
    pub(crate) fn into_request(self) -> Request {
        self.release.by(AnyStrategy::Recreate(Default::default()))
    }
}

/// `cutover plan restart`.
#[derive(Debug, Args)]
pub(crate) struct RestartArgs {
    /// The time that is written into the pods' annotation, e.g.
    /// 2026-11-24T10:00:00Z (default: now).
    #[arg(long, value_name = "TIME")]
    at: Option<Timestamp>,
    #[command(flatten)]
    target: Target,
}

impl RestartArgs {
    /// The plan that is asked for.
    ///
    /// # Errors
    ///
    /// A clock whose time cannot be written down.
    pub(crate) fn into_request(
        self,
        now: fn() -> Moment,
    ) -> Result<Request, rolling::BadTimestamp> {
        let strategy = self.strategy(now)?;
        Ok(self.target.by(strategy))
    }

    fn strategy(&self, now: fn() -> Moment) -> Result<AnyStrategy, rolling::BadTimestamp> {
        let at = self.at.map_or_else(|| now().to_string().parse(), Ok)?;
        Ok(AnyStrategy::Restart(rolling::Restart::new(at)))
    }
}

/// `cutover plan pause` and `cutover plan resume`.
#[derive(Debug, Args)]
pub(crate) struct StateArgs {
    #[command(flatten)]
    target: Target,
}

impl StateArgs {
    /// The plan by one of the two.
    pub(crate) fn into_request(self, strategy: AnyStrategy) -> Request {
        self.target.by(strategy)
    }
}
