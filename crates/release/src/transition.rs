//! Where the plan stands while the workloads are on their way.
//!
//! ```text
//! from ─────────▶ transition ─────────▶ to
//!     what goes, of       what comes with the
//!     Services and routes  new pods, of both
//! ```
//!
//! Old pods and new ones stand behind one Service meanwhile. So a port to which only the new ones
//! listen comes after them, and one to which only the old ones do leaves before them: nobody sends
//! requests to a port that was not there.

use std::collections::{BTreeMap, BTreeSet};

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_traffic::{
    Backend, Owned, PodIndex, Port, Service, ServicePort, led_to, listens, name_on, number_on,
    offers, selects, services,
};
use cutover_workload::{Deployment, texts};
use serde_json::{Value, json};

use crate::autoscalers::follows_another;
use crate::kinds;
use crate::refusal::{Refusals, refuse};
use crate::release::Release;
use crate::service_ports::with_more_ports;

impl Release {
    /// Where the plan stands while the workloads are on their way: Deployments as they run, with
    /// the configuration that [changes with their pods](Self::held_configuration), all other
    /// objects as they are wanted, nothing removed yet.
    ///
    /// A Service has what both versions of its pods answer: of its selector the one of before or
    /// what both have in common, where the pods that run are lost otherwise (widen, roll, narrow);
    /// of its ports those that the pods which run listen to. A new Service for what only the new
    /// pods have, and a route that leads to such a port, wait for them; a Service that goes, for what
    /// only the old ones have, is gone. An autoscaler waits where it follows another.
    ///
    /// # Errors
    ///
    /// Where the two selectors have nothing in common, and no pods have both.
    pub fn transition(&self) -> Result<Bundle, Refusals> {
        let mut transition = self.from().clone();
        let held = self.held_configuration();
        for manifest in self.to().iter() {
            let object = manifest.object();
            let waits = Deployment::is(object) || held.contains(object);
            let stays = waits && self.from().contains(object);
            if !stays && !follows_another(manifest, self.from(), self.to()) {
                transition.insert(manifest.clone());
            }
        }
        let pods = [self.from(), self.to()].map(PodIndex::of);
        for service in services(self.to()) {
            self.hold_service(&mut transition, service, &pods)?;
        }
        self.hold_routes(&mut transition);
        self.keep_ports(&mut transition);
        self.drop_services(&mut transition, &pods);
        Ok(transition)
    }

