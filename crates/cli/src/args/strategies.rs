//! The strategies as subcommands: their fields as flags, by the names that a strategy file has.

use std::num::NonZeroU32;

use clap::{Args, Subcommand, ValueEnum};
use cutover::planning::{Amount, Duration};
use cutover::rolling::Timestamp;
use cutover::traffic::Percent;
use cutover::{AnyStrategy, adopt, affinity, blue_green, canary, rollback, rolling, scale};
use jiff::Timestamp as Moment;

use crate::args::{Named, Request, Running, Wanted};
use crate::running::Said;

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
    pub(crate) fn into_request(
        self,
        now: fn() -> Moment,
    ) -> Result<Request, rolling::BadTimestamp> {
        Ok(match self {
            Self::Adopt(args) => Request::new(
                args.strategy(),
                args.common,
                Wanted::default(),
                args.running,
            ),
            Self::Affinity(args) => Request::new(
                args.strategy(),
                args.common,
                Wanted::default(),
                Running::default(),
            ),
            Self::BlueGreen(args) => {
                Request::new(args.strategy(), args.common, args.wanted, args.running)
            }
            Self::Canary(args) => {
                Request::new(args.strategy(), args.common, args.wanted, args.running)
            }
            Self::Pause(args) => Request::new(
                AnyStrategy::Pause(Default::default()),
                args.common,
                Wanted::default(),
                args.running,
            ),
            Self::Recreate(args) => Request::new(
                AnyStrategy::Recreate(Default::default()),
                args.common,
                args.wanted,
                args.running,
            ),
            Self::Restart(args) => Request::new(
                args.strategy(now)?,
                args.common,
                Wanted::default(),
                args.running,
            ),
            Self::Resume(args) => Request::new(
                AnyStrategy::Resume(Default::default()),
                args.common,
                Wanted::default(),
                args.running,
            ),
            Self::Rollback(args) => {
                let list = args.list;
                let wanted = Wanted::default();
                let request = Request::new(args.strategy(), args.common, wanted, args.running);
                Request { list, ..request }
            }
            Self::Rolling(args) => {
                Request::new(args.strategy(), args.common, args.wanted, args.running)
            }
            Self::Scale(args) => {
                let strategy = args.strategy();
                let running = Running {
                    replicas: args.current_replicas,
                };
                Request::new(strategy, args.common, Wanted::default(), running)
            }
        })
    }
}

/// How far the number of pods may lie from the wanted one.
#[derive(Debug, Args)]
pub(crate) struct BudgetArgs {
    /// Pods above the wanted replicas, as 1 or 25%; the Deployment's own where nothing is said.
    #[arg(long, value_name = "AMOUNT")]
    max_surge: Option<Amount>,
    /// Pods that may be missing, as 1 or 25%; the Deployment's own where nothing is said.
    #[arg(long, value_name = "AMOUNT")]
    max_unavailable: Option<Amount>,
}

/// `cutover plan canary`.
#[derive(Debug, Args)]
pub(crate) struct CanaryArgs {
    /// The weights of the new version in percent, as 25,50. After each the plan waits for a person.
    #[arg(long, value_name = "PERCENT,…", value_delimiter = ',', required = true, value_parser = percent)]
    steps: Vec<Percent>,
    /// Wait for this long after each weight, as 10m, and not for a person.
    #[arg(long, value_name = "DURATION")]
    pause: Option<Duration>,
    /// How many percentage points a share may lie from its weight.
    #[arg(long, value_name = "POINTS", value_parser = percent)]
    tolerance: Option<Percent>,
    #[command(flatten)]
    budget: BudgetArgs,
    #[command(flatten)]
    common: Named,
    #[command(flatten)]
    running: Running,
    #[command(flatten)]
    wanted: Wanted,
}

impl CanaryArgs {
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
        AnyStrategy::Canary(canary)
    }
}

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
    /// The two Deployments that take turns, as hello,hello-green; told by a label that is meant for
    /// it, or by their names, where none are named.
    #[arg(long, value_name = "NAME,NAME")]
    slots: Option<blue_green::Slots>,
    /// Pods of the new version while it is looked at; all of them where nothing is said.
    #[arg(long, value_name = "N")]
    preview_replica_count: Option<u32>,
    /// After how many seconds the Service switches; it waits for a person where nothing is said.
    #[arg(long, value_name = "SECONDS")]
    auto_promotion_seconds: Option<u32>,
    /// For how many seconds the old version stands ready after the switch.
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    scale_down_delay_seconds: u32,
    #[command(flatten)]
    budget: BudgetArgs,
    #[command(flatten)]
    common: Named,
    #[command(flatten)]
    running: Running,
    #[command(flatten)]
    wanted: Wanted,
}

impl BlueGreenArgs {
    fn strategy(&self) -> AnyStrategy {
        AnyStrategy::BlueGreen(blue_green::BlueGreen {
            preview_service: self.preview_service.clone(),
            slots: self.slots.clone(),
            preview_replica_count: self.preview_replica_count,
            auto_promotion_seconds: self.auto_promotion_seconds,
            scale_down_delay_seconds: self.scale_down_delay_seconds,
            max_surge: self.budget.max_surge,
            max_unavailable: self.budget.max_unavailable,
            ..blue_green::BlueGreen::new(&self.active_service)
        })
    }
}

/// `cutover plan rolling`.
#[derive(Debug, Args)]
pub(crate) struct RollingArgs {
    #[command(flatten)]
    budget: BudgetArgs,
    #[command(flatten)]
    common: Named,
    #[command(flatten)]
    running: Running,
    #[command(flatten)]
    wanted: Wanted,
}

