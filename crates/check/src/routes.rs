//! Shares by route: that no request is passed on to what cannot answer it.
//!
//! A route is followed late: from its change until a gate has seen `routed`, requests go by what it
//! says and by what it said. So what it said is kept until then, and the worse of both counts.

use std::collections::{BTreeMap, BTreeSet};

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_plan::{Change, Gate, Plan, Step};
use cutover_traffic::{HttpRoute, Parts, Router, Rule, Session, Share, behind, frame, reach};
use cutover_workload::{Deployment, Version, Workload};

use crate::broken::{Broken, Place};
use crate::counts::Crowd;

/// The shortest time in seconds after which the last request has ended, whatever the objects tell:
/// what Argo Rollouts waits by default (`scaleDownDelaySeconds`).
const SHORTEST_DRAIN: u32 = 30;

/// The routes that have changed, with what may still be followed.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Routes(BTreeMap<ObjectRef, Following>);

/// A route that changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Following {
    /// What it gave to each Service by what it said before, until a gate has seen it routed.
    earlier: BTreeSet<Parts>,
    /// The Services that have lost all that they had of a rule, until a gate has seen that drained.
    emptied: BTreeSet<ObjectRef>,
    /// Whether a way back begins in the middle of its change.
    interrupted: bool,
}

impl Routes {
    /// After a step has changed a route of a workload.
    pub(crate) fn change(&mut self, workload: &Workload, [before, after]: [&Manifest; 2]) {
        let [was, is] = [before, after].map(|manifest| parts(manifest, workload));
        let following = self.0.entry(after.object().clone()).or_default();
        following.interrupted = false;
        following.earlier.insert(was);
        let gaining = is.iter().flatten();
        let gaining = gaining.filter(|(_, share)| **share > Share::NONE);
        for (service, _) in gaining {
            following.emptied.remove(service);
        }
        for said in &following.earlier {
            for (rule, part) in said.iter().enumerate() {
                let had = part.iter().filter(|(_, share)| **share > Share::NONE);
                let lost = had.filter(|(service, _)| share(&is, rule, service) == Share::NONE);
                let lost = lost.map(|(service, _)| service.clone());
                following.emptied.extend(lost);
            }
        }
    }

    /// After the gates of a step, which all hold together.
    pub(crate) fn gates(&mut self, step: &Step) {
        for gate in &step.gates {
            if let Gate::Routed(gate) = gate
                && let Some(following) = self.0.get_mut(&gate.object)
            {
                following.earlier.clear();
            }
        }
        for gate in &step.gates {
            if let Gate::Drained(gate) = gate
                && let Some(following) = self.0.get_mut(&gate.object)
                && following.earlier.is_empty()
            {
                following.emptied.clear();
            }
        }
        self.0
            .retain(|_, following| *following != Following::default());
    }

    /// In the middle of a step, from where one may go back: what it changes may be changed anew.
    pub(crate) fn interrupt(&mut self, step: &Step) {
        for object in step.changes.iter().map(Change::object) {
            if let Some(following) = self.0.get_mut(object) {
                following.interrupted = true;
            }
        }
    }

    /// The share that a Service may be given, by any rule of a workload's routes, as they are in a
    /// state or were before.
    pub(crate) fn share(&self, service: &ObjectRef, workload: &Workload, state: &Bundle) -> Share {
        let mut most = Share::NONE;
        for object in workload.routes() {
            let now = state.get(object).map(|route| parts(route, workload));
            let earlier = self.0.get(object).into_iter();
            let earlier = earlier.flat_map(|following| following.earlier.iter().cloned());
            for parts in now.into_iter().chain(earlier) {
                let shares = parts.iter().filter_map(|part| part.get(service));
                most = shares.copied().fold(most, Share::max);
            }
        }
        most
    }

    /// Whether a route names a Service, or may still be followed as it named it.
    fn name(&self, service: &ObjectRef, route: &ObjectRef, state: &Bundle, of: &Workload) -> bool {
        let now = state.get(route).map(|route| parts(route, of));
        let earlier = self.0.get(route).into_iter();
        let earlier = earlier.flat_map(|following| following.earlier.iter().cloned());
        let mut all = now.into_iter().chain(earlier).flatten();
        all.any(|part| part.contains_key(service))
    }
}

/// A change of a step that is looked at, before the crowd has heard of it.
pub(crate) struct Moment<'a> {
    pub(crate) workload: &'a Workload,
    pub(crate) crowd: &'a Crowd,
    /// The versions that the plan's workloads run before it begins.
    pub(crate) old: &'a BTreeSet<Version>,
    /// The states before the step and after it.
    pub(crate) states: [&'a Bundle; 2],
    pub(crate) place: Place,
}