    /// Services go that are not wanted and to whose ports the pods that come do not listen, where no
    /// route leads to them meanwhile.
    fn drop_services(&self, transition: &mut Bundle, [running, coming]: &[PodIndex<'_>; 2]) {
        let led: BTreeSet<ObjectRef> = transition
            .iter()
            .flat_map(led_to)
            .map(|backend| backend.service)
            .collect();
        let goes = |service: &&Manifest| {
            let object = service.object();
            !self.to().contains(object) && !led.contains(object)
        };
        for service in services(self.from()).filter(goes) {
            let [was, is] = [running, coming].map(|pods| pods.behind(service));
            let ports = ServicePort::all(service).into_iter();
            let mut targets = ports.filter_map(ServicePort::target);
            let is_lost = |target: Port| {
                let listens = |pods: &&Owned<'_>| listens(pods.template, &target);
                was.iter().any(listens) && !is.iter().all(listens)
            };
            if targets.any(is_lost) {
                transition.remove(service.object());
            }
        }
    }

    /// A Service that both versions of its pods answer.
    fn hold_service(
        &self,
        transition: &mut Bundle,
        to: &Manifest,
        pods: &[PodIndex<'_>; 2],
    ) -> Result<(), Refusals> {
        let Some(from) = self.from().get(to.object()) else {
            let late = ServicePort::all(to).into_iter();
            let mut late = late.filter(|port| self.is_late(to, *port, &pods[0]));
            if late.next().is_some() {
                transition.remove(to.object());
            }
            return Ok(());
        };
        let ports = self.answered(from, to, pods);
        transition.insert(reached(from, &ports, pods)?);
        Ok(())
    }

    /// A wanted Service with the ports that the pods which run answer. A port whose target moves
    /// away from them leads where it led.
    fn answered(&self, from: &Manifest, to: &Manifest, pods: &[PodIndex<'_>; 2]) -> Manifest {
        let (before, after) = (ServicePort::all(from), ServicePort::all(to));
        let same = |port: ServicePort<'_>| before.iter().find(|one| one.key() == port.key());
        let mut entries: Vec<Value> = Vec::new();
        for port in &after {
            let late = self.is_late(from, *port, &pods[0]);
            match same(*port) {
                Some(before) if late => {
                    let meant = [(from, *before), (to, *port)];
                    let target = one_number(meant, pods)
                        .or_else(|| one_name(meant, pods))
                        .or_else(|| before.entry().get("targetPort").cloned());
                    entries.push(aimed_at(target, *port));
                }
                None if late => {}
                _ => entries.push(port.entry().clone()),
            }
        }
        if entries.len() == after.len() && entries.iter().eq(after.iter().map(|port| port.entry()))
        {
            return to.clone();
        }
        match entries.is_empty() {
            true => to.with(Service::PORTS, from_ports(from)),
            false => to.with(Service::PORTS, Value::from(entries)),
        }
    }

    /// Whether pods that run behind a Service do not listen to what a port leads to, and those that
    /// come in their place do. Where neither template says a number, both may listen to it. Of pods
    /// that no plan moves it is not known when they change.
    fn is_late(&self, service: &Manifest, port: ServicePort<'_>, running: &PodIndex<'_>) -> bool {
        let Some(target) = port.target() else {
            return false;
        };
        let selector = texts(service.pointer(Service::SELECTOR.pointer()));
        let pods = running.selected(service.object().namespace.as_deref(), &selector);
        let wanted = |pods: &Owned<'_>| {
            let set = self.to().get(pods.owner).map(Deployment::of);
            set.and_then(|set| set.template())
        };
        let comes = |pods: &Owned<'_>| wanted(pods).is_none_or(|wanted| listens(wanted, &target));
        let mut pods = pods.into_iter().filter(|pods| Deployment::is(pods.owner));
        pods.any(|pods| !listens(pods.template, &target) && comes(pods))
    }

    /// Routes to what the transition does not have yet stay as they are.
    fn hold_routes(&self, transition: &mut Bundle) {
        let is_there = |bundle: &Bundle, backend: &Backend| {
            let service = bundle.get(&backend.service);
            let offers = |service| {
                backend
                    .port
                    .as_ref()
                    .is_none_or(|port| offers(service, port))
            };
            service.is_some_and(offers)
        };
        for route in self.to().iter() {
            let waits = |backend: &Backend| {
                let mut earlier = [self.from(), &*transition].into_iter();
                is_there(self.to(), backend) && !earlier.any(|state| is_there(state, backend))
            };
            if !led_to(route).iter().any(waits) {
                continue;
            }
            transition.remove(route.object());
            transition.extend(self.from().get(route.object()).cloned());
        }
    }

    /// Ports that routes of the transition lead to stay while they do.
    fn keep_ports(&self, transition: &mut Bundle) {
        let mut kept: BTreeMap<ObjectRef, Vec<ServicePort<'_>>> = BTreeMap::new();
        for backend in transition.iter().flat_map(led_to) {
            let Some(port) = &backend.port else {
                continue;
            };
            let meanwhile = transition.get(&backend.service);
            if meanwhile.is_some_and(|service| !offers(service, port)) {
                let before = self.from().get(&backend.service);
                let ports = before.into_iter().flat_map(ServicePort::all);
                let meant = ports.filter(|one| one.is(port));
                kept.entry(backend.service).or_default().extend(meant);
            }
        }
        for (service, ports) in kept {
            let service = transition.get(&service);
            let more = service.map(|service| with_more_ports(service, &ports));
            transition.extend(more);
        }
    }
}

/// A port that is otherwise as it is wanted, with another target.
fn aimed_at(target: Option<Value>, wanted: ServicePort<'_>) -> Value {
    let mut entry = wanted.entry().clone();
    if let Some(fields) = entry.as_object_mut() {
        fields.remove("targetPort");
        fields.extend(target.map(|target| ("targetPort".to_owned(), target)));
    }
    entry
}

/// The number behind a port, where the containers of before call it by one name, those of after by
/// another, and all mean the same number.
fn one_number(ends: [(&Manifest, ServicePort<'_>); 2], pods: &[PodIndex<'_>; 2]) -> Option<Value> {
    let number = |template, port: &Port| match port {
        Port::Name(_) => number_on(template, port),
        Port::Number(_) => None,
    };
    in_common(ends, pods, number).map(Value::from)
}

/// The name behind a port, where the containers of before listen to one number, those of after to
/// another, and all call it the same.
fn one_name(ends: [(&Manifest, ServicePort<'_>); 2], pods: &[PodIndex<'_>; 2]) -> Option<Value> {
    in_common(ends, pods, name_on).map(Value::from)
}

/// What all templates behind a port have in common, before and after; nothing where one has none.
fn in_common<'a, T: Ord>(
    ends: [(&'a Manifest, ServicePort<'_>); 2],
    pods: &[PodIndex<'a>; 2],
    read: impl Fn(&'a Value, &Port) -> Option<T>,
) -> Option<T> {
    let mut found = BTreeSet::new();
    for ((service, port), pods) in ends.into_iter().zip(pods) {
        let target = port.target()?;
        let behind = pods.behind(service).into_iter();
        found.extend(behind.map(|pods| read(pods.template, &target)));
    }
    let only = found.pop_first().flatten();
    only.filter(|_| found.is_empty())
}

fn from_ports(from: &Manifest) -> Value {
    let ports = ServicePort::all(from).into_iter();
    ports.map(|port| port.entry().clone()).collect()
}

/// A Service that is otherwise as it is wanted, by a selector that holds for the pods that run and
/// for those that come.
fn reached(
    from: &Manifest,
    to: &Manifest,
    [running, coming]: &[PodIndex<'_>; 2],
) -> Result<Manifest, Refusals> {
    let [before, after] = [from, to].map(|end| texts(end.pointer(Service::SELECTOR.pointer())));
    let namespace = from.object().namespace.as_deref();
    let reached = |selector| running.selected(namespace, selector).len();
    if before == after || reached(&before) <= reached(&after) {
        return Ok(to.clone());
    }
    let mut come = coming.selected(namespace, &after).into_iter();
    if come.all(|pods| selects(&before, &pods.labels)) {
        return Ok(to.with(Service::SELECTOR, json!(before)));
    }
    let common: BTreeMap<_, _> = before
        .into_iter()
        .filter(|(key, value)| after.get(key) == Some(value))
        .collect();
    if common.is_empty() {
        let hint = "change the selector in two releases, by way of a label that both versions have";
        return Err(refuse(
            kinds::SELECTOR,
            to.object(),
            Service::SELECTOR.pointer(),
            "the selectors before and after have no label in common, and no pods have the labels of both",
            hint,
        ));
    }
    Ok(to.with(Service::SELECTOR, json!(common)))
}
