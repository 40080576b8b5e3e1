//! Since when each runner has known that a route is followed.

use std::collections::{BTreeMap, BTreeSet};

use cutover::manifest::{Manifest, ObjectRef};
use cutover::planning::{Drained, Gate, RoutedGate};
use cutover_run::Request;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::Course;
use super::view::Views;
use crate::checks::placed;
use crate::trace::{Moment, What, object_of, write_of};

/// Since when each runner has known of each route that its controllers have taken it as it is.
pub(super) struct Routes {
    routes: BTreeSet<ObjectRef>,
    taken: BTreeMap<(u32, ObjectRef), Timestamp>,
}

impl Routes {
    pub(super) fn new(course: &Course) -> Self {
        let routes = course.objects().filter(|object| object.kind == "HTTPRoute");
        Self {
            routes: routes.cloned().collect(),
            taken: BTreeMap::new(),
        }
    }

    pub(super) fn see(&mut self, moment: &Moment, views: &Views) {
        let runner = match &moment.what {
            What::Changed { runner, manifest } if self.routes.contains(manifest.object()) => {
                *runner
            }
            What::Gone { runner, object } if self.routes.contains(object) => *runner,
            What::Listed { runner, scope, .. } if scope.kind == "HTTPRoute" => *runner,
            What::Answered {
                runner, request, ..
            } if self.is_about(request) => *runner,
            What::Aborted { .. }
            | What::Approved { .. }
            | What::Answered { .. }
            | What::Asked { .. }
            | What::Changed { .. }
            | What::Ended { .. }
            | What::Gone { .. }
            | What::Listed { .. }
            | What::Meddled { .. }
            | What::Overruled
            | What::Paused
            | What::Resumed
            | What::Wrote { .. } => return,
        };
        for route in &self.routes {
            let key = (runner, route.clone());
            match views.of(runner).get(route).is_some_and(is_taken) {
                true => drop(self.taken.entry(key).or_insert(moment.now)),
                false => drop(self.taken.remove(&key)),
            }
        }
    }

    /// Whether a request is about one of the routes.
    fn is_about(&self, request: &Request) -> bool {
        match (request, write_of(request)) {
            (_, Some(write)) => self.routes.contains(object_of(write)),
            (Request::Get(object), None) => self.routes.contains(object),
            _ => false,
        }
    }

    /// Whether a route has been followed for as long as its gateways need.
    pub(super) fn is_routed(
        &self,
        gate: &RoutedGate,
        runner: u32,
        now: Timestamp,
    ) -> Result<(), String> {
        self.for_as_long_as(&gate.object, gate.settle.seconds(), runner, now)
    }

    /// Whether the last request may have ended, of a step with these gates.
    pub(super) fn is_drained(
        &self,
        gate: &Drained,
        gates: &[Gate],
        runner: u32,
        now: Timestamp,
    ) -> Result<(), String> {
        let settles = gates.iter().filter_map(|other| match other {
            Gate::Routed(routed) if routed.object == gate.object => Some(routed.settle.seconds()),
            _ => None,
        });
        let seconds = gate.after.seconds() + settles.max().unwrap_or(0);
        self.for_as_long_as(&gate.object, seconds, runner, now)
    }

    fn for_as_long_as(
        &self,
        route: &ObjectRef,
        seconds: u32,
        runner: u32,
        now: Timestamp,
    ) -> Result<(), String> {
        let route = placed(route);
        let Some(since) = self.taken.get(&(runner, route.clone())) else {
            return Err(format!("{route} is not followed"));
        };
        match now < *since + SignedDuration::from_secs(seconds.into()) {
            true => Err(format!("{route} is followed since {since} only")),
            false => Ok(()),
        }
    }
}

/// Whether each parent of a route has an entry that speaks of its newest generation, and is content.
fn is_taken(route: &Manifest) -> bool {
    let route = route.value();
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let generation = &route["metadata"]["generation"];
    let is_content = |entry: &Value, kind: &str| {
        let conditions = list(&entry["conditions"]);
        conditions.iter().any(|condition| {
            condition["type"] == kind
                && condition["status"] == "True"
                && condition["observedGeneration"] == *generation
        })
    };
    let entries = list(&route["status"]["parents"]);
    let parents = list(&route["spec"]["parentRefs"]);
    !parents.is_empty()
        && parents.iter().all(|parent| {
            let mut own = entries.iter().filter(|entry| entry["parentRef"] == *parent);
            own.any(|entry| is_content(entry, "Accepted") && is_content(entry, "ResolvedRefs"))
        })
}