impl Moment<'_> {
    /// What a change does to requests that no plan may: of a route, of what it passes requests on
    /// to, and of the pods behind that.
    pub(crate) fn broken(&self, change: &Change) -> Vec<Broken> {
        let object = change.object();
        if !self.workload.routes().any(|route| route == object) {
            let service = self.workload.is_routed_by(object);
            let broken = match service {
                true => self.deserted(object),
                false => self.loses(object),
            };
            return broken.into_iter().collect();
        }
        let [Some(before), Some(after)] = self.states.map(|state| state.get(object)) else {
            let reason = "it passes requests on, and comes or goes with the plan";
            return vec![Broken::object(self.place, object, reason)];
        };
        let reasons = self.route_changed([before, after]).into_iter();
        reasons
            .map(|reason| Broken::object(self.place, object, reason))
            .collect()
    }

    /// What a change of a route breaks.
    fn route_changed(&self, [before, after]: [&Manifest; 2]) -> BTreeSet<&'static str> {
        let own = |service: &ObjectRef| self.workload.is_routed_by(service);
        let (Some(was), Some(is)) = (read(before), read(after)) else {
            return ["its shares cannot be read"].into();
        };
        let mut reasons = BTreeSet::new();
        if frame(before, own) != frame(after, own) {
            reasons.insert("it is changed in more than the shares of the workload's Services");
        } else if was.strangers(own) != is.strangers(own) {
            reasons.insert("the share of a Service that is not the workload's changes");
        }
        let following = self.crowd.routes.0.get(after.object());
        if following.is_some_and(|known| !known.earlier.is_empty() && !known.interrupted) {
            reasons.insert("it is changed again, and no gate has seen that it is followed");
        }
        let earlier = following.into_iter().flat_map(|known| &known.earlier);
        let ends = [was, is].map(|route| route.parts(own));
        reasons.extend(self.backends(earlier, &ends));
        if let Place::Undo { .. } = self.place {
            reasons.extend(self.handed_over(&ends));
        }
        reasons
    }

    /// What is wrong with the backends of a route's rules.
    fn backends<'p>(
        &self,
        earlier: impl Iterator<Item = &'p Parts>,
        [was, is]: &'p [Parts; 2],
    ) -> BTreeSet<&'static str> {
        let mut reasons = BTreeSet::new();
        let said: Vec<&Parts> = earlier.chain([was]).collect();
        for (rule, now) in is.iter().enumerate() {
            for service in now.keys() {
                if share(is, rule, service) > Share::NONE && !names(was, rule, service) {
                    reasons.insert("a backend comes with a share: it must have none first");
                }
                if !self.states.iter().all(|state| state.contains(service)) {
                    reasons.insert("it names a Service that is not there");
                }
            }
            let had = said.iter().filter_map(|parts| parts.get(rule)).flatten();
            let mut gone = had.filter(|(service, _)| !now.contains_key(*service));
            if gone.any(|(_, share)| *share > Share::NONE) {
                reasons.insert("a backend goes that may still be given a share: it must be seen to have none first");
            }
            let has = |parts: &Parts| {
                let part = parts.get(rule).into_iter().flatten();
                part.into_iter().any(|(_, share)| *share > Share::NONE)
            };
            if has(was) && !has(is) {
                reasons.insert("no Service of the workload has a share in a rule that had some");
            }
        }
        reasons
    }

    /// On a way back shares go to counted pods of the version of before alone.
    fn handed_over(&self, [was, is]: &[Parts; 2]) -> Option<&'static str> {
        let mut gaining = BTreeSet::new();
        for (rule, part) in is.iter().enumerate() {
            let more = part.iter();
            let more = more.filter(|(service, now)| **now > share(was, rule, service));
            gaining.extend(more.map(|(service, _)| service));
        }
        let is_ready = |set: &Manifest| {
            let pods = &self.crowd.pods[set.object()];
            let is_seen = pods.alive.is_known() && !pods.rolling;
            is_seen && self.old.contains(&Version::of(set))
        };
        let sets = gaining.into_iter();
        let sets = sets.flat_map(|service| behind(service, self.workload, self.states[1]));
        let mut sets = sets.filter(|(_, pods)| *pods > 0);
        let reason = "a way back gives a share to pods that are not of the version of before, or are not counted";
        sets.any(|(set, _)| !is_ready(set)).then_some(reason)
    }

    /// A Service that goes while a route of the workload may still pass requests on to it.
    fn deserted(&self, service: &ObjectRef) -> Option<Broken> {
        let after = self.states[1];
        let routes = &self.crowd.routes;
        let named = |route: &ObjectRef| routes.name(service, route, after, self.workload);
        let is_left = !after.contains(service) && self.workload.routes().any(named);
        let reason = "it goes while a route names it, or has not been seen not to";
        is_left.then(|| Broken::object(self.place, service, reason))
    }

    /// A set that loses pods, or gets others, while requests that its Service was given may be on
    /// their way.
    fn loses(&self, object: &ObjectRef) -> Option<Broken> {
        let [before, after] = self.states.map(|state| state.get(object));
        let before = before.filter(|before| self.workload.pods_of(before) > 0)?;
        let stays = after.is_some_and(|after| {
            let fewer = self.workload.pods_of(after) < self.workload.pods_of(before);
            !fewer && !Deployment::of(after).rolls_after(Deployment::of(before))
        });
        let routes = self.workload.routes();
        let followed = routes.filter_map(|route| self.crowd.routes.0.get(route));
        let mut emptied = followed.flat_map(|following| &following.emptied);
        let is_behind = |service: &ObjectRef| {
            let mut sets = behind(service, self.workload, self.states[0]).into_iter();
            sets.any(|(set, _)| set.object() == object)
        };
        let reason = "it loses pods that a route has just passed requests on to, and no gate has seen these drained";
        let is_broken = !stays && emptied.any(is_behind);
        is_broken.then(|| Broken::object(self.place, object, reason))
    }
}

