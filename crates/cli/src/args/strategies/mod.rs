//! The strategies as subcommands: their fields as flags, by the names that a strategy file has.

use clap::Subcommand;
use cutover::AnyStrategy;
use cutover::rolling::BadTimestamp;
use jiff::Timestamp as Moment;

use crate::args::Request;

mod adopt;
mod affinity;
mod amounts;
mod blue_green;
mod canary;
mod rollback;
mod rolling;
mod scale;
mod target;

use self::adopt::AdoptArgs;
use self::affinity::AffinityArgs;
use self::blue_green::BlueGreenArgs;
use self::canary::CanaryArgs;
use self::rollback::RollbackArgs;
use self::rolling::{RecreateArgs, RestartArgs, RollingArgs, StateArgs};
use self::scale::ScaleArgs;

/// A strategy, by name.
#[derive(Debug, Subcommand)]
pub(crate) enum StrategyCommand {
    /// A few pods of the new version beside the old ones, then more, then all.
    Canary(CanaryArgs),
    /// The new version beside the old one, then the Service switches.
    BlueGreen(BlueGreenArgs),
    /// A rolling update by the Deployment's own controller.
    Rolling(RollingArgs),
    /// All pods stop before new ones start.
    Recreate(RecreateArgs),
    /// The same version again, in new pods.
    Restart(RestartArgs),
    /// Stop rolling out, keep scaling.
    Pause(StateArgs),
    /// Roll out what was held back.
    Resume(StateArgs),
    /// More pods or fewer.
    Scale(ScaleArgs),
    /// Back to an earlier revision; needs the ReplicaSets in the input.
    Rollback(RollbackArgs),
    /// Let clients stay with a pod, or no longer.
    Affinity(AffinityArgs),
    /// A label on the live pods, by which Services can pick one set.
    Adopt(AdoptArgs),
}

impl StrategyCommand {
    /// The plan that is asked for. `now` is for a restart that says no time.
    ///
    /// # Errors
    ///
    /// A clock whose time cannot be written down.
    pub(crate) fn into_request(self, now: fn() -> Moment) -> Result<Request, BadTimestamp> {
        Ok(match self {
            Self::Adopt(args) => args.into_request(),
            Self::Affinity(args) => args.into_request(),
            Self::BlueGreen(args) => args.into_request(),
            Self::Canary(args) => args.into_request(),
            Self::Pause(args) => args.into_request(AnyStrategy::Pause(Default::default())),
            Self::Recreate(args) => args.into_request(),
            Self::Restart(args) => args.into_request(now)?,
            Self::Resume(args) => args.into_request(AnyStrategy::Resume(Default::default())),
            Self::Rollback(args) => args.into_request(),
            Self::Rolling(args) => args.into_request(),
            Self::Scale(args) => args.into_request(),
        })
    }
}
