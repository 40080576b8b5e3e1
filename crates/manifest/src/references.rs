use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

/// The containers of a pod template that run: `initContainers` first, then `containers`.
///
/// ```
/// use serde_json::json;
///
/// let template = json!({"spec": {"containers": [{"name": "hello"}], "initContainers": [{"name": "migrate"}]}});
/// let names: Vec<_> = cutover_manifest::containers(&template).map(|container| &container["name"]).collect();
/// assert_eq!(names, ["migrate", "hello"]);
/// ```
pub fn containers(template: &Value) -> impl Iterator<Item = &Value> {
    ["/spec/initContainers", "/spec/containers"]
        .into_iter()
        .flat_map(move |list| items(template, list))
}

/// The ConfigMaps and Secrets that a pod template refers to, as kind and name.
///
/// They come from `env`, `envFrom`, volumes (projected ones and those of CSI drivers too) and
/// `imagePullSecrets`.
///
/// ```
/// use serde_json::json;
///
/// let template = json!({"spec": {
///     "containers": [{"name": "hello", "envFrom": [{"configMapRef": {"name": "settings"}}]}],
///     "volumes": [{"name": "key", "secret": {"secretName": "key"}}],
/// }});
/// let references = cutover_manifest::pod_references(&template);
/// assert!(references.contains(&("ConfigMap".into(), "settings".into())));
/// assert!(references.contains(&("Secret".into(), "key".into())));
/// ```
pub fn pod_references(template: &Value) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for (kind, pointer) in places(template) {
        if let Some(name) = template.pointer(&pointer).and_then(Value::as_str) {
            found.insert((kind.to_owned(), name.to_owned()));
        }
    }
    found
}

/// Those among them without which a pod does not start: what is `optional` may be missing.
///
/// ```
/// use serde_json::json;
///
/// let template = |optional| json!({"spec": {"containers": [{
///     "name": "hello", "envFrom": [{"configMapRef": {"name": "settings", "optional": optional}}],
/// }]}});
/// assert_eq!(cutover_manifest::needed_references(&template(false)).len(), 1);
/// assert!(cutover_manifest::needed_references(&template(true)).is_empty());
/// ```
pub fn needed_references(template: &Value) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for (kind, pointer) in places(template) {
        let source = pointer.rsplit_once('/').map_or("", |(source, _)| source);
        let optional = template.pointer(&format!("{source}/optional"));
        let name = template.pointer(&pointer).and_then(Value::as_str);
        if let Some(name) = name.filter(|_| optional != Some(&Value::Bool(true))) {
            found.insert((kind.to_owned(), name.to_owned()));
        }
    }
    found
}

/// The ConfigMaps and Secrets that a pod template mounts as whole volumes, as kind and name: pods
/// that run see other data of them within a minute or two.
///
/// What is mounted by `subPath` stays as it was when the pod started, as the environment does
/// (<https://kubernetes.io/docs/concepts/configuration/configmap/#mounted-configmaps-are-updated-automatically>).
///
/// ```
/// use serde_json::json;
///
/// let template = |mount| json!({"spec": {
///     "containers": [{"name": "hello", "volumeMounts": [mount]}],
///     "volumes": [{"name": "settings", "configMap": {"name": "settings"}}],
/// }});
/// let whole = json!({"name": "settings", "mountPath": "/etc/hello"});
/// assert_eq!(cutover_manifest::mounted_references(&template(whole)).len(), 1);
/// let file = json!({"name": "settings", "mountPath": "/etc/hello/a", "subPath": "a"});
/// assert!(cutover_manifest::mounted_references(&template(file)).is_empty());
/// ```
pub fn mounted_references(template: &Value) -> BTreeSet<(String, String)> {
    let mut mounted = BTreeSet::new();
    for mount in containers(template).flat_map(|container| items(container, "/volumeMounts")) {
        let part = mount.get("subPath").is_some() || mount.get("subPathExpr").is_some();
        mounted.extend(mount.get("name").filter(|_| !part).and_then(Value::as_str));
    }
    let mut found = BTreeSet::new();
    for volume in items(template, "/spec/volumes") {
        let name = volume.get("name").and_then(Value::as_str);
        if name.is_some_and(|name| mounted.contains(name)) {
            let alone = json!({"spec": {"volumes": [volume]}});
            found.extend(pod_references(&alone));
        }
    }
    found
}

