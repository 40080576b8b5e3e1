//! The flags of a blue/green.

use clap::Args;
use cutover::{AnyStrategy, blue_green};

use super::amounts::{AutoscalerArgs, BudgetArgs};
use super::target::Release;
use crate::args::Request;

/// `cutover plan blue-green`.
#[derive(Debug, Args)]
pub(crate) struct BlueGreenArgs {
    /// The Service whose requests switch.
    #[arg(long, visible_alias = "service", value_name = "NAME")]
    active_service: String,
    /// A Service that shows the new version before it serves; made for the length of the plan where
    /// there is none.
    #[arg(long, value_name = "NAME")]
    preview_service: Option<String>,
    /// The two Deployments that take turns, e.g. hello,hello-green (default: those that a label meant
    /// for it tells, or their names).
    #[arg(long, value_name = "NAME,NAME")]
    slots: Option<blue_green::Slots>,
    /// Pods of the new version while it is looked at (default: all of them).
    #[arg(long, value_name = "N")]
    preview_replica_count: Option<u32>,
    /// After how many seconds the Service switches (default: wait for a person).
    #[arg(long, value_name = "SECONDS")]
    auto_promotion_seconds: Option<u32>,
    /// For how many seconds the old version stands ready after the switch.
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    scale_down_delay_seconds: u32,
    #[command(flatten)]
    autoscaler: AutoscalerArgs,
    #[command(flatten)]
    budget: BudgetArgs,
    #[command(flatten)]
    release: Release,
}

impl BlueGreenArgs {
    /// The plan that is asked for.
    pub(crate) fn into_request(self) -> Request {
        let strategy = self.strategy();
        self.release.by(strategy)
    }

    fn strategy(&self) -> AnyStrategy {
        let mut blue_green = blue_green::BlueGreen::new(&self.active_service);
        blue_green.preview_service.clone_from(&self.preview_service);
        blue_green.slots.clone_from(&self.slots);
        blue_green.preview_replica_count = self.preview_replica_count;
        blue_green.auto_promotion_seconds = self.auto_promotion_seconds;
        blue_green.scale_down_delay_seconds = self.scale_down_delay_seconds;
        blue_green.max_surge = self.budget.max_surge;
        blue_green.max_unavailable = self.budget.max_unavailable;
        blue_green.autoscaler = self.autoscaler.said();
        AnyStrategy::BlueGreen(blue_green)
    }
}
