//! What stands behind the active Service: one Deployment, or one of two slots.

use std::collections::BTreeMap;

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_release::{Release, refuse};
use cutover_workload::{Deployment, deployments};
use serde_json::Value;

use crate::error::Error;
use crate::spec::BlueGreen;

/// What the Service switches between.
pub(crate) struct Layout {
    /// The Service.
    pub(crate) service: ObjectRef,
    /// The Deployment that serves.
    pub(crate) active: ObjectRef,
    /// The other slot, and the label that tells the two apart, where the input has both.
    pub(crate) idle: Option<(ObjectRef, String)>,
}

impl Layout {
    pub(crate) fn read(release: &Release, spec: &BlueGreen) -> Result<Self, Error> {
        if spec.preview_service.as_ref() == Some(&spec.active_service) {
            return Err(Error::SameService(spec.active_service.clone()));
        }
        let service = service(release.from(), spec)?;
        let selector = selector(service);
        let near = || {
            deployments(release.from())
                .filter(|set| set.manifest().object().namespace == service.object().namespace)
        };
        let behind: Vec<Deployment<'_>> = near()
            .filter(|set| missing(&selector, *set).is_empty())
            .collect();
        let [active] = behind.as_slice() else {
            return Err(Error::NotOneBehind {
                service: Box::new(service.object().clone()),
                count: behind.len(),
            });
        };
        let slots: Vec<(ObjectRef, String)> =
            near().filter_map(|set| slot(&selector, set)).collect();
        if slots.len() > 1 {
            let names = slots
                .iter()
                .map(|(object, _)| object.to_string())
                .collect::<Vec<_>>()
                .join(", ");
            return Err(Error::ManySlots {
                service: Box::new(service.object().clone()),
                slots: names,
            });
        }
        let active = active.manifest().object().clone();
        let kin: Vec<&ObjectRef> = [&active]
            .into_iter()
            .chain(slots.iter().map(|(object, _)| object))
            .collect();
        let named =
            |service: &&Manifest| spec.preview_service.as_ref() == Some(&service.object().name);
        let preview = release.from().of_kind("Service").filter(named);
        let preview =
            preview.filter(|preview| preview.object().namespace == service.object().namespace);
        let switched = release.services_of(&active).into_iter().chain(preview);
        for service in switched {
            stands_alone(release, service, &kin)?;
        }
        Ok(Self {
            service: service.object().clone(),
            active,
            idle: slots.into_iter().next(),
        })
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
fn stands_alone(release: &Release, service: &Manifest, kin: &[&ObjectRef]) -> Result<(), Error> {
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
            Err(refuse(service.object(), "/spec/selector", reason, hint).into())
        }
    }
}

fn service<'a>(bundle: &'a Bundle, spec: &BlueGreen) -> Result<&'a Manifest, Error> {
    let named = bundle.of_kind("Service").filter(|service| {
        let namespace = &service.object().namespace;
        let near = spec.namespace.is_none() || namespace.is_none() || *namespace == spec.namespace;
        service.object().name == spec.active_service && near
    });
    let found: Vec<&Manifest> = named.collect();
    match found.as_slice() {
        [only] => Ok(only),
        several => Err(Error::NotOne {
            name: spec.active_service.clone(),
            count: several.len(),
        }),
    }
}

pub(crate) fn selector(service: &Manifest) -> BTreeMap<String, String> {
    let labels = service
        .pointer("/spec/selector")
        .and_then(Value::as_object)
        .into_iter()
        .flatten();
    labels
        .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
        .collect()
}

/// Puts all Services of a list into a bundle, edited.
pub(crate) fn edit_services(
    bundle: &mut Bundle,
    services: &[ObjectRef],
    edit: impl Fn(&Manifest) -> Manifest,
) {
    for object in services {
        if let Some(service) = bundle.get(object).map(&edit) {
            bundle.insert(service);
        }
    }
}

/// The labels that a Service wants and a Deployment's pods do not have.
fn missing<'a>(selector: &'a BTreeMap<String, String>, set: Deployment<'_>) -> Vec<&'a String> {
    let labels = set.labels();
    selector
        .iter()
        .filter(|(key, value)| labels.get(*key) != Some(value))
        .map(|(key, _)| key)
        .collect()
}

/// Labels that tell applications apart, not the slots of one.
const IDENTITY: [&str; 7] = [
    "app",
    "app.kubernetes.io/component",
    "app.kubernetes.io/name",
    "component",
    "k8s-app",
    "name",
    "tier",
];

/// A slot has all labels but one, and that with another value.
fn slot(selector: &BTreeMap<String, String>, set: Deployment<'_>) -> Option<(ObjectRef, String)> {
    match missing(selector, set).as_slice() {
        [key]
            if selector.len() > 1
                && !IDENTITY.contains(&key.as_str())
                && set.labels().contains_key(*key) =>
        {
            Some((set.manifest().object().clone(), (*key).clone()))
        }
        _ => None,
    }
}
