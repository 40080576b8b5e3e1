//! The routes of a workload, and what they say at a weight.

use std::collections::BTreeSet;

use cutover_manifest::{Manifest, ObjectRef, Warning};
use cutover_plan::Duration;
use cutover_planner::Followed;
use cutover_release::{Refusals, Release};
use cutover_traffic::{HttpRoute, Percent, Rule, Settle, Shift, controllers};

use super::named::Named;
use super::refused;
use super::services::Services;
use crate::route::RuleName;
use crate::spec::Canary;

/// What Argo Rollouts waits by default for the last request (`scaleDownDelaySeconds`), and the least
/// that is waited here.
const LAST_REQUEST: u32 = 30;

/// A route of the workload, with the rules whose shares change.
pub(super) struct Chosen {
    pub(super) manifest: Manifest,
    pub(super) followed: Followed,
    rules: BTreeSet<usize>,
    settle: Settle,
}

/// The same routes, with the rules in which shares change and the times to wait.
pub(super) fn of_workload(
    release: &Release,
    spec: &Canary,
    named: Vec<Named<'_>>,
    services: &Services,
) -> Result<Vec<Chosen>, Refusals> {
    let mut chosen = Vec::new();
    for route in named {
        let object = route.manifest.object();
        services.may_be_named_by(release, object)?;
        let rules = rules(&route, services)?;
        let settle = settle(release, spec, route.manifest)?;
        let seconds = spec.route_settle.map_or(settle.seconds, Duration::seconds);
        chosen.push(Chosen {
            manifest: route.manifest.clone(),
            followed: Followed {
                object: object.clone(),
                settle: Duration::of_seconds(seconds),
                drain: drain(spec, &route.read)?,
            },
            rules,
            settle: Settle {
                measured: settle.measured || spec.route_settle.is_some(),
                ..settle
            },
        });
    }
    Ok(chosen)
}

/// How long its gateways need: by the controllers that are said, or whose classes the input has.
fn settle(release: &Release, spec: &Canary, route: &Manifest) -> Result<Settle, Refusals> {
    if let Some(controller) = &spec.gateway_controller {
        return Ok(Settle::of([controller.as_str()]));
    }
    let found = controllers(route, release.from())?;
    Ok(Settle::of(found.iter().map(String::as_str)))
}

/// How long the last request may take: what is said, and no less than what the route allows.
fn drain(spec: &Canary, route: &HttpRoute) -> Result<Duration, Refusals> {
    let said = spec.drain.map_or(LAST_REQUEST, Duration::seconds);
    let least = route.longest().max(LAST_REQUEST);
    match spec.drain {
        Some(drain) if said < least => Err(refused::short_drain(&route.object, drain, least)),
        Some(_) | None => Ok(Duration::of_seconds(said.max(least))),
    }
}

/// The rules that a person names, or else all that give the stable Service a share.
fn rules(route: &Named<'_>, services: &Services) -> Result<BTreeSet<usize>, Refusals> {
    let object = route.manifest.object();
    let has_share = |rule: &Rule| {
        let mut backends = rule.backends.iter();
        backends
            .any(|backend| backend.service.as_ref() == Some(&services.stable) && backend.weight > 0)
    };
    let all = route.read.rules.iter().enumerate();
    let able: BTreeSet<usize> = all
        .filter(|(_, rule)| has_share(rule))
        .map(|(number, _)| number)
        .collect();
    let mut chosen = BTreeSet::new();
    for name in &route.said.rules {
        let number = number(&route.read, name).filter(|number| able.contains(number));
        chosen.insert(number.ok_or_else(|| refused::rule(object, name, &services.stable))?);
    }
    let chosen = if chosen.is_empty() { able } else { chosen };
    services.stand_alone_in(&route.read, &chosen)?;
    match chosen.is_empty() {
        true => Err(refused::unrouted(object, &services.stable)),
        false => Ok(chosen),
    }
}

fn number(route: &HttpRoute, name: &RuleName) -> Option<usize> {
    match name {
        RuleName::Index(number) => Some(*number),
        RuleName::Name(name) => {
            let mut rules = route.rules.iter();
            rules.position(|rule| rule.name.as_ref() == Some(name))
        }
    }
}

impl Chosen {
    /// The route where the canary has this weight; with none it is named and gets nothing.
    pub(super) fn at(
        &self,
        services: &Services,
        weight: Option<Percent>,
    ) -> Result<Manifest, Refusals> {
        let shift = Shift {
            old: &services.stable,
            new: services.canary.object(),
            weight: weight.unwrap_or(Percent::NONE),
        };
        let object: &ObjectRef = self.manifest.object();
        shift
            .of(&self.manifest, &self.rules)
            .map_err(|heavy| refused::full(object, &heavy))
    }

    /// What is said where nobody has measured how long its gateways need.
    pub(super) fn unmeasured(&self) -> Option<Warning> {
        let settle = self.followed.settle;
        let message = format!(
            "how long its gateways need to follow was not measured, or their controller is not in the input: {settle} are waited after each change"
        );
        let hint = "say which controller it is, or how long it needs";
        let object = self.manifest.object();
        (!self.settle.measured).then(|| Warning::about(object, message, hint))
    }
}
