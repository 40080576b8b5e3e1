//! Which pods a Service selects, and Services that select others.

use std::collections::BTreeMap;

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_workload::{Deployment, texts};

/// The labels that a Service selects by.
pub(crate) fn selector(service: &Manifest) -> BTreeMap<String, String> {
    texts(service.pointer("/spec/selector"))
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
