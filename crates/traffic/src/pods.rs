//! The pods of a bundle, as their owners' templates make them, found by label.

use std::collections::BTreeMap;

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_workload::{TEMPLATES, texts};
use serde_json::Value;

use crate::service::services;

/// Pods as one object makes them.
pub struct Owned<'a> {
    /// The object.
    pub owner: &'a ObjectRef,
    /// The labels of its pods.
    pub labels: BTreeMap<String, String>,
    /// Their template.
    pub template: &'a Value,
}

/// All pods of a bundle, by namespace and label: thousands of Services are matched without
/// comparing each with all.
pub struct PodIndex<'a> {
    pods: Vec<Owned<'a>>,
    by_label: BTreeMap<(Option<&'a str>, String, String), Vec<usize>>,
}

impl<'a> PodIndex<'a> {
    /// The pods of all objects that make some.
    pub fn of(bundle: &'a Bundle) -> Self {
        let pods: Vec<Owned<'a>> = bundle.iter().filter_map(pods).collect();
        let mut by_label: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        for (at, pods) in pods.iter().enumerate() {
            for (key, value) in &pods.labels {
                by_label
                    .entry((pods.owner.namespace.as_deref(), key.clone(), value.clone()))
                    .or_default()
                    .push(at);
            }
        }
        Self { pods, by_label }
    }

    /// The pods in a namespace with all these labels; nobody for no labels, as for a Service
    /// without a selector.
    pub fn selected(
        &self,
        namespace: Option<&'a str>,
        selector: &BTreeMap<String, String>,
    ) -> Vec<&Owned<'a>> {
        let having = |(key, value): (&String, &String)| {
            self.by_label
                .get(&(namespace, key.clone(), value.clone()))
                .map_or(&[][..], Vec::as_slice)
        };
        let fewest = selector
            .iter()
            .map(having)
            .min_by_key(|found| found.len())
            .unwrap_or_default();
        let found = fewest.iter().map(|at| &self.pods[*at]);
        found
            .filter(|pods| crate::selects(selector, &pods.labels))
            .collect()
    }
}

/// The Services of a bundle, by the Deployment (or other owner) whose pods they select.
pub fn services_by_owner(bundle: &Bundle) -> BTreeMap<ObjectRef, Vec<ObjectRef>> {
    let index = PodIndex::of(bundle);
    let mut found: BTreeMap<ObjectRef, Vec<ObjectRef>> = BTreeMap::new();
    for service in services(bundle) {
        let selector = texts(service.pointer("/spec/selector"));
        for pods in index.selected(service.object().namespace.as_deref(), &selector) {
            found
                .entry(pods.owner.clone())
                .or_default()
                .push(service.object().clone());
        }
    }
    found
}

fn pods(manifest: &Manifest) -> Option<Owned<'_>> {
    let mut templates = TEMPLATES.iter();
    let template = match manifest.object().kind.as_str() {
        "Pod" => manifest.value(),
        _ => templates.find_map(|template| manifest.pointer(template.pointer()))?,
    };
    Some(Owned {
        owner: manifest.object(),
        labels: texts(template.pointer("/metadata/labels")),
        template,
    })
}
