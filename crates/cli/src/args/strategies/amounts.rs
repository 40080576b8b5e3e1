//! What several strategies have: budgets and autoscalers.

use clap::{Args, ValueEnum};
use cutover::planning::{self, Amount};

/// How far the number of pods may lie from the wanted one.
#[derive(Debug, Args)]
pub(crate) struct BudgetArgs {
    /// Pods above the wanted replicas, e.g. 1 or 25% (default: the Deployment's own).
    #[arg(long, value_name = "AMOUNT")]
    pub(super) max_surge: Option<Amount>,
    /// Pods that may be missing, e.g. 1 or 25% (default: the Deployment's own).
    #[arg(long, value_name = "AMOUNT")]
    pub(super) max_unavailable: Option<Amount>,
}

/// Where an autoscaler scales what the plan counts.
#[derive(Debug, Args)]
pub(crate) struct AutoscalerArgs {
    /// What is done about an autoscaler of the pods that the plan counts: it stands still for the
    /// length of the plan (default: refuse).
    #[arg(long, value_name = "WHAT")]
    autoscaler: Option<OnAutoscaler>,
}

impl AutoscalerArgs {
    /// The same as strategies have it.
    pub(super) fn said(&self) -> Option<planning::OnAutoscaler> {
        self.autoscaler.map(|what| match what {
            OnAutoscaler::Hold => planning::OnAutoscaler::Hold,
        })
    }
}

/// What is done about an autoscaler.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum OnAutoscaler {
    /// It stands still.
    Hold,
}
