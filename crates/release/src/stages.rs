//! A release in stages: what is wanted of some workloads before what is wanted of others.

use std::collections::{BTreeMap, BTreeSet};

use cutover_manifest::{Bundle, Manifest, ObjectRef, listing};
use cutover_traffic::{backends, services, services_by_owner};
use cutover_workload::{deployments, is_configuration, texts};

use crate::after::After;
use crate::autoscalers::Autoscalers;
use crate::kinds;
use crate::refusal::{Gathered, Refusals, refuse};
use crate::release::Release;
use crate::templates::read_by;

/// What changes with a release, stage by stage, where an order among workloads is asked for.
///
/// A workload that is not named goes in the first stage, or, where it is taken away, in the last.
/// Configuration goes with the first of those that read it and get new pods, a Service with the last
/// of those whose pods it selects, a route with its Services, an autoscaler with what it scales. What
/// is left comes first, and goes last.
pub struct Stages {
    layers: BTreeMap<ObjectRef, usize>,
    stages: Vec<BTreeSet<ObjectRef>>,
}

impl Stages {
    /// The stages of a release.
    ///
    /// # Errors
    ///
    /// A name that no Deployment has, a workload that is to come after itself, and a Service that
    /// ties together what is to move one after the other.
    pub fn new(release: &Release, after: &After) -> Result<Self, Refusals> {
        let places = Places::new(release, after.layers([release.from(), release.to()])?);
        let mut stages: BTreeMap<usize, BTreeSet<ObjectRef>> = BTreeMap::new();
        for object in release.differing() {
            let stage = stages.entry(places.of(object)).or_default();
            stage.insert(object.clone());
        }
        let mut refused = Gathered::default();
        for service in services(release.from()) {
            refused.note(places.apart(service));
        }
        refused.judge()?;
        Ok(Self {
            layers: places.layers,
            stages: stages.into_values().collect(),
        })
    }

    /// The objects that change in each stage: none is empty.
    pub fn objects(&self) -> &[BTreeSet<ObjectRef>] {
        &self.stages
    }

    /// How many others come before a Deployment at least, one after the other.
    pub fn layer(&self, deployment: &ObjectRef) -> usize {
        self.layers.get(deployment).copied().unwrap_or(0)
    }
}

impl Release {
    /// The release of one stage: from where the plan stands to what is wanted of these objects.
    ///
    /// # Errors
    ///
    /// What no strategy can carry out, as of any release.
    pub fn stage(&self, here: &Bundle, objects: &BTreeSet<ObjectRef>) -> Result<Self, Refusals> {
        let mut to = here.clone();
        for object in objects {
            match self.to().get(object) {
                Some(wanted) => drop(to.insert(wanted.clone())),
                None => drop(to.remove(object)),
            }
        }
        self.between(here.clone(), to)
    }

    /// The objects that are not the same at both ends.
    fn differing(&self) -> impl Iterator<Item = &ObjectRef> {
        let [from, to] = [self.from(), self.to()];
        let new = to.objects().filter(|object| !from.contains(object));
        let all = from.objects().chain(new);
        all.filter(|object| self.differs(object))
    }

    fn differs(&self, object: &ObjectRef) -> bool {
        self.from().get(object) != self.to().get(object)
    }
}

/// In which stage each object of a release changes.
struct Places<'a> {
    release: &'a Release,
    /// Those of the Deployments that are named.
    layers: BTreeMap<ObjectRef, usize>,
    last: usize,
    /// What an object goes with, at either end.
    company: BTreeMap<ObjectRef, BTreeSet<ObjectRef>>,
}

impl<'a> Places<'a> {
    fn new(release: &'a Release, layers: BTreeMap<ObjectRef, usize>) -> Self {
        let mut company: BTreeMap<ObjectRef, BTreeSet<ObjectRef>> = BTreeMap::new();
        for end in [release.from(), release.to()] {
            for (object, other) in company_in(end) {
                company.entry(object).or_default().insert(other);
            }
        }
        Self {
            release,
            last: layers.values().copied().max().unwrap_or(0),
            layers,
            company,
        }
    }

    fn of(&self, object: &ObjectRef) -> usize {
        if let Some(layer) = self.layers.get(object) {
            return *layer;
        }
        let is_wanted = self.release.to().contains(object);
        let others = self.others(object).into_iter().map(|other| self.of(other));
        let place = match is_configuration(object) && is_wanted {
            true => others.min(),
            false => others.max(),
        };
        place.unwrap_or(if is_wanted { 0 } else { self.last })
    }

    /// What an object goes with: of these what changes, where something does; configuration with those
    /// that get new pods, where any do.
    fn others(&self, object: &ObjectRef) -> Vec<&ObjectRef> {
        let all: Vec<&ObjectRef> = self.company.get(object).into_iter().flatten().collect();
        let with = |holds: &dyn Fn(&ObjectRef) -> bool| {
            let others = all.iter().copied();
            others.filter(|other| holds(other)).collect::<Vec<_>>()
        };
        let renewed = with(&|other| is_configuration(object) && self.gets_new_pods(other));
        let changed = with(&|other| self.release.differs(other));
        let mut nearest = [renewed, changed].into_iter();
        nearest
            .find(|others| !others.is_empty())
            .unwrap_or_else(|| all.clone())
    }

    fn gets_new_pods(&self, workload: &ObjectRef) -> bool {
        self.release.is_replaced(workload) || !self.release.from().contains(workload)
    }

    /// Refuses a Service whose selector changes together with the labels of pods that are to change
    /// one after the other: no selector on the way fits all of them.
    fn apart(&self, service: &Manifest) -> Result<(), Refusals> {
        let object = service.object();
        let wanted = self.release.to().get(object);
        let selector = |service: &Manifest| texts(service.pointer("/spec/selector"));
        if wanted.is_none_or(|wanted| selector(wanted) == selector(service)) {
            return Ok(());
        }
        let others = self.others(object);
        let stages: BTreeSet<usize> = others.iter().map(|other| self.of(other)).collect();
        if stages.len() < 2 {
            return Ok(());
        }
        let reason = format!(
            "its selector changes, and it sends requests to {}, which are to move one after the other",
            listing(others)
        );
        let hint = "change the selector in a release of its own, or leave the order out";
        Err(refuse(kinds::TIED, object, "/spec/selector", reason, hint))
    }
}

/// What goes with what in a bundle: configuration with what reads it, a Service with the owners of
/// the pods that it selects, a route with its Services, an autoscaler with what it scales.
fn company_in(bundle: &Bundle) -> Vec<(ObjectRef, ObjectRef)> {
    let mut company = Vec::new();
    for (owner, services) in services_by_owner(bundle) {
        company.extend(services.into_iter().map(|service| (service, owner.clone())));
    }
    for manifest in bundle {
        let object = manifest.object();
        company.extend(read_by(manifest).map(|read| (read, object.clone())));
        let services = backends(manifest).into_iter();
        company.extend(services.map(|backend| (object.clone(), backend.service)));
    }
    let scalers_of = Autoscalers::of(bundle);
    for set in deployments(bundle) {
        let object = set.manifest().object();
        let scalers = scalers_of.scaling(object);
        company.extend(scalers.map(|scaler| (scaler.object().clone(), object.clone())));
    }
    company
}
