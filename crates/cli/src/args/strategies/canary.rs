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
    /// Shift requests by this route, e.g. httproute/hello, and not by numbers of pods. Repeat it for
    /// several.
    #[arg(long, value_name = "KIND/NAME")]
    route: Vec<canary::Route>,
    #[command(flatten)]
    by_route: ByRouteArgs,
    #[command(flatten)]
    autoscaler: AutoscalerArgs,
    #[command(flatten)]
    budget: BudgetArgs,
    #[command(flatten)]
    release: Release,
}

/// What a canary by route is told.
#[derive(Clone, Debug, Args)]
struct ByRouteArgs {
    /// The fewest pods of the canary, whatever the weight.
    #[arg(long, value_name = "PODS", requires = "route")]
    min_pods_per_replica_set: Option<u32>,
    /// After a weight of 100: the weights by which requests come back to the old pods' Deployment, e.g.
    /// 50,100.
    #[arg(
        long,
        value_name = "PERCENT,…",
        value_delimiter = ',',
        requires = "route"
    )]
    promotion_steps: Vec<Percent>,
    /// The Service before the old pods, where the route names several of the workload.
    #[arg(long, value_name = "NAME", requires = "route")]
    stable_service: Option<String>,
    /// The Service before the canary, where there is one; else the plan makes one.
    #[arg(long, value_name = "NAME", requires = "route")]
    canary_service: Option<String>,
    /// The controller that follows the route, as its GatewayClass names it, e.g.
    /// traefik.io/gateway-controller.
    #[arg(long, value_name = "NAME", requires = "route")]
    gateway_controller: Option<String>,
    /// How long gateways need to follow a change of the route, e.g. 3s.
    #[arg(long, value_name = "DURATION", requires = "route")]
    route_settle: Option<Duration>,
    /// How long the last request may take to pods that get no more, e.g. 30s.
    #[arg(long, value_name = "DURATION", requires = "route")]
    drain: Option<Duration>,
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
        canary.route.clone_from(&self.route);
        self.by_route.clone().tell(&mut canary);
        AnyStrategy::Canary(canary)
    }
}

impl ByRouteArgs {
    /// Tells a canary all of it: a flag that is left out here does not compile.
    fn tell(self, canary: &mut canary::Canary) {
        let Self {
            min_pods_per_replica_set,
            promotion_steps,
            stable_service,
            canary_service,
            gateway_controller,
            route_settle,
            drain,
        } = self;
        canary.min_pods_per_replica_set = min_pods_per_replica_set;
        canary.promotion_steps = promotion_steps;
        canary.stable_service = stable_service;
        canary.canary_service = canary_service;
        canary.gateway_controller = gateway_controller;
        canary.route_settle = route_settle;
        canary.drain = drain;
    }
}
