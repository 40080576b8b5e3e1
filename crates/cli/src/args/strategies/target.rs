//! What a strategy is for: the workloads that are meant, and what is wanted of them.

use clap::Args;
use cutover::AnyStrategy;

use crate::args::{Named, Request, Running, Wanted};

/// The workloads that are meant, as they run.
#[derive(Debug, Args)]
pub(crate) struct Target {
    #[command(flatten)]
    common: Named,
    #[command(flatten)]
    running: Running,
}

/// The same with what is wanted of them.
#[derive(Debug, Args)]
pub(crate) struct Release {
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    wanted: Wanted,
}

impl Target {
    /// The plan by a strategy that says itself what is wanted.
    pub(super) fn by(self, strategy: AnyStrategy) -> Request {
        Request::new(strategy, self.common, Wanted::default(), self.running)
    }
}

impl Release {
    /// The plan by a strategy.
    pub(super) fn by(self, strategy: AnyStrategy) -> Request {
        let Target { common, running } = self.target;
        Request::new(strategy, common, self.wanted, running)
    }
}
