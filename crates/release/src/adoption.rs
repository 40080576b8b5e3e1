//! The label by which a Service can pick one set of a workload, where the live pods or the Service
//! lack it so far (rule 7 of the planner).

use cutover_manifest::{Bundle, Manifest, ObjectRef, Warning};
use cutover_workload::texts;

use crate::refusal::Refusals;
use crate::release::Release;
use crate::sets::{slot_label, with_pod_label, with_selector};

/// What the pods have for a value where no label of theirs tells it.
const BLUE: &str = "blue";

/// A Deployment whose pods get a label, and the Services before it, which pick by it.
#[derive(Clone, Debug)]
pub struct Adoption {
    deployment: ObjectRef,
    services: Vec<ObjectRef>,
    key: &'static str,
    value: String,
    /// Whether the pods lack the label so far.
    lacking: bool,
}

impl Adoption {
    /// The adoption of a Deployment, and of these Services before it.
    ///
    /// # Errors
    ///
    /// A Deployment that the release lacks, or without a selector.
    pub fn new(
        release: &Release,
        deployment: &ObjectRef,
        services: Vec<ObjectRef>,
    ) -> Result<Self, Refusals> {
        let (key, value) = slot_label(release, deployment)?;
        Ok(Self {
            deployment: deployment.clone(),
            services,
            key,
            lacking: value.is_none(),
            value: value.unwrap_or_else(|| BLUE.to_owned()),
        })
    }

    /// The Services that pick by the label.
    pub fn services(&self) -> &[ObjectRef] {
        &self.services
    }

    /// The key of the label that tells sets apart.
    pub fn key(&self) -> &'static str {
        self.key
    }

    /// The label's value on the Deployment's pods.
    pub fn value(&self) -> &str {
        &self.value
    }

    /// A state whose pods have the label, and whose Services select as before.
    #[must_use]
    pub fn labelled(&self, state: &Bundle) -> Bundle {
        let mut labelled = state.clone();
        if let Some(set) = state.get(&self.deployment).filter(|_| self.lacking) {
            labelled.insert(with_pod_label(set, self.key, &self.value));
        }
        labelled
    }

    /// The same, where the Services pick by it.
    #[must_use]
    pub fn adopted(&self, state: &Bundle) -> Bundle {
        let mut adopted = self.labelled(state);
        for service in self.services.iter().filter_map(|object| state.get(object)) {
            adopted.insert(with_selector(service, self.key, &self.value));
        }
        adopted
    }

    /// Which lines the files should get, where those that are wanted lack them.
    pub fn notes(&self, wanted: &Bundle) -> Vec<Warning> {
        let line = format!("{}: {}", self.key, self.value);
        let mut notes = Vec::new();
        if self.lacking {
            let message = format!(
                "its pods get the label `{line}`, by a rolling update before another set exists"
            );
            let place = format!("spec.template.metadata.labels: add `{line}`");
            notes.push(note(&self.deployment, message, &place));
        }
        // One that goes has no file any more.
        let services = self.services.iter().filter_map(|object| wanted.get(object));
        for service in services.filter(|service| !self.picks(service)) {
            let message = format!("it selects by `{line}` too from now on");
            let place = format!("spec.selector: add `{line}`");
            notes.push(note(service.object(), message, &place));
        }
        notes
    }

    fn picks(&self, service: &Manifest) -> bool {
        let selector = texts(service.pointer("/spec/selector"));
        selector.get(self.key) == Some(&self.value)
    }
}

fn note(object: &ObjectRef, message: String, line: &str) -> Warning {
    let hint = format!("write it into the file too, or applying the file removes it: {line}");
    Warning::about(object, message, hint)
}
