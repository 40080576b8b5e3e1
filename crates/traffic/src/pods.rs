//! The pods of a bundle, as their owners' templates make them, found by label.

use std::collections::BTreeMap;

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_workload::{TEMPLATES, texts};
use serde_json::Value;

use crate::service::{selector, services};

/// Pods as one object makes them.
pub struct Owned<'a> {
    /// The object that makes them, or that is one: a Deployment, a CronJob, a Pod.
    pub owner: &'a ObjectRef,
    /// The labels of its pods.
    pub labels: BTreeMap<String, String>,
    /// The pod template, with `metadata` and `spec`; of a Pod, the Pod itself.
    pub template: &'a Value,
}

impl<'a> Owned<'a> {
    /// The pods of an object; nothing where it makes none.
    pub fn of(manifest: &'a Manifest) -> Option<Self> {
        let mut templates = TEMPLATES.iter();
        let template = match manifest.object().kind.as_str() {
            "Pod" => manifest.value(),
            _ => templates.find_map(|template| manifest.pointer(template.pointer()))?,
        };
        Some(Self {
            owner: manifest.object(),
            labels: texts(template.pointer("/metadata/labels")),
            template,
        })
    }

    /// Whether they stay and may answer: those of a Job end, as their `restartPolicy` says.
    pub fn are_lasting(&self) -> bool {
        let policy = self.template.pointer("/spec/restartPolicy");
        policy.is_none_or(|policy| policy == "Always")
    }
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
        let pods: Vec<Owned<'a>> = bundle.iter().filter_map(Owned::of).collect();
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

    /// The pods that a Service selects.
    pub fn behind(&self, service: &'a Manifest) -> Vec<&Owned<'a>> {
        self.selected(service.object().namespace.as_deref(), &selector(service))
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
        for pods in index.behind(service) {
            found
                .entry(pods.owner.clone())
                .or_default()
                .push(service.object().clone());
        }
    }
    found
}

/// Whether an object makes pods that [stay](Owned::are_lasting) and may answer.
pub fn makes_lasting_pods(manifest: &Manifest) -> bool {
    Owned::of(manifest).is_some_and(|pods| pods.are_lasting())
}
