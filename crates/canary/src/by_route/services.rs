//! The Services of a canary by route: one before each set.

use std::collections::BTreeSet;

use cutover_manifest::{Bundle, Manifest, ObjectRef, short_name};
use cutover_release::{Adoption, Refusals, Release, with_selector};
use cutover_traffic::{HttpRoute, PodIndex, Service, is_granted, targets};
use cutover_workload::Deployment;

use super::CANARY;
use super::named::Named;
use super::refused;
use crate::spec::Canary;

/// The Services between which a route splits requests.
pub(super) struct Services {
    /// The one before the old set.
    pub(super) stable: ObjectRef,
    /// The one before the canary.
    pub(super) canary: Manifest,
    /// Others before the old set, which the route does not split.
    others: Vec<ObjectRef>,
}

/// The Service of a Deployment that all routes name: the one that is said, where several are named.
pub(super) fn stable(
    release: &Release,
    deployment: &ObjectRef,
    spec: &Canary,
    routes: &[Named<'_>],
) -> Result<ObjectRef, Refusals> {
    let before = release.services_of(deployment).into_iter();
    let before: Vec<&ObjectRef> = before.map(Manifest::object).collect();
    let is_meant = |service: &ObjectRef| match &spec.stable_service {
        Some(said) => *said == service.name,
        None => spec.canary_service.as_ref() != Some(&service.name),
    };
    let mut stable: Option<&ObjectRef> = None;
    for route in routes {
        let (object, named) = (route.manifest.object(), route.read.services());
        let mut own = before.clone();
        own.retain(|service| named.contains(*service) && is_meant(service));
        match (own.as_slice(), stable) {
            ([], _) => return Err(unrouted(release, deployment, object, &named)),
            ([one, other, ..], _) => return Err(refused::two_services(object, [*one, *other])),
            ([one], Some(other)) if *one != other => {
                return Err(refused::two_services(object, [*one, other]));
            }
            ([one], _) => stable = Some(*one),
        }
    }
    stable
        .cloned()
        .ok_or_else(|| refused::no_service(deployment))
}

/// Why a route names no Service of a Deployment: pods of another kind may be behind what it names.
fn unrouted(
    release: &Release,
    deployment: &ObjectRef,
    route: &ObjectRef,
    named: &BTreeSet<&ObjectRef>,
) -> Refusals {
    let index = PodIndex::of(release.from());
    for service in named
        .iter()
        .filter_map(|service| release.from().get(service))
    {
        let Ok(service) = Service::read(service) else {
            continue;
        };
        let near = service.object.namespace.as_deref();
        let mut owners = index.selected(near, &service.selector).into_iter();
        let other = owners.find(|pods| !Deployment::is(pods.owner));
        if let Some(pods) = other {
            return refused::other_kind(route, &service.object, pods.owner);
        }
    }
    refused::names_none(route, deployment)
}

impl Services {
    /// The Services, of which that of the canary is there or is made.
    pub(super) fn new(
        release: &Release,
        spec: &Canary,
        stable: &ObjectRef,
        adoption: &Adoption,
        canary: &Manifest,
    ) -> Result<Self, Refusals> {
        let service = match &spec.canary_service {
            Some(name) => there(release, stable, name, adoption, canary)?,
            None => made(release, stable, adoption)?,
        };
        let services = Self {
            stable: stable.clone(),
            canary: service,
            others: adoption.services().to_vec(),
        };
        services.no_policy(release)?;
        Ok(services)
    }

    /// Whether a route may name the canary's Service: in another namespace a grant must say so.
    pub(super) fn may_be_named_by(
        &self,
        release: &Release,
        route: &ObjectRef,
    ) -> Result<(), Refusals> {
        let service = self.canary.object();
        let is_near = service.namespace == route.namespace;
        match is_near || is_granted(route, service, release.from()) {
            true => Ok(()),
            false => Err(refused::no_grant(route, service)),
        }
    }

    /// Whether the canary has no share yet, and no filter of the rules means the stable Service.
    pub(super) fn stand_alone_in(
        &self,
        route: &HttpRoute,
        rules: &BTreeSet<usize>,
    ) -> Result<(), Refusals> {
        let chosen = route.rules.iter().enumerate();
        for (number, rule) in chosen.filter(|(number, _)| rules.contains(number)) {
            let shares = rule.backends.iter().filter(|backend| backend.weight > 0);
            for service in shares.filter_map(|backend| backend.service.as_ref()) {
                if service == self.canary.object() {
                    return Err(refused::has_share(&route.object, number, service));
                }
                if *service != self.stable && self.others.contains(service) {
                    let both = [&self.stable, service];
                    return Err(refused::two_services(&route.object, both));
                }
            }
            if rule.mirrors.contains(&self.stable) {
                return Err(refused::mirrors(&route.object, number, &self.stable));
            }
        }
        Ok(())
    }

    /// Refuses what holds for the stable Service by its name, and would not for the canary's.
    fn no_policy(&self, release: &Release) -> Result<(), Refusals> {
        let is_one_sided = |policy: &&Manifest| {
            targets(policy, &self.stable) && !targets(policy, self.canary.object())
        };
        let mut all = release.from().iter();
        match all.find(is_one_sided) {
            Some(policy) => Err(refused::policy(
                policy.object(),
                &self.stable,
                self.canary.object(),
            )),
            None => Ok(()),
        }
    }
}

/// The canary's Service as it is there: it must select the canary's pods and not the old ones.
fn there(
    release: &Release,
    stable: &ObjectRef,
    name: &str,
    adoption: &Adoption,
    canary: &Manifest,
) -> Result<Manifest, Refusals> {
    let object = ObjectRef {
        name: name.to_owned(),
        ..stable.clone()
    };
    let ends = [release.from(), release.to()].map(|end| end.get(&object));
    let ([Some(_), Some(manifest)], false) = (ends, *stable == object) else {
        return Err(refused::no_canary_service(&object));
    };
    let service = Service::read(manifest)?;
    let label = format!("{}: {CANARY}", adoption.key());
    let picks = service.selector.get(adoption.key()).map(String::as_str) == Some(CANARY);
    match picks && service.selects(&Deployment::of(canary).labels()) {
        true => Ok(manifest.clone()),
        false => Err(refused::picks_others(&object, &label)),
    }
}

/// A Service like the stable one, before the canary alone.
fn made(release: &Release, stable: &ObjectRef, adoption: &Adoption) -> Result<Manifest, Refusals> {
    let wanted = release.to().get(stable);
    let stable = wanted.ok_or_else(|| refused::service_goes(stable))?;
    let service = stable.copy_as(&short_name(&stable.object().name, CANARY))?;
    let is_there = |bundle: &Bundle| bundle.contains(service.object());
    if is_there(release.from()) || is_there(release.to()) {
        return Err(refused::service_taken(service.object()));
    }
    Ok(with_selector(&service, adoption.key(), CANARY))
}
