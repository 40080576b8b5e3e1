//! Where a canary stands, one waypoint after the other.

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_plan::Asked;
use cutover_planner::{Strategy, Waypoint, Waypoints};
use cutover_release::{Ends, Refusals, Release, Sibling, counted, discriminator, sibling};
use cutover_traffic::{Percent, Service, Share, Split};
use cutover_workload::{Deployment, Role, Workload};

use crate::by_route;
use crate::error;
use crate::spec::{Canary, Step};
use crate::split::{Counts, promoting, split};
use crate::steps::{rising, wait};

impl Strategy for Canary {
    fn name(&self) -> &str {
        "canary"
    }

    /// What was given, with autoscalers held where it says so.
    fn wanted(&self, ends: Ends) -> Result<Ends, Refusals> {
        Ok(ends.with_autoscalers(self.autoscaler))
    }

    /// A waypoint a weight, over all Deployments whose pods the release replaces, then `promote`,
    /// `recreate` for those among them whose pods stand beside no others, and `cleanup`.
    fn waypoints(&self, release: &Release) -> Result<Waypoints, Refusals> {
        match self.route.is_empty() {
            true => waypoints(release, self),
            false => by_route::waypoints(release, self),
        }
    }
}

fn waypoints(release: &Release, canary: &Canary) -> Result<Waypoints, Refusals> {
    let last = rising(canary)?;
    let base = release.transition()?;
    let (turned, recreated) = apart(release);
    let tiers: Vec<Tier<'_>> = turned
        .iter()
        .map(|object| Tier::new(release, object, canary, &base))
        .collect::<Result<_, _>>()?;
    let mut points = Vec::new();
    if !tiers.is_empty() {
        points = at_weights(&base, &tiers, canary)?;
        let promoted = promote(release, &base, &tiers, last, &recreated)?;
        points.push(promoted);
    }
    points.extend(recreate(release, &base, &points, &recreated));
    points.push(Waypoint::new("cleanup", release.to().clone()));
    let mut waypoints = Waypoints {
        workloads: tiers.into_iter().map(|tier| tier.workload).collect(),
        points,
        ..Waypoints::default()
    };
    // Changed Deployments without a canary need a budget all the same.
    let changed = release.changed().into_iter();
    for object in changed.filter(|object| !turned.contains(object)) {
        waypoints.follow(release, &object, &canary.allowance())?;
    }
    Ok(waypoints)
}

/// The Deployments whose pods are replaced, without and with the type `Recreate`. Where a release
/// has none but those, they are to have a canary like any other, which is refused.
fn apart(release: &Release) -> (Vec<ObjectRef>, Vec<ObjectRef>) {
    let recreates = |end: &Bundle, object: &ObjectRef| {
        let set = end.get(object).map(Deployment::of);
        set.is_some_and(Deployment::recreates)
    };
    let (recreated, turned): (Vec<ObjectRef>, Vec<ObjectRef>) = release
        .replaced()
        .into_iter()
        .partition(|object| recreates(release.from(), object) || recreates(release.to(), object));
    match turned.is_empty() && !release.is_stage() {
        true => (recreated, Vec::new()),
        false => (turned, recreated),
    }
}

/// A workload with its second set.
struct Tier<'a> {
    workload: Workload,
    surge: u32,
    /// The set that runs, and as it is wanted.
    running: Manifest,
    wanted: Manifest,
    canary: Sibling,
    tolerance: Option<&'a Percent>,
    /// Whether its Services split requests by pods: else no share is known.
    even: bool,
}

impl<'a> Tier<'a> {
    fn new(
        release: &Release,
        object: &ObjectRef,
        spec: &'a Canary,
        base: &Bundle,
    ) -> Result<Self, Refusals> {
        let allowance = spec.allowance();
        let mut workload = counted(release, object, &allowance)?;
        if workload.replicas() == 0 {
            return Err(error::no_pods(object));
        }
        let canary = sibling(
            release,
            object,
            Role::Canary,
            discriminator(release, object)?,
        )?;
        workload.add(Role::Canary, canary.set.object().clone());
        let (running, wanted) = release
            .both_ends(object)
            .map(|(from, to)| (from.clone(), to.clone()))?;
        let surge = allowance
            .over(Deployment::of(&wanted).budget())
            .of(workload.replicas())
            .surge;
        let tolerance = spec.tolerance.as_ref();
        let mut tier = Self {
            workload,
            surge,
            running,
            wanted,
            canary,
            tolerance,
            even: true,
        };
        for service in release.services_of(object) {
            let manifest = base.get(service.object()).unwrap_or(service);
            let service = Service::of_workload(manifest, &tier.workload)?;
            tier.even &= tier.reached_by(service)?;
        }
        Ok(tier)
    }

