//! A canary whose weights are a route's: each set stands behind a Service of its own, and the route
//! splits requests between these.
//!
//! ```text
//!               hello (old)    hello-canary (new)     route to hello, hello-canary
//! adopt         ● ● ●                                  100 %          where the Service would pick both sets
//! beside        ● ● ●          ○                       100 %    0 %
//! canary-25     ● ● ●          ○                        75 %   25 %   then wait for a person, or a time
//! canary-50     ● ● ●          ○ ○                      50 %   50 %   then wait
//! promote       ○ ○ ○          ○ ○                      50 %   50 %   the old set takes the new template
//! cleanup       ○ ○ ○                                  100 %          exactly what was wanted, nothing else is left
//! ```
//!
//! The old set keeps its size, so that all requests can go back to it at any moment.

mod chosen;
mod named;
mod refused;
mod services;

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_plan::Asked;
use cutover_planner::{Waypoint, Waypoints};
use cutover_release::{Adoption, Refusals, Release, Sibling, counted, sibling};
use cutover_traffic::Percent;
use cutover_workload::{Deployment, Role, Routed, Workload};

use self::chosen::Chosen;
pub use self::refused::{
    LABEL_TAKEN, NO_ROUTE, OTHER_NAMESPACE, POLICY, PROMOTION, ROUTE_CHANGES, ROUTE_IS_FULL,
    ROUTE_KIND, ROUTE_OF_MANY, ROUTE_RULE, SERVICE, SESSION, SHORT_DRAIN, UNROUTED,
};
use self::services::Services;
use crate::error;
use crate::spec::{Canary, Step};
use crate::steps::{rising, wait};

const CANARY: &str = "canary";

/// Where a canary by route stands.
pub(crate) fn waypoints(release: &Release, spec: &Canary) -> Result<Waypoints, Refusals> {
    let last = rising(spec)?;
    promotion(spec, last)?;
    let object = only_one(release)?;
    let tier = Tier::new(release, &object, spec)?;
    let mut points = tier.adopt(release).to_vec();
    points.push(tier.beside(release, spec)?);
    tier.at_weights(&mut points, spec)?;
    points.push(tier.promote(release, last)?);
    tier.hand_over(&mut points, spec)?;
    points.push(Waypoint::new(
        "cleanup",
        tier.adoption.adopted(release.to()),
    ));
    let mut warnings = tier.adoption.notes(release.to());
    warnings.extend(tier.routes.iter().filter_map(Chosen::unmeasured));
    let mut waypoints = Waypoints {
        routes: tier
            .routes
            .iter()
            .map(|route| route.followed.clone())
            .collect(),
        workloads: vec![tier.workload],
        points,
        warnings,
    };
    let changed = release.changed().into_iter();
    for other in changed.filter(|other| *other != object) {
        waypoints.follow(release, &other, &spec.allowance())?;
    }
    Ok(waypoints)
}

/// Whether the steps by which the route comes back rise, from a canary that has all requests.
fn promotion(spec: &Canary, last: Percent) -> Result<(), Refusals> {
    let steps = &spec.promotion_steps;
    if let Some(pair) = steps.windows(2).find(|pair| pair[0] > pair[1]) {
        return Err(error::falling(pair[0], pair[1]));
    }
    match steps.is_empty() || last.value() == 100 {
        true => Ok(()),
        false => Err(refused::shared_promotion(last)),
    }
}

/// The Deployment whose pods are replaced.
fn only_one(release: &Release) -> Result<ObjectRef, Refusals> {
    let mut replaced = release.replaced().into_iter();
    match (replaced.next(), replaced.next()) {
        (Some(only), None) => Ok(only),
        (first, second) => Err(refused::not_one(first.into_iter().chain(second))),
    }
}

/// A workload with its second set, and what sends requests to both.
struct Tier {
    workload: Workload,
    /// The set that runs, and as it is wanted.
    running: Manifest,
    wanted: Manifest,
    canary: Sibling,
    adoption: Adoption,
    services: Services,
    routes: Vec<Chosen>,
    /// The fewest pods of the canary.
    fewest: u32,
}

impl Tier {
    fn new(release: &Release, object: &ObjectRef, spec: &Canary) -> Result<Self, Refusals> {
        let mut workload = counted(release, object, &spec.allowance())?;
        let replicas = workload.replicas();
        if replicas == 0 {
            return Err(error::no_pods(object));
        }
        let routes = named::find(release, spec)?;
        let stable = services::stable(release, object, spec, &routes)?;
        let before = release.services_of(object).into_iter();
        let adoption = Adoption::new(
            release,
            object,
            before.map(|service| service.object().clone()).collect(),
        )?;
        if adoption.value() == CANARY {
            return Err(refused::label_taken(object, adoption.key()));
        }
        let canary = sibling(release, object, Role::Canary, adoption.key())?;
        let services = Services::new(release, spec, &stable, &adoption, &canary.set)?;
        let routes = chosen::of_workload(release, spec, routes, &services)?;
        workload.add(Role::Canary, canary.set.object().clone());
        lead(&mut workload, &services, &routes);
        let fewest = spec.min_pods_per_replica_set.unwrap_or(1).max(1);
        let weights = spec.steps.iter().filter_map(Step::weight);
        let sizes = weights.map(|weight| pods(replicas, weight).max(fewest));
        let (running, wanted) = release.both_ends(object)?;
        Ok(Self {
            workload: workload.with_more(sizes.max().unwrap_or(0)),
            running: running.clone(),
            wanted: wanted.clone(),
            canary,
            adoption,
            services,
            routes,
            fewest,
        })
    }

