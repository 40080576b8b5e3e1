//! Which version of an application pods are of.

use cutover_manifest::Manifest;
use serde_json::{Map, Value};

use crate::deployment::Deployment;

/// What a pod template says, but for what tells a workload's sets apart and for restarts: two sets
/// of one version answer requests alike.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(String);

/// The labels by which the sets of a workload are told apart.
pub const ROLE_LABELS: [&str; 3] = ["track", "cutover.dev/track", "cutover.dev/set"];

/// What `kubectl rollout restart` writes (kubernetes/kubectl
/// pkg/polymorphichelpers/objectrestarter.go).
pub const RESTARTED_AT: &str = "kubectl.kubernetes.io/restartedAt";

/// What the pods of a Deployment have that is restarted for its configuration: a digest of that. So
/// they are of another version.
pub const CONFIGURATION: &str = "cutover.dev/configuration";

impl Version {
    /// The version of a set's pods.
    ///
    /// ```
    /// use cutover_manifest::Manifest;
    /// use cutover_workload::Version;
    /// use serde_json::json;
    ///
    /// let set = |track: &str, image: &str| Manifest::new(json!({
    ///     "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "hello"},
    ///     "spec": {"template": {"metadata": {"labels": {"app": "hello", "track": track}},
    ///         "spec": {"containers": [{"name": "hello", "image": image}]}}},
    /// }));
    /// let stable = Version::of(&set("stable", "hello:1")?);
    /// assert_eq!(stable, Version::of(&set("canary", "hello:1")?));
    /// assert_ne!(stable, Version::of(&set("stable", "hello:2")?));
    /// # Ok::<(), cutover_manifest::Error>(())
    /// ```
    pub fn of(set: &Manifest) -> Self {
        Self::without(set, &[RESTARTED_AT])
    }

    /// The same where a restart makes another one: pods that are started anew may not become ready,
    /// though nothing in them is new.
    pub fn as_started(set: &Manifest) -> Self {
        Self::without(set, &[])
    }

    fn without(set: &Manifest, annotations: &[&str]) -> Self {
        let mut template = Deployment::of(set)
            .template()
            .cloned()
            .unwrap_or(Value::Null);
        let metadata = template.pointer_mut("/metadata");
        if let Some(metadata) = metadata.and_then(Value::as_object_mut) {
            forget(metadata, "labels", &ROLE_LABELS);
            forget(metadata, "annotations", annotations);
        }
        Self(template.to_string())
    }
}

/// Takes entries out of a map, and the map where it is empty then: none is as good as an empty one.
fn forget(metadata: &mut Map<String, Value>, map: &str, keys: &[&str]) {
    let Some(entries) = metadata.get_mut(map).and_then(Value::as_object_mut) else {
        return;
    };
    entries.retain(|key, _| !keys.contains(&key.as_str()));
    if entries.is_empty() {
        metadata.remove(map);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A failure means that a restart, or the label that tells sets apart, passes for a new version:
    /// shares are told that nobody gets, and a way back refuses to wait for pods that it may wait for.
    #[test]
    fn of_one_version_but_for_roles_and_restarts() {
        let set = |labels: Value, annotations: Value| {
            let metadata = json!({"labels": labels, "annotations": annotations});
            let set = json!({
                "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "hello"},
                "spec": {"template": {"metadata": metadata, "spec": {"containers": []}}},
            });
            Manifest::new(set).unwrap()
        };
        let version = |labels, annotations| Version::of(&set(labels, annotations));
        let started = |annotations| Version::as_started(&set(json!({}), annotations));
        let plain = version(json!({"app": "hello"}), json!({}));
        let check = |labels: Value, annotations: Value, expect: bool| {
            let is_same = version(labels.clone(), annotations.clone()) == plain;
            assert_eq!(is_same, expect, "{labels} {annotations}");
        };
        let app = json!({"app": "hello"});
        let at = "2026-11-30T12:00:00Z";
        check(app.clone(), json!({RESTARTED_AT: at}), true);
        assert_ne!(started(json!({RESTARTED_AT: at})), started(json!({})));
        check(app.clone(), json!({RESTARTED_AT: at, "a": "b"}), false);
        check(app, json!({CONFIGURATION: "1"}), false);
        for label in ROLE_LABELS {
            check(json!({"app": "hello", label: "canary"}), json!({}), true);
        }
        check(
            json!({"app": "hello", "cutover.dev/else": "a"}),
            json!({}),
            false,
        );
        check(json!({"app": "bye"}), json!({}), false);
    }
}
