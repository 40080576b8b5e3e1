//! The workloads that one leg ties together.

use std::collections::BTreeSet;

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_traffic::services;
use cutover_workload::{Deployment, Workload};

use super::workload_state::{selector, selects, serves};

/// Workloads that must move in one order, since a Service that the leg changes stands between them.
pub(super) struct Cohort<'a> {
    pub(super) workloads: Vec<&'a Workload>,
    /// The Services that the leg changes and that select pods of these workloads.
    pub(super) services: Vec<ObjectRef>,
}

impl Cohort<'_> {
    /// The objects that it moves or looks at.
    pub(super) fn objects(&self) -> BTreeSet<ObjectRef> {
        let mut objects: BTreeSet<ObjectRef> = self.services.iter().cloned().collect();
        for workload in &self.workloads {
            objects.extend(workload.objects().cloned());
            objects.extend(workload.routers.iter().map(|router| router.object.clone()));
        }
        objects
    }

    /// The Services that the leg changes, as they stand here and there.
    pub(super) fn changed<'a>(
        &'a self,
        here: &'a Bundle,
        there: &'a Bundle,
    ) -> impl Iterator<Item = (&'a Manifest, &'a Manifest)> {
        let ends = self
            .services
            .iter()
            .filter_map(|service| Some((here.get(service)?, there.get(service)?)));
        ends.filter(|(here, there)| here != there)
    }
}

/// Workloads by what ties them together: the Services that the leg changes.
pub(super) fn cohorts<'a>(
    workloads: &'a [Workload],
    here: &Bundle,
    there: &Bundle,
) -> Vec<Cohort<'a>> {
    let mut cohorts: Vec<Cohort<'a>> = workloads
        .iter()
        .map(|workload| Cohort {
            workloads: vec![workload],
            services: Vec::new(),
        })
        .collect();
    let handed_over = handed_over(workloads, here, there);
    for service in changed_services(here, there).into_iter().chain(handed_over) {
        let (mut tied, apart): (Vec<_>, Vec<_>) = cohorts
            .into_iter()
            .partition(|cohort| touches(&service, cohort, here, there));
        cohorts = apart;
        if !tied.is_empty() {
            tied[0].services.push(service);
            cohorts.push(tied.into_iter().reduce(join).unwrap_or(Cohort {
                workloads: Vec::new(),
                services: Vec::new(),
            }));
        }
    }
    cohorts.sort_by_key(|cohort| {
        cohort
            .workloads
            .first()
            .and_then(|workload| workload.objects().next())
    });
    cohorts
}

fn join<'a>(mut left: Cohort<'a>, right: Cohort<'a>) -> Cohort<'a> {
    left.workloads.extend(right.workloads);
    left.services.extend(right.services);
    left
}

fn changed_services(here: &Bundle, there: &Bundle) -> Vec<ObjectRef> {
    let services = services(here).map(|manifest| manifest.object());
    services
        .filter(|object| {
            there
                .get(object)
                .is_some_and(|after| here.get(object) != Some(after))
        })
        .cloned()
        .collect()
}

/// Services before a workload that comes or goes with the leg: what else they send requests to
/// comes before it goes.
fn handed_over(workloads: &[Workload], here: &Bundle, there: &Bundle) -> Vec<ObjectRef> {
    let is_there = |bundle: &Bundle, workload: &Workload| {
        workload.objects().any(|object| bundle.contains(object))
    };
    let passing = workloads
        .iter()
        .filter(|workload| is_there(here, workload) != is_there(there, workload));
    let near = |workload: &Workload| -> Vec<ObjectRef> {
        let services = services(here).map(|manifest| manifest.object());
        let same = services.filter(|object| {
            object.namespace.as_deref() == workload.namespace()
                && here.get(object) == there.get(object)
        });
        same.filter(|object| {
            [here, there]
                .iter()
                .any(|bundle| selected(object, workload, bundle))
        })
        .cloned()
        .collect()
    };
    passing
        .flat_map(near)
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect()
}

/// Whether a Service sends requests to a cohort's pods, at either end of the leg.
fn touches(service: &ObjectRef, cohort: &Cohort<'_>, here: &Bundle, there: &Bundle) -> bool {
    cohort.workloads.iter().any(|workload| {
        let serves = serves(workload, service);
        let near = workload.namespace() == service.namespace.as_deref();
        let selected = || {
            [here, there]
                .into_iter()
                .any(|bundle| selected(service, workload, bundle))
        };
        serves || near && selected()
    })
}

fn selected(service: &ObjectRef, workload: &Workload, bundle: &Bundle) -> bool {
    let Some(selector) = bundle.get(service).map(selector) else {
        return false;
    };
    let sets = workload.objects().filter_map(|object| bundle.get(object));
    sets.map(|set| Deployment::of(set).labels())
        .any(|labels| selects(&selector, &labels))
}
