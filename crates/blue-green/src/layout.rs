//! What stands behind the active Service: one Deployment, or one of two slots.

use std::collections::BTreeMap;

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_release::{Refusals, Release, refuse};
use cutover_traffic::services;
use cutover_workload::{Deployment, deployments};

use crate::error;
use crate::selecting::{missing, selector};
use crate::slots::{Found, Front};
use crate::spec::BlueGreen;

/// What the Service switches between.
pub(crate) struct Layout {
    /// `activeService`, by its reference in what runs.
    pub(crate) service: ObjectRef,
    /// The Deployment that serves.
    pub(crate) active: ObjectRef,
    /// The other slot, where the input has both, and what looks like one.
    pub(crate) found: Found,
}

impl Layout {
    pub(crate) fn read(release: &Release, spec: &BlueGreen) -> Result<Self, Refusals> {
        if spec.preview_service.as_ref() == Some(&spec.active_service) {
            return Err(error::same_service(&spec.active_service));
        }
        let service = service(release.from(), spec)?;
        let selector = selector(service);
        let active = only_one_behind(release, service, &selector)?;
        let front = Front {
            release,
            spec,
            service,
            selector: &selector,
            active,
        };
        let layout = Self {
            service: service.object().clone(),
            active: active.manifest().object().clone(),
            found: front.find()?,
        };
        layout.stand_alone(release, spec)?;
        Ok(layout)
    }

    /// Whether pods of a slot are replaced.
    pub(crate) fn turns(&self, release: &Release) -> bool {
        self.slots().any(|slot| release.replaces_pods(slot))
    }

    /// The Deployment that serves, and the idle slot.
    fn slots(&self) -> impl Iterator<Item = &ObjectRef> {
        let idle = self.found.idle.as_ref().map(|idle| &idle.object);
        [&self.active].into_iter().chain(idle)
    }

    /// Refuses Services that others would lose when they are switched.
    fn stand_alone(&self, release: &Release, spec: &BlueGreen) -> Result<(), Refusals> {
        let kin: Vec<&ObjectRef> = self.slots().collect();
        let preview = services(release.from()).filter(|service| {
            let object = service.object();
            object.namespace == self.service.namespace
                && spec.preview_service.as_ref() == Some(&object.name)
        });
        for service in release.services_of(&self.active).into_iter().chain(preview) {
            stands_alone(release, service, &kin)?;
        }
        Ok(())
    }
}

/// The Deployment behind a Service.
fn only_one_behind<'a>(
    release: &'a Release,
    service: &Manifest,
    selector: &BTreeMap<String, String>,
) -> Result<Deployment<'a>, Refusals> {
    let namespace = &service.object().namespace;
    let mut behind = Vec::new();
    for set in deployments(release.from()) {
        if set.manifest().object().namespace == *namespace && missing(selector, set).is_empty() {
            behind.push(set);
        }
    }
    match behind.as_slice() {
        [only] => Ok(*only),
        several => Err(error::not_one_behind(service.object(), several.len())),
    }
}

impl Layout {
    /// The Service that shows the new version before it serves.
    pub(crate) fn preview(&self, spec: &BlueGreen) -> Option<ObjectRef> {
        Some(ObjectRef {
            name: spec.preview_service.clone()?,
            ..self.service.clone()
        })
    }
}

/// Refuses a Service that others would lose when it is switched.
fn stands_alone(release: &Release, service: &Manifest, kin: &[&ObjectRef]) -> Result<(), Refusals> {
    let selector = selector(service);
    let near = deployments(release.from())
        .filter(|set| set.manifest().object().namespace == service.object().namespace);
    let mut others = near.filter(|set| !kin.contains(&set.manifest().object()));
    match others.find(|set| !selector.is_empty() && missing(&selector, *set).is_empty()) {
        None => Ok(()),
        Some(other) => {
            let reason = format!(
                "it sends requests to {} too, which would get none once it is switched",
                other.manifest().object()
            );
            let hint = "let it select the pods of one application only, or name another Service";
            Err(refuse(
                error::OTHERS_BEHIND,
                service.object(),
                "/spec/selector",
                reason,
                hint,
            ))
        }
    }
}

fn service<'a>(bundle: &'a Bundle, spec: &BlueGreen) -> Result<&'a Manifest, Refusals> {
    let named = services(bundle).filter(|service| {
        let namespace = &service.object().namespace;
        let near = spec.namespace.is_none() || namespace.is_none() || *namespace == spec.namespace;
        service.object().name == spec.active_service && near
    });
    let found: Vec<&Manifest> = named.collect();
    match found.as_slice() {
        [only] => Ok(only),
        several => Err(error::not_one_service(&spec.active_service, several.len())),
    }
}