/// What a rule gives to a Service; none where it does not name it.
fn share(parts: &Parts, rule: usize, service: &ObjectRef) -> Share {
    let part = parts.get(rule).and_then(|part| part.get(service));
    part.copied().unwrap_or(Share::NONE)
}

fn names(parts: &Parts, rule: usize, service: &ObjectRef) -> bool {
    parts
        .get(rule)
        .is_some_and(|part| part.contains_key(service))
}

/// On a way back the share of the new version never rises, whatever a step changes.
pub(crate) fn rises(
    workload: &Workload,
    old: &BTreeSet<Version>,
    [before, after]: [&Bundle; 2],
    place: Place,
) -> Option<Broken> {
    let new = |set: &Manifest| !old.contains(&Version::of(set));
    let mut routes = workload.routes();
    let rising = routes.find(|route| {
        let [was, is] = [before, after].map(|state| {
            let route = state.get(route).and_then(read);
            route.map_or_else(Vec::new, |route| reach(&route, workload, state, new))
        });
        is.iter().zip(&was).any(|(is, was)| is > was)
    })?;
    let reason = "a way back passes more requests on to the new version than before";
    Some(Broken::object(place, rising, reason))
}

/// What is wrong with how workloads name their routes.
pub(crate) fn named(plan: &Plan) -> Vec<Broken> {
    let start = plan.start();
    let mut known = BTreeSet::new();
    let mut broken = Vec::new();
    for workload in &plan.spec.workloads {
        for route in workload.routes() {
            let reason = match start.get(route).map(Router::read) {
                None if Router::is(route) => {
                    "it passes requests on, and is not there before the plan"
                }
                Some(Ok(Some(Router::HttpRoute(read)))) => match unreadable(&read) {
                    Some(reason) => reason,
                    None if !known.insert(route) => "two workloads have it as their route",
                    None => continue,
                },
                Some(Ok(Some(Router::Service(_)) | None) | Err(_)) | None => {
                    "it is no router whose shares are known"
                }
            };
            broken.push(Broken::object(Place::Plan, route, reason));
        }
    }
    broken
}

/// Why nobody knows when requests to a backend of a route end.
fn unreadable(route: &HttpRoute) -> Option<&'static str> {
    let endless = |rule: &Rule| rule.session == Session::Endless;
    let reason = "its clients stay where their session began, for as long as they like";
    route.rules.iter().any(endless).then_some(reason)
}

/// What is wrong with how long a gate waits for requests to end.
pub(crate) fn drains(route: &Manifest, seconds: u32) -> Option<&'static str> {
    let longest = read(route).map_or(0, |route| route.longest());
    let short = seconds < longest.max(SHORTEST_DRAIN);
    short.then_some("its gate waits for less time than a request may take, or than 30 s")
}

/// A route as it can be read; one that cannot is refused where it is named.
fn read(manifest: &Manifest) -> Option<HttpRoute> {
    match HttpRoute::read(manifest) {
        Ok(route) => Some(route),
        Err(_) => None,
    }
}

fn parts(manifest: &Manifest, workload: &Workload) -> Parts {
    let route = read(manifest);
    route.map_or_else(Parts::new, |route| {
        route.parts(|service| workload.is_routed_by(service))
    })
}
