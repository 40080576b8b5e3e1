//! Shares by route: that no request is passed on to what cannot answer it.

use std::collections::BTreeSet;

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_plan::{Change, Plan};
use cutover_traffic::{Parts, Router, Share, behind, frame, reach};
use cutover_workload::{Deployment, Version, Workload};

use crate::broken::{Broken, Place};
use crate::counts::Crowd;
use crate::routes::{names, read, share};

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
        let following = self.crowd.routes.following(after.object());
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
        let followed = routes.filter_map(|route| self.crowd.routes.following(route));
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
            let reason = match start.get(route).map(Router::route) {
                None if Router::is(route) => {
                    "it passes requests on, and is not there before the plan"
                }
                Some(Ok(Some(read))) if read.is_endless() => {
                    "its clients stay where their session began, for as long as they like"
                }
                Some(Ok(Some(_))) if known.insert(route) => continue,
                Some(Ok(Some(_))) => "two workloads have it as their route",
                Some(Ok(None) | Err(_)) | None => "it is no router whose shares are known",
            };
            broken.push(Broken::object(Place::Plan, route, reason));
        }
    }
    broken
}
