//! What the planner knows on a way: what is given, which pods are of the new version, and on which
//! it may not rely.

use std::collections::{BTreeMap, BTreeSet};

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_workload::{Deployment, Version, Workload};

use super::workload_state::WorkloadState;
use crate::waypoint::{Followed, Waypoint};

/// What stays the same all the way.
pub(super) struct Inputs<'a> {
    pub(super) workloads: &'a [Workload],
    pub(super) max_concurrent: Option<usize>,
    /// How long each route is waited for.
    pub(super) routes: &'a [Followed],
    /// What the plan starts from.
    start: Option<&'a Bundle>,
    /// The versions that a set's workload starts from.
    old: BTreeMap<&'a ObjectRef, BTreeSet<Version>>,
}

/// One direction of travel.
pub(super) struct Context<'a> {
    inputs: &'a Inputs<'a>,
    /// Whether this is a way back.
    pub(super) back: bool,
    /// Pods that may not be relied on.
    pub(super) unconfirmed: BTreeMap<ObjectRef, u32>,
    /// Sets that may be stuck half rolled: they never stand at their count if the new pods do not
    /// become ready.
    pub(super) half_rolled: BTreeSet<ObjectRef>,
    /// Routes that the step which is undone has changed, and that nobody has seen followed.
    pub(super) unfollowed: BTreeMap<ObjectRef, Lost>,
}

/// What Services have lost of a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lost {
    /// One is no longer named.
    Name,
    /// One has lost a part of what it had of a rule: it owes that until the route is followed.
    Part,
    /// One has lost all that it had of a rule: requests to it may be on their way.
    Share,
}

impl<'a> Inputs<'a> {
    pub(super) fn new(
        workloads: &'a [Workload],
        points: &'a [Waypoint],
        routes: &'a [Followed],
        max_concurrent: Option<usize>,
    ) -> Self {
        let mut old = BTreeMap::new();
        for workload in workloads {
            let versions = old_versions(workload, points);
            old.extend(workload.objects().map(|set| (set, versions.clone())));
        }
        Self {
            workloads,
            max_concurrent,
            routes,
            start: points.first().map(|point| &point.bundle),
            old,
        }
    }

    /// Whether a set's pods are of the version that its workload starts from.
    pub(super) fn is_old(&self, set: &Manifest) -> bool {
        let old = self.old.get(set.object());
        old.is_some_and(|old| old.contains(&Version::as_started(set)))
    }

    pub(super) fn context(&'a self, back: bool) -> Context<'a> {
        Context {
            inputs: self,
            back,
            unconfirmed: BTreeMap::new(),
            half_rolled: BTreeSet::new(),
            unfollowed: BTreeMap::new(),
        }
    }
}

impl Context<'_> {
    /// Whether a set is there whose pods are of the new version.
    pub(super) fn is_new(&self, set: Option<&Manifest>) -> bool {
        set.is_some_and(|set| !self.inputs.is_old(set))
    }

    /// Whether a way back takes back a pause and nothing else of a set. What its controller was held
    /// from is not the plan's, and may be a rollout that hangs.
    pub(super) fn takes_back_a_pause(&self, before: &Manifest, after: &Manifest) -> bool {
        let start = self
            .inputs
            .start
            .and_then(|start| start.get(after.object()));
        let is_as_it_was = start == Some(after);
        let (before, after) = (Deployment::of(before), Deployment::of(after));
        self.back && is_as_it_was && before.is_paused() && before.template() == after.template()
    }

    /// The same for some objects.
    pub(super) fn only(&self, objects: &BTreeSet<ObjectRef>) -> Self {
        let unconfirmed = objects
            .iter()
            .filter_map(|object| Some((object.clone(), *self.unconfirmed.get(object)?)));
        let half_rolled = objects
            .iter()
            .filter(|object| self.half_rolled.contains(object))
            .cloned();
        let unfollowed = self.unfollowed.iter();
        let unfollowed = unfollowed
            .filter(|(route, _)| objects.contains(*route))
            .map(|(route, lost)| (route.clone(), *lost));
        Self {
            inputs: self.inputs,
            back: self.back,
            unconfirmed: unconfirmed.collect(),
            half_rolled: half_rolled.collect(),
            unfollowed: unfollowed.collect(),
        }
    }

    /// After a step, what it took away is no longer there to be unconfirmed, and a route that it
    /// changed is followed.
    pub(super) fn settle(&mut self, before: &Bundle, after: &Bundle) {
        self.unfollowed
            .retain(|route, _| before.get(route) == after.get(route));
        // A count that others own changes in no step, but its set may go.
        let count = |bundle: &Bundle, object: &ObjectRef| {
            let set = bundle.get(object).map(Deployment::of);
            set.map_or(0, |set| set.replicas().unwrap_or(1))
        };
        self.unconfirmed
            .retain(|object, _| count(after, object) >= count(before, object));
    }

    /// Pods that were waited for can be relied on, and routes are followed.
    pub(super) fn rely_on<'o>(&mut self, objects: impl Iterator<Item = &'o ObjectRef>) {
        for object in objects {
            self.unconfirmed.remove(object);
            self.unfollowed.remove(object);
        }
    }
}

/// The versions that a workload starts from.
///
/// Pods that another workload ran are not among them: a set under a new name may not come up though
/// its version is an old one.
fn old_versions(workload: &Workload, points: &[Waypoint]) -> BTreeSet<Version> {
    let start = points.iter().take(1);
    let start = start.flat_map(|point| serving(workload, &point.bundle));
    start.map(Version::as_started).collect()
}

/// The sets that answer requests: an idle slot may hold the new version already.
fn serving<'a>(workload: &'a Workload, bundle: &'a Bundle) -> Vec<&'a Manifest> {
    let state = WorkloadState::new(workload, bundle, bundle);
    let sets = state.sets.iter().filter(|set| set.serves());
    sets.filter_map(|set| set.here).collect()
}
