//! Whether routes lead to ports that their Services have.

use std::collections::BTreeSet;

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_plan::{Change, Step};
use cutover_traffic::{Backend, BackendPort, Service, backends, offers};

use crate::broken::{Broken, Place};

/// Where routes lead to a port that its Service does not have, before the plan: what was so may stay.
pub(crate) struct DeadEnds(BTreeSet<(ObjectRef, ObjectRef, BackendPort)>);

impl DeadEnds {
    /// Those of the state that a plan starts from.
    pub(crate) fn of(start: &Bundle) -> Self {
        let mut known = BTreeSet::new();
        for route in start {
            for backend in backends(route) {
                if is_dead_end(&backend, start) {
                    let Backend { service, port, .. } = backend;
                    known.extend(port.map(|port| (route.object().clone(), service, port)));
                }
            }
        }
        Self(known)
    }

    /// What is wrong with a step: requests would fail after it, or in the middle of it, when of a
    /// route and its Service only one has changed.
    pub(crate) fn broken(
        &self,
        step: &Step,
        [before, after]: [&Bundle; 2],
        place: Place,
    ) -> Vec<Broken> {
        let moments = [(after, before), (before, after), (after, after)];
        let routes = touched(step, [before, after]);
        let mut broken = Vec::new();
        for object in routes {
            let mut moments = moments.into_iter();
            let new = moments
                .find_map(|(routes, services)| self.new_dead_end(routes.get(&object)?, services));
            let reason = "it leads to a port that its Service does not have";
            broken.extend(
                new.map(|backend| Broken::field(place, &object, &backend.port_pointer, reason)),
            );
        }
        broken
    }

    fn new_dead_end(&self, route: &Manifest, services: &Bundle) -> Option<Backend> {
        let is_known = |backend: &Backend| {
            let port = backend.port.clone();
            port.is_none_or(|port| {
                let known = (route.object().clone(), backend.service.clone(), port);
                self.0.contains(&known)
            })
        };
        let mut backends = backends(route).into_iter();
        backends.find(|backend| is_dead_end(backend, services) && !is_known(backend))
    }
}

/// The routes that a step changes, or whose Services it changes.
fn touched(step: &Step, states: [&Bundle; 2]) -> BTreeSet<ObjectRef> {
    let changed: BTreeSet<&ObjectRef> = step.changes.iter().map(Change::object).collect();
    let has_service = changed.iter().any(|object| Service::is(object));
    let mut touched = BTreeSet::new();
    for route in states.into_iter().flatten() {
        let is_changed = changed.contains(route.object());
        let leads = |backend: &Backend| is_changed || changed.contains(&backend.service);
        if (is_changed || has_service) && backends(route).iter().any(leads) {
            touched.insert(route.object().clone());
        }
    }
    touched
}

/// Whether a Service is there, and lacks the port that a route means.
fn is_dead_end(backend: &Backend, state: &Bundle) -> bool {
    let service = state.get(&backend.service);
    let port = backend.port.as_ref();
    service
        .zip(port)
        .is_some_and(|(service, port)| !offers(service, port))
}
