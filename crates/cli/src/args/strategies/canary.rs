//! The flags of a canary.

use clap::Args;
use cutover::planning::Duration;
use cutover::traffic::Percent;
use cutover::{AnyStrategy, canary};

use super::amounts::{AutoscalerArgs, BudgetArgs};
use super::target::Release;
use crate::args::Request;

/// `cutover plan canary`.
#[derive(Debug, Args)]
pub(crate) struct CanaryArgs {
    /// The weights of the new version in percent, e.g. 25,50. After each the plan waits for a person.
    #[arg(long, value_name = "PERCENT,…", value_delimiter = ',', required = true)]
    steps: Vec<Percent>,
    /// Wait for this long after each weight, e.g. 10m, and not for a person.
    #[arg(long, value_name = "DURATION")]
    pause: Option<Duration>,
    /// How many percentage points a share may lie from its weight.
    #[arg(long, value_name = "POINTS")]
    tolerance: Option<Percent>,
    #[command(flatten)]
    autoscaler: AutoscalerArgs,
    #[command(flatten)]
    budget: BudgetArgs,
    #[command(flatten)]
    release: Release,
}

impl CanaryArgs {
    /// The plan that is asked for.
    pub(crate) fn into_request(self) -> Request {
        let strategy = self.strategy();
        self.release.by(strategy)
    }

    fn strategy(&self) -> AnyStrategy {
        let step = |weight: &Percent| {
            [
                canary::Step::SetWeight(*weight),
                canary::Step::Pause {
                    duration: self.pause,
                },
            ]
        };
        let mut canary = canary::Canary::new(self.steps.iter().flat_map(step));
        canary.max_surge = self.budget.max_surge;
        canary.max_unavailable = self.budget.max_unavailable;
        canary.tolerance = self.tolerance;
        canary.autoscaler = self.autoscaler.said();
        AnyStrategy::Canary(canary)
    }
}