impl RollingArgs {
    fn strategy(&self) -> AnyStrategy {
        let BudgetArgs {
            max_surge,
            max_unavailable,
        } = self.budget;
        AnyStrategy::Rolling(rolling::Rolling {
            max_surge,
            max_unavailable,
        })
    }
}

/// `cutover plan recreate`.
#[derive(Debug, Args)]
pub(crate) struct RecreateArgs {
    #[command(flatten)]
    common: Named,
    #[command(flatten)]
    running: Running,
    #[command(flatten)]
    wanted: Wanted,
}

/// `cutover plan restart`.
#[derive(Debug, Args)]
pub(crate) struct RestartArgs {
    /// The time that is written into the pods' annotation, as 2026-11-24T10:00:00Z; now where
    /// nothing is said.
    #[arg(long, value_name = "TIME")]
    at: Option<Timestamp>,
    #[command(flatten)]
    common: Named,
    #[command(flatten)]
    running: Running,
}

impl RestartArgs {
    fn strategy(&self, now: fn() -> Moment) -> Result<AnyStrategy, rolling::BadTimestamp> {
        let at = self.at.map_or_else(|| now().to_string().parse(), Ok)?;
        Ok(AnyStrategy::Restart(rolling::Restart {
            at,
            workloads: Vec::new(),
        }))
    }
}

/// `cutover plan pause` and `cutover plan resume`.
#[derive(Debug, Args)]
pub(crate) struct StateArgs {
    #[command(flatten)]
    common: Named,
    #[command(flatten)]
    running: Running,
}

/// `cutover plan scale`.
#[derive(Debug, Args)]
pub(crate) struct ScaleArgs {
    /// The pods wanted.
    #[arg(long, value_name = "N")]
    replicas: u32,
    /// The pods that run, where the manifest leaves `replicas` out; may be repeated, as `hello=3` for
    /// one Deployment.
    #[arg(long, value_name = "[DEPLOYMENT=]N")]
    current_replicas: Vec<Said>,
    /// How many pods come or go in one step at most; all at once where nothing is said.
    #[arg(long, value_name = "N")]
    max_step: Option<NonZeroU32>,
    #[command(flatten)]
    common: Named,
}

impl ScaleArgs {
    fn strategy(&self) -> AnyStrategy {
        AnyStrategy::Scale(scale::Scale {
            replicas: self.replicas,
            max_step: self.max_step,
            workloads: Vec::new(),
        })
    }
}

/// `cutover plan rollback`.
#[derive(Debug, Args)]
pub(crate) struct RollbackArgs {
    /// The revision; the one before the newest where nothing or 0 is said.
    #[arg(long, value_name = "REVISION")]
    to_revision: Option<u64>,
    /// Make no plan, and print the revisions, as kubectl rollout history does.
    #[arg(long, conflicts_with_all = ["to_revision", "verify", "exit_code"])]
    list: bool,
    #[command(flatten)]
    budget: BudgetArgs,
    #[command(flatten)]
    common: Named,
    #[command(flatten)]
    running: Running,
}

impl RollbackArgs {
    fn strategy(&self) -> AnyStrategy {
        let BudgetArgs {
            max_surge,
            max_unavailable,
        } = self.budget;
        let to_revision = self.to_revision;
        AnyStrategy::Rollback(rollback::Rollback {
            to_revision,
            workloads: Vec::new(),
            max_surge,
            max_unavailable,
        })
    }
}

/// `cutover plan adopt`.
#[derive(Debug, Args)]
pub(crate) struct AdoptArgs {
    #[command(flatten)]
    budget: BudgetArgs,
    #[command(flatten)]
    common: Named,
    #[command(flatten)]
    running: Running,
}

impl AdoptArgs {
    fn strategy(&self) -> AnyStrategy {
        let mut adopt = adopt::Adopt::default();
        adopt.max_surge = self.budget.max_surge;
        adopt.max_unavailable = self.budget.max_unavailable;
        AnyStrategy::Adopt(adopt)
    }
}

/// `cutover plan affinity`.
#[derive(Debug, Args)]
pub(crate) struct AffinityArgs {
    /// The Service.
    #[arg(long, value_name = "NAME")]
    service: String,
    /// Whether clients stay with a pod.
    #[arg(long, value_name = "AFFINITY", ignore_case = true)]
    session_affinity: SessionAffinity,
    /// For how many seconds after its last connection a client stays, 1 to 86400; 10800 where
    /// nothing is said.
    #[arg(long, value_name = "SECONDS")]
    timeout_seconds: Option<u32>,
    #[command(flatten)]
    common: Named,
}

/// A Service's `sessionAffinity`.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum SessionAffinity {
    /// By the client's address.
    #[value(name = "ClientIP")]
    ClientIp,
    /// Each connection goes to any pod.
    #[value(name = "None")]
    None,
}

impl AffinityArgs {
    fn strategy(&self) -> AnyStrategy {
        AnyStrategy::Affinity(affinity::Affinity {
            service: self.service.clone(),
            namespace: None,
            session_affinity: match self.session_affinity {
                SessionAffinity::ClientIp => affinity::SessionAffinity::ClientIp,
                SessionAffinity::None => affinity::SessionAffinity::None,
            },
            timeout_seconds: self.timeout_seconds,
        })
    }
}

/// A text is no percentage.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a whole percentage of 0 to 100\nhint: write the number alone, as 25")]
pub(super) struct BadPercent(String);

pub(super) fn percent(text: &str) -> Result<Percent, BadPercent> {
    let read = text
        .parse()
        .ok()
        .and_then(|number| Percent::new(number).ok());
    read.ok_or_else(|| BadPercent(text.into()))
}
