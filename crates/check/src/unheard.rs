//! Whether pods listen to the ports that Services lead to.
//!
//! A port that goes to a name has those pods as endpoints alone whose containers give a port that
//! name (`pkg/api/v1/pod`, `FindPort`). A number need not be declared, so a Service may lead to one
//! that no container has; but not for a while only, when at both ends it is otherwise.

use std::collections::{BTreeMap, BTreeSet};

use cutover_manifest::{Bundle, Manifest, ObjectRef, containers};
use cutover_plan::{Change, Plan, Step};
use cutover_traffic::{Owned, PodIndex, Port, Service, ServicePort, listens, services};
use cutover_workload::{Deployment, Workload};
use serde_json::Value;

use crate::broken::{Broken, Place};

/// The ports that Services lead to and that none of the pods have which they select.
pub(crate) struct Unheard<'a> {
    /// The sets of workloads of which no pod need answer.
    silent: BTreeSet<&'a ObjectRef>,
    /// Those that are so at an end of the plan: they may be so on the way too.
    known: BTreeSet<(ObjectRef, Port)>,
    /// The Services of both ends.
    services: BTreeSet<ObjectRef>,
    /// The ports of `known`: other Services may lead there too.
    ports: BTreeSet<Port>,
    found: Vec<((ObjectRef, Port), Broken)>,
}

impl<'a> Unheard<'a> {
    /// Those of the state that a plan starts from.
    pub(crate) fn new(plan: &'a Plan, start: &Bundle) -> Self {
        let workloads = plan.spec.workloads.iter();
        let silent = workloads.filter(|workload| workload.floor() == 0);
        let mut unheard = Self {
            silent: silent.flat_map(Workload::objects).collect(),
            known: BTreeSet::new(),
            services: BTreeSet::new(),
            ports: BTreeSet::new(),
            found: Vec::new(),
        };
        unheard.know(start);
        unheard
    }

    /// What is so at an end of the plan.
    pub(crate) fn know(&mut self, end: &Bundle) {
        for (service, _, port) in self.unheard(end, end, &PodIndex::of(end)) {
            self.ports.insert(port.clone());
            self.known.insert((service.clone(), port));
        }
        self.services
            .extend(services(end).map(|service| service.object().clone()));
    }

    /// Looks at a step: after it, and in the middle of it, when of a Service and its pods only one has
    /// changed.
    pub(crate) fn look(&mut self, step: &Step, [before, after]: [&Bundle; 2], place: Place) {
        if !may_silence(step, [before, after]) {
            return;
        }
        let [was, is] = [before, after].map(PodIndex::of);
        let mut found = BTreeSet::new();
        found.extend(self.unheard(after, before, &was));
        found.extend(self.unheard(before, after, &is));
        found.extend(self.unheard(after, after, &is));
        let reason = "no container of the pods that it selects has that port";
        for (service, at, port) in found {
            let port = (service.clone(), port);
            if self.known.contains(&port) {
                continue;
            }
            let pointer = format!("/spec/ports/{at}/targetPort");
            let broken = Broken::field(place, service, &pointer, reason);
            self.found.push((port, broken));
        }
    }

    /// What is wrong with the steps that were looked at, once both ends are known.
    pub(crate) fn broken(&mut self) -> Vec<Broken> {
        let is_known = |of: &(ObjectRef, Port)| match self.services.contains(&of.0) {
            true => self.known.contains(of),
            false => self.ports.contains(&of.1),
        };
        let found = self.found.drain(..);
        let new = found.filter(|(of, _)| !is_known(of));
        new.map(|(_, broken)| broken).collect()
    }

    /// The ports of Services where pods are selected and none of them has the port: the Service, the
    /// place of the port in it, and where it leads.
    fn unheard<'s>(
        &self,
        services_of: &'s Bundle,
        pods_of: &'s Bundle,
        pods: &PodIndex<'s>,
    ) -> Vec<(&'s ObjectRef, usize, Port)> {
        let answers = |pods: &Owned<'_>| {
            let has_pods = pods_of.get(pods.owner).is_some_and(has_pods);
            has_pods && !self.silent.contains(pods.owner)
        };
        let mut unheard = Vec::new();
        for service in services(services_of) {
            let mut selected = pods.behind(service);
            selected.retain(|pods| answers(pods));
            if selected.is_empty() {
                continue;
            }
            for (at, port) in ServicePort::all(service).into_iter().enumerate() {
                let Some(target) = port.target() else {
                    continue;
                };
                if !selected.iter().any(|pods| listens(pods.template, &target)) {
                    unheard.push((service.object(), at, target));
                }
            }
        }
        unheard
    }
}

/// Whether a step changes a Service, or which pods there are by labels and ports.
fn may_silence(step: &Step, [before, after]: [&Bundle; 2]) -> bool {
    step.changes.iter().map(Change::object).any(|object| {
        let [was, is] = [before, after].map(|state| state.get(object).and_then(heard));
        Service::is(object) || was != is
    })
}

/// The labels of an object's pods, and what their containers say of ports.
fn heard(manifest: &Manifest) -> Option<(BTreeMap<String, String>, Vec<&Value>)> {
    let pods = Owned::of(manifest).filter(|_| has_pods(manifest))?;
    let ports = containers(pods.template).filter_map(|container| container.get("ports"));
    Some((pods.labels, ports.collect()))
}

/// Whether an object asks for pods; of kinds that are not counted it is taken for granted.
fn has_pods(manifest: &Manifest) -> bool {
    !Deployment::is(manifest.object()) || Deployment::of(manifest).replicas() != Some(0)
}
