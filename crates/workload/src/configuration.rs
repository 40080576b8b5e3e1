//! The ConfigMaps and Secrets that a set's pods read.

use std::collections::{BTreeMap, BTreeSet};

use cutover_manifest::{
    Manifest, ObjectRef, mounted_references, needed_references, pod_references, with_references,
};
use serde_json::Value;

use crate::deployment::Deployment;

impl Deployment<'_> {
    /// The ConfigMaps and Secrets that its pods read.
    pub fn configuration(self) -> BTreeSet<ObjectRef> {
        self.referred(pod_references)
    }

    /// Those among them without which none of its pods starts.
    pub fn needed(self) -> BTreeSet<ObjectRef> {
        self.referred(needed_references)
    }

    /// Those among them whose data pods that run see change, in their volumes.
    pub fn mounted(self) -> BTreeSet<ObjectRef> {
        self.referred(mounted_references)
    }

    /// The same Deployment, whose pods read other ConfigMaps and Secrets: each by the one that is
    /// read in its place.
    #[must_use]
    pub fn reading(self, others: &BTreeMap<ObjectRef, Manifest>) -> Manifest {
        let mut names = BTreeMap::new();
        for (object, other) in others {
            let reference = (object.kind.clone(), object.name.clone());
            names.insert(reference, other.object().name.clone());
        }
        match self.template() {
            Some(template) => {
                let template = with_references(template, &names);
                self.manifest().with(Deployment::TEMPLATE, template)
            }
            None => self.manifest().clone(),
        }
    }

    fn referred(self, references: fn(&Value) -> BTreeSet<(String, String)>) -> BTreeSet<ObjectRef> {
        let namespace = self.manifest().object().namespace.as_deref();
        let references = self.template().map(references).unwrap_or_default();
        references
            .iter()
            .map(|(kind, name)| ObjectRef::new("v1", kind, namespace, name))
            .collect()
    }
}

/// Whether the data of a ConfigMap or Secret changes; its labels and annotations are none.
///
/// ```
/// use cutover_manifest::Manifest;
/// use cutover_workload::reconfigures;
/// use serde_json::json;
///
/// let settings = Manifest::new(json!({"apiVersion": "v1", "kind": "ConfigMap",
///     "metadata": {"name": "settings"}, "data": {"colour": "red"}}))?;
/// assert!(reconfigures(&settings, &settings.set("/data/colour", json!("blue"))?));
/// assert!(!reconfigures(&settings, &settings.set("/metadata/labels", json!({"chart": "2"}))?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn reconfigures(from: &Manifest, to: &Manifest) -> bool {
    is_configuration(from.object()) && !data_of(from).eq(data_of(to))
}

/// Whether this is the reference of a ConfigMap or a Secret.
pub fn is_configuration(object: &ObjectRef) -> bool {
    object.api_version == "v1" && matches!(object.kind.as_str(), "ConfigMap" | "Secret")
}

/// What pods read of a ConfigMap or Secret, field by field, where there is anything.
pub fn data_of(configuration: &Manifest) -> impl Iterator<Item = (&str, &Value)> {
    let fields = ["binaryData", "data", "stringData"];
    let written = fields
        .into_iter()
        .filter_map(|field| Some((field, configuration.value().get(field)?)));
    written.filter(|(_, value)| value.as_object().is_none_or(|map| !map.is_empty()))
}
