//! Which pods a Service selects, and Services that select others.

use std::collections::BTreeMap;

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_release::{Refusals, with_selector};
use cutover_traffic::Service;
use cutover_workload::{Deployment, texts};
use serde_json::json;

/// The labels that a Service selects by.
pub(crate) fn selector(service: &Manifest) -> BTreeMap<String, String> {
    texts(service.pointer(Service::SELECTOR.pointer()))
}

/// The preview Service: the one of that name in a bundle, or a copy of the active one; it selects as
/// that does, by one label more.
///
/// # Errors
///
/// A name that no Service may have.
pub(crate) fn preview_service(
    object: &ObjectRef,
    bundle: &Bundle,
    active: &Manifest,
    (key, value): (&str, &str),
) -> Result<Manifest, Refusals> {
    let service = match bundle.get(object) {
        Some(service) => service.clone(),
        None => active.copy_as(&object.name)?,
    };
    let alike = service.with(Service::SELECTOR, json!(selector(active)));
    Ok(with_selector(&alike, key, value))
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
pub(crate) fn missing<'a>(
    selector: &'a BTreeMap<String, String>,
    set: Deployment<'_>,
) -> Vec<&'a String> {
    let labels = set.labels();
    selector
        .iter()
        .filter(|(key, value)| labels.get(*key) != Some(value))
        .map(|(key, _)| key)
        .collect()
}
