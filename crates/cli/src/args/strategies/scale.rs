//! The flags of a scaling.

use std::num::NonZeroU32;

use clap::Args;
use cutover::{AnyStrategy, Replicas, scale};

use super::amounts::AutoscalerArgs;
use crate::args::{Named, Request, Running, Wanted};

/// `cutover plan scale`.
#[derive(Debug, Args)]
pub(crate) struct ScaleArgs {
    /// The pods wanted.
    #[arg(long, value_name = "N")]
    replicas: u32,
    /// The pods that run, where the manifest leaves `replicas` out; may be repeated, e.g. `hello=3` for
    /// one Deployment.
    #[arg(long, value_name = "[DEPLOYMENT=]N")]
    current_replicas: Vec<Replicas>,
    /// How many pods come or go in one step at most (default: all at once).
    #[arg(long, value_name = "N")]
    max_step: Option<NonZeroU32>,
    #[command(flatten)]
    autoscaler: AutoscalerArgs,
    #[command(flatten)]
    common: Named,
}

impl ScaleArgs {
    /// The plan that is asked for.
    pub(crate) fn into_request(self) -> Request {
        let strategy = self.strategy();
        let running = Running {
            replicas: self.current_replicas,
        };
        Request::new(strategy, self.common, Wanted::default(), running)
    }

    fn strategy(&self) -> AnyStrategy {
        let mut scale = scale::Scale::new(self.replicas);
        scale.max_step = self.max_step;
        scale.autoscaler = self.autoscaler.said();
        AnyStrategy::Scale(scale)
    }
}