    /// Whether a Service splits by pods. Refused where the canary would not get its share.
    fn reached_by(&self, service: Service) -> Result<bool, Refusals> {
        let labels = Deployment::of(&self.canary.set).labels();
        let missing = service
            .selector
            .iter()
            .find(|(key, value)| labels.get(*key) != Some(value));
        match (missing, service.split, self.tolerance) {
            (Some((key, value)), ..) => {
                let label = format!("{key}: {value}");
                Err(error::unreached(&service.object, &label))
            }
            (None, Split::Unknown(reason), Some(_)) => {
                Err(error::unknown_share(&service.object, reason))
            }
            (None, split, _) => Ok(split == Split::Even),
        }
    }

    fn counts(&self, weight: Percent) -> Result<Counts, Refusals> {
        let (replicas, surge) = (self.workload.replicas(), self.surge);
        split(replicas, surge, weight)
            .ok_or_else(|| error::no_room(self.running.object(), replicas, surge))
    }

    fn share(&self, asked: Percent, achieved: Share) -> Result<Asked, Refusals> {
        match self
            .tolerance
            .filter(|tolerance| !achieved.within(**tolerance, asked))
        {
            Some(&tolerance) => {
                let object = self.running.object();
                Err(error::intolerable(object, [asked, tolerance], &achieved))
            }
            None => Ok(Asked {
                workload: self.workload.name.clone(),
                asked,
                overload: false,
            }),
        }
    }

    /// Puts both sets into a bundle, and what only the canary reads.
    fn stand(&self, bundle: &mut Bundle, stable: &Manifest, counts: Counts) {
        bundle.insert(Deployment::of(stable).scaled(counts.stable));
        if counts.canary > 0 {
            self.canary.insert_into(bundle, counts.canary);
        }
    }
}

fn at_weights(
    base: &Bundle,
    tiers: &[Tier<'_>],
    canary: &Canary,
) -> Result<Vec<Waypoint>, Refusals> {
    let mut points = Vec::new();
    for step in &canary.steps {
        match step {
            Step::SetWeight(weight) => points.push(at_weight(base, tiers, *weight)?),
            Step::Analysis(_) | Step::Pause { .. } => wait(&mut points, base, step.gates()),
        }
    }
    Ok(points)
}

fn at_weight(base: &Bundle, tiers: &[Tier<'_>], weight: Percent) -> Result<Waypoint, Refusals> {
    let mut point = Waypoint::new(format!("canary-{}", weight.value()), base.clone());
    for tier in tiers {
        let counts = tier.counts(weight)?;
        tier.stand(&mut point.bundle, &tier.running, counts);
        if tier.even {
            point.shares.push(tier.share(weight, counts.share())?);
        }
    }
    Ok(point)
}

/// The old sets take the new template, at exactly as many pods as are wanted.
fn promote(
    release: &Release,
    base: &Bundle,
    tiers: &[Tier<'_>],
    last: Percent,
    recreated: &[ObjectRef],
) -> Result<Waypoint, Refusals> {
    let mut point = Waypoint::new("promote", base.clone());
    let mut changed = release.changed();
    changed.retain(|object| !recreated.contains(object));
    point.bundle.extend(release.wanted(&changed));
    for tier in tiers {
        let counts = promoting(tier.workload.replicas(), tier.counts(last)?);
        tier.stand(&mut point.bundle, &tier.wanted, counts);
    }
    Ok(point)
}

/// What has no canary, since its pods stand beside no others, comes when the canary has shown the new
/// version to be sound, and before anything is cleaned up that its old pods read.
fn recreate(
    release: &Release,
    base: &Bundle,
    points: &[Waypoint],
    recreated: &[ObjectRef],
) -> Option<Waypoint> {
    if recreated.is_empty() {
        return None;
    }
    let promoted = points.last().map_or(base, |point| &point.bundle);
    let mut point = Waypoint::new("recreate", promoted.clone());
    point.bundle.extend(release.wanted(recreated));
    Some(point)
}