    /// First the pods get the label, then the Services pick by it: not both in one step, or for a
    /// moment they would pick nobody.
    fn adopt(&self, release: &Release) -> [Waypoint; 2] {
        let adoption = &self.adoption;
        let states = [
            adoption.labelled(release.from()),
            adoption.adopted(release.from()),
        ];
        states.map(|bundle| Waypoint::new("adopt", bundle))
    }

    /// The canary at the first weight's size, to which the route gives nothing yet.
    fn beside(&self, release: &Release, spec: &Canary) -> Result<Waypoint, Refusals> {
        let base = self.adoption.adopted(&release.transition()?);
        let first = spec.steps.iter().find_map(Step::weight);
        let mut point = Waypoint::new("beside", base);
        point.bundle.insert(self.services.canary.clone());
        let nothing = Shares {
            pods: first,
            weight: None,
        };
        self.stand(&mut point.bundle, &self.running, nothing)?;
        Ok(point)
    }

    fn at_weights(&self, points: &mut Vec<Waypoint>, spec: &Canary) -> Result<(), Refusals> {
        let base = points
            .last()
            .map_or_else(Bundle::new, |point| point.bundle.clone());
        for step in &spec.steps {
            match step {
                Step::SetWeight(weight) => points.push(self.at_weight(&base, *weight)?),
                Step::Analysis(_) | Step::Pause { .. } => wait(points, &base, step.gates()),
            }
        }
        Ok(())
    }

    fn at_weight(&self, base: &Bundle, weight: Percent) -> Result<Waypoint, Refusals> {
        let mut point = Waypoint::new(format!("canary-{}", weight.value()), base.clone());
        self.stand(&mut point.bundle, &self.running, Shares::at(weight))?;
        point.shares.push(Asked {
            workload: self.workload.name.clone(),
            asked: weight,
            overload: false,
        });
        Ok(point)
    }

    /// The old set takes the new template, while the canary keeps its share.
    fn promote(&self, release: &Release, last: Percent) -> Result<Waypoint, Refusals> {
        let mut bundle = self.adoption.adopted(&release.transition()?);
        bundle.extend(release.wanted(&release.changed()));
        bundle.insert(self.services.canary.clone());
        self.stand(&mut bundle, &self.wanted, Shares::at(last))?;
        Ok(Waypoint::new("promote", bundle))
    }

    /// The route comes back to the old set, which has the new template: step by step, where that is
    /// asked for.
    fn hand_over(&self, points: &mut Vec<Waypoint>, spec: &Canary) -> Result<(), Refusals> {
        let base = points
            .last()
            .map_or_else(Bundle::new, |point| point.bundle.clone());
        for back in spec
            .promotion_steps
            .iter()
            .filter(|back| back.value() < 100)
        {
            let mut point = Waypoint::new(format!("promote-{}", back.value()), base.clone());
            for route in &self.routes {
                let left = back.rest();
                point.bundle.insert(route.at(&self.services, Some(left))?);
            }
            points.push(point);
        }
        Ok(())
    }

    /// Puts both sets and the routes into a bundle.
    fn stand(
        &self,
        bundle: &mut Bundle,
        stable: &Manifest,
        shares: Shares,
    ) -> Result<(), Refusals> {
        let replicas = self.workload.replicas();
        bundle.insert(Deployment::of(stable).scaled(replicas));
        *bundle = self.adoption.labelled(bundle);
        let size = shares.pods.map_or(0, |weight| pods(replicas, weight));
        let size = size.max(self.fewest);
        self.canary.insert_into(bundle, size);
        for route in &self.routes {
            bundle.insert(route.at(&self.services, shares.weight)?);
        }
        Ok(())
    }
}

/// The canary's Service, which only the routes reach, and the routes lead to a workload.
fn lead(workload: &mut Workload, services: &Services, routes: &[Chosen]) {
    let beside = Routed::new(services.canary.object().clone()).by_route();
    let routers = &mut workload.routers;
    routers.retain(|router| router.object != beside.object);
    routers.push(beside);
    let routes = routes.iter().map(|route| route.manifest.object().clone());
    routers.extend(routes.map(Routed::new));
}

/// The weight that the canary's pods are for, and the one that the route gives them.
#[derive(Clone, Copy)]
struct Shares {
    pods: Option<Percent>,
    weight: Option<Percent>,
}

impl Shares {
    fn at(weight: Percent) -> Self {
        Self {
            pods: Some(weight),
            weight: Some(weight),
        }
    }
}

/// The pods that a weight takes: its part of the replicas, rounded up.
fn pods(replicas: u32, weight: Percent) -> u32 {
    weight.share().pods_of(replicas)
}

#[cfg(test)]
mod tests;
