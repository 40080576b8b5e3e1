//! A new object made from one that is there.

use serde_json::{Map, Value, json};

use crate::{Error, Manifest, digest::short_digest};

/// The longest name that a Service and a label value may have (RFC 1123 label).
const LONGEST: usize = 63;

/// What the API server writes into an object's metadata, or a controller for this one object.
const SERVER_METADATA: [&str; 11] = [
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "finalizers",
    "generateName",
    "generation",
    "managedFields",
    "ownerReferences",
    "resourceVersion",
    "selfLink",
    "uid",
];

/// Annotations that controllers and kubectl write: whole keys, or domains that end in `/`.
const SERVER_ANNOTATIONS: [&str; 5] = [
    "deployment.kubernetes.io/",
    "kubectl.kubernetes.io/last-applied-configuration",
    "deprecated.daemonset.template.generation",
    "autoscaling.alpha.kubernetes.io/",
    "pv.kubernetes.io/",
];

/// Labels and annotations by which a tool knows its own objects, and removes those that it no
/// longer wants.
const OWNERS: [&str; 10] = [
    "app.kubernetes.io/instance",
    "applyset.kubernetes.io/",
    "argocd.argoproj.io/",
    "config.k8s.io/",
    "helm.sh/",
    "helm.toolkit.fluxcd.io/",
    "kapp.k14s.io/",
    "kustomize.toolkit.fluxcd.io/",
    "meta.helm.sh/",
    "objectset.rio.cattle.io/",
];

/// The label that the Deployment controller puts on the pods of each ReplicaSet.
const TEMPLATE_HASH: &str = "pod-template-hash";

impl Manifest {
    /// A new object made from this one under another name.
    ///
    /// It leaves behind what the server and controllers wrote (status, identifiers, owner,
    /// finalizers, revision annotations, addresses, node ports, `pod-template-hash`), and, in its
    /// own metadata but not in its pods' labels, what makes another tool own it: Argo CD, Flux,
    /// Helm, kapp and apply sets remove what bears their mark and is not in their source. A Service
    /// becomes one of type ClusterIP with ports and selector only. A name past 63 characters is
    /// shortened, as by [`short_name`].
    ///
    /// # Errors
    ///
    /// A name that no API server takes.
    ///
    /// ```
    /// use cutover_manifest::Manifest;
    /// use serde_json::json;
    ///
    /// let live = Manifest::new(json!({
    ///     "apiVersion": "v1", "kind": "Service",
    ///     "metadata": {"name": "hello", "uid": "1", "labels": {"app": "hello", "argocd.argoproj.io/instance": "shop"}},
    ///     "spec": {"type": "NodePort", "clusterIP": "10.0.0.7", "selector": {"app": "hello"}, "ports": [{"port": 80, "nodePort": 30080}]},
    /// })).unwrap();
    /// assert_eq!(live.copy_as("hello-preview").unwrap().into_value(), json!({
    ///     "apiVersion": "v1", "kind": "Service",
    ///     "metadata": {"name": "hello-preview", "labels": {"app": "hello"}},
    ///     "spec": {"selector": {"app": "hello"}, "ports": [{"port": 80}]},
    /// }));
    /// ```
    pub fn copy_as(&self, name: &str) -> Result<Self, Error> {
        let mut value = self.value().clone();
        drop_field(&mut value, "", "status");
        clean_metadata(&mut value, name);
        match self.object().kind.as_str() {
            "Service" => plain_service(&mut value),
            "PersistentVolumeClaim" => drop_field(&mut value, "/spec", "volumeName"),
            _ => clean_template(&mut value),
        }
        Self::new(value)
    }
}

/// A name for what belongs to `base`: `base-suffix`, or, past 63 characters, a cut `base`, a digest
/// of the whole and the suffix.
///
/// ```
/// use cutover_manifest::short_name;
///
/// assert_eq!(short_name("hello", "canary"), "hello-canary");
/// let long = short_name(&"a".repeat(60), "canary");
/// assert!(long.len() <= 63 && long.ends_with("-canary"));
/// assert_ne!(long, short_name(&"a".repeat(61), "canary"));
/// ```
pub fn short_name(base: &str, suffix: &str) -> String {
    let whole = joined(base, suffix);
    if whole.len() <= LONGEST {
        return whole;
    }
    let ending = joined(&short_digest(whole.as_bytes(), 8), suffix);
    if ending.len() + 1 < LONGEST {
        cut_to(base, &ending)
    } else {
        short_name(&whole, "")
    }
}

/// `base` and `ending` with a dash between, with so much cut off `base` that they fit.
fn cut_to(base: &str, ending: &str) -> String {
    let mut room = LONGEST - ending.len() - 1;
    while !base.is_char_boundary(room) {
        room -= 1;
    }
    let start = base
        .get(..room)
        .unwrap_or(base)
        .trim_end_matches(['-', '.', '_']);
    joined(start, ending)
}

fn joined(base: &str, suffix: &str) -> String {
    if suffix.is_empty() || base.is_empty() {
        format!("{base}{suffix}")
    } else {
        format!("{base}-{suffix}")
    }
}

fn clean_metadata(value: &mut Value, name: &str) {
    let Some(metadata) = value.get_mut("metadata").and_then(Value::as_object_mut) else {
        return;
    };
    metadata.retain(|field, _| !SERVER_METADATA.contains(&field.as_str()));
    retain(metadata, "labels", |key, value| !is_owner(key, value));
    retain(metadata, "annotations", |key, value| {
        !is_owner(key, value) && !listed(&SERVER_ANNOTATIONS, key)
    });
    metadata.insert("name".to_owned(), json!(short_name(name, "")));
}

fn is_owner(key: &str, value: &Value) -> bool {
    let by_helm = key == "app.kubernetes.io/managed-by" && value == "Helm";
    by_helm || listed(&OWNERS, key) || key.ends_with(".fleet.cattle.io")
}

/// A whole key, or a key of a domain that ends in `/`.
fn listed(names: &[&str], key: &str) -> bool {
    names
        .iter()
        .any(|name| key == *name || (name.ends_with('/') && key.starts_with(name)))
}

/// Keeps what passes in the map `field`, and removes a map that this leaves empty.
fn retain(metadata: &mut Map<String, Value>, field: &str, keep: impl Fn(&str, &Value) -> bool) {
    let Some(entries) = metadata.get_mut(field).and_then(Value::as_object_mut) else {
        return;
    };
    let before = entries.len();
    entries.retain(|key, value| keep(key, value));
    if entries.is_empty() && before > 0 {
        metadata.remove(field);
    }
}

fn plain_service(value: &mut Value) {
    drop_field(value, "/metadata", "annotations");
    let Some(spec) = value.get_mut("spec").and_then(Value::as_object_mut) else {
        return;
    };
    spec.retain(|field, _| field == "ports" || field == "selector");
    for port in spec
        .get_mut("ports")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        drop_field(port, "", "nodePort");
    }
}

fn clean_template(value: &mut Value) {
    drop_field(value, "/spec/template/metadata", "creationTimestamp");
    drop_field(value, "/spec/template/metadata/labels", TEMPLATE_HASH);
    drop_field(value, "/spec/selector/matchLabels", TEMPLATE_HASH);
}

fn drop_field(value: &mut Value, parent: &str, field: &str) {
    if let Some(map) = value.pointer_mut(parent).and_then(Value::as_object_mut) {
        map.remove(field);
    }
}

#[cfg(test)]
mod tests;
