//! What the routes of a plan may still pass on at a moment.
//!
//! A route is followed late: from its change until a gate has seen `routed`, requests go by what it
//! says and by what it said. So what it said is kept until then, and the worse of both counts.

use std::collections::{BTreeMap, BTreeSet};

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_plan::Gate;
use cutover_traffic::{Parts, Router, Share};
use cutover_workload::Workload;

/// The shortest time in seconds after which the last request has ended, whatever the objects tell:
/// what Argo Rollouts waits by default (`scaleDownDelaySeconds`).
const SHORTEST_DRAIN: u32 = 30;

/// The routes that have changed, with what may still be followed.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Routes(BTreeMap<ObjectRef, Following>);

/// A route that changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Following {
    /// What it gave to each Service by what it said before, until a gate has seen it routed.
    pub(crate) earlier: BTreeSet<Parts>,
    /// The Services that have lost all that they had of a rule, until a gate has seen that drained.
    pub(crate) emptied: BTreeSet<ObjectRef>,
    /// Whether a way back begins in the middle of its change.
    pub(crate) interrupted: bool,
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
    pub(crate) fn gates(&mut self, gates: &[&Gate]) {
        for gate in gates {
            if let Gate::Routed(gate) = gate
                && let Some(following) = self.0.get_mut(&gate.object)
            {
                following.earlier.clear();
            }
        }
        for gate in gates {
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
    pub(crate) fn interrupt(&mut self, changed: &BTreeSet<&ObjectRef>) {
        for object in changed {
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

    /// A route that has changed and may not be followed yet.
    pub(crate) fn following(&self, route: &ObjectRef) -> Option<&Following> {
        self.0.get(route)
    }

    /// Whether a route names a Service, or may still be followed as it named it.
    pub(crate) fn name(
        &self,
        service: &ObjectRef,
        route: &ObjectRef,
        state: &Bundle,
        of: &Workload,
    ) -> bool {
        let now = state.get(route).map(|route| parts(route, of));
        let earlier = self.0.get(route).into_iter();
        let earlier = earlier.flat_map(|following| following.earlier.iter().cloned());
        let mut all = now.into_iter().chain(earlier).flatten();
        all.any(|part| part.contains_key(service))
    }
}

/// What a rule gives to a Service; none where it does not name it.
pub(crate) fn share(parts: &Parts, rule: usize, service: &ObjectRef) -> Share {
    let part = parts.get(rule).and_then(|part| part.get(service));
    part.copied().unwrap_or(Share::NONE)
}

pub(crate) fn names(parts: &Parts, rule: usize, service: &ObjectRef) -> bool {
    parts
        .get(rule)
        .is_some_and(|part| part.contains_key(service))
}

/// What is wrong with how long a gate waits for requests to end.
pub(crate) fn drains(route: &Manifest, seconds: u32) -> Option<&'static str> {
    let longest = read(route).map_or(0, |route| route.longest());
    let short = seconds < longest.max(SHORTEST_DRAIN);
    short.then_some("its gate waits for less time than a request may take, or than 30 s")
}

/// A route as it can be read; one that cannot is refused where it is named.
pub(crate) fn read(manifest: &Manifest) -> Option<Router> {
    match Router::route(manifest) {
        Ok(Some(route)) => Some(route),
        Ok(None) | Err(_) => None,
    }
}

pub(crate) fn parts(manifest: &Manifest, workload: &Workload) -> Parts {
    let route = read(manifest);
    route.map_or_else(Parts::new, |route| {
        route.parts(|service| workload.is_routed_by(service))
    })
}