/// The same pod template, referring to ConfigMaps and Secrets by other names: the new name of each
/// by kind and name.
///
/// ```
/// use std::collections::BTreeMap;
/// use serde_json::json;
///
/// let template = |secret| json!({"spec": {"imagePullSecrets": [{"name": secret}]}});
/// let names = BTreeMap::from([(("Secret".to_owned(), "pull".to_owned()), "pull-2".to_owned())]);
/// assert_eq!(cutover_manifest::with_references(&template("pull"), &names), template("pull-2"));
/// ```
#[must_use]
pub fn with_references(template: &Value, names: &BTreeMap<(String, String), String>) -> Value {
    let mut renamed = template.clone();
    for (kind, pointer) in places(template) {
        let Some(Value::String(name)) = renamed.pointer_mut(&pointer) else {
            continue;
        };
        if let Some(new) = names.get(&(kind.to_owned(), name.clone())) {
            name.clone_from(new);
        }
    }
    renamed
}

/// A kind, and where an item of a list says its name.
type Place = (&'static str, &'static str);

const ENV: [Place; 2] = [
    ("ConfigMap", "/valueFrom/configMapKeyRef/name"),
    ("Secret", "/valueFrom/secretKeyRef/name"),
];
const ENV_FROM: [Place; 2] = [
    ("ConfigMap", "/configMapRef/name"),
    ("Secret", "/secretRef/name"),
];
const PROJECTED: [Place; 2] = [("ConfigMap", "/configMap/name"), ("Secret", "/secret/name")];
const PULLED: [Place; 1] = [("Secret", "/name")];
const VOLUMES: [Place; 10] = [
    ("ConfigMap", "/configMap/name"),
    ("Secret", "/azureFile/secretName"),
    ("Secret", "/cephfs/secretRef/name"),
    ("Secret", "/csi/nodePublishSecretRef/name"),
    ("Secret", "/flexVolume/secretRef/name"),
    ("Secret", "/iscsi/secretRef/name"),
    ("Secret", "/rbd/secretRef/name"),
    ("Secret", "/scaleIO/secretRef/name"),
    ("Secret", "/secret/secretName"),
    ("Secret", "/storageos/secretRef/name"),
];

/// All pointers at which a pod template names a ConfigMap or a Secret, with the kind.
fn places(template: &Value) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    for list in ["/spec/initContainers", "/spec/containers"] {
        for at in 0..length(template, list) {
            let container = format!("{list}/{at}");
            found.extend(named(template, &format!("{container}/env"), &ENV));
            found.extend(named(template, &format!("{container}/envFrom"), &ENV_FROM));
        }
    }
    found.extend(named(template, "/spec/imagePullSecrets", &PULLED));
    let volumes = "/spec/volumes";
    found.extend(named(template, volumes, &VOLUMES));
    for at in 0..length(template, volumes) {
        let sources = format!("{volumes}/{at}/projected/sources");
        found.extend(named(template, &sources, &PROJECTED));
    }
    found
}

/// Where the items of a list have one of these names.
fn named(template: &Value, list: &str, places: &[Place]) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    for (at, item) in items(template, list).enumerate() {
        let written = places
            .iter()
            .filter(|(_, name)| item.pointer(name).is_some());
        found.extend(written.map(|(kind, name)| (*kind, format!("{list}/{at}{name}"))));
    }
    found
}

fn length(template: &Value, list: &str) -> usize {
    items(template, list).count()
}

fn items<'a>(value: &'a Value, pointer: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    let list = value.pointer(pointer).and_then(Value::as_array);
    list.into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_refer_is_found() {
        let template = json!({"spec": {
            "initContainers": [{"env": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "s1", "key": "k"}}}]}],
            "containers": [
                {"envFrom": [{"configMapRef": {"name": "c1"}}, {"secretRef": {"name": "s2"}}]},
                {"env": [{"valueFrom": {"configMapKeyRef": {"name": "c2"}}}, {"name": "B", "value": "plain"}]},
            ],
            "volumes": [
                {"configMap": {"name": "c3"}},
                {"secret": {"secretName": "s3"}},
                {"projected": {"sources": [{"configMap": {"name": "c4"}}, {"secret": {"name": "s4"}}]}},
                {"emptyDir": {}},
                {"csi": {"driver": "vault", "nodePublishSecretRef": {"name": "s6"}}},
            ],
            "imagePullSecrets": [{"name": "s5"}, {}],
        }});
        let names: Vec<_> = pod_references(&template)
            .into_iter()
            .map(|(_, name)| name)
            .collect();
        assert_eq!(
            names,
            ["c1", "c2", "c3", "c4", "s1", "s2", "s3", "s4", "s5", "s6"]
        );
        let renamed = pod_references(&template)
            .into_iter()
            .map(|(kind, name)| ((kind, name.clone()), format!("{name}-new")))
            .collect();
        let names: Vec<_> = pod_references(&with_references(&template, &renamed))
            .into_iter()
            .map(|(_, name)| name)
            .collect();
        assert_eq!(names.len(), 10);
        assert!(names.iter().all(|name| name.ends_with("-new")), "{names:?}");
        assert!(pod_references(&json!({"spec": {"containers": "none"}})).is_empty());
    }
}
