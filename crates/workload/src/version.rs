//! Which version of an application pods are of.

use cutover_manifest::Manifest;
use serde_json::Value;

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
        let mut template = Deployment::of(set)
            .template()
            .cloned()
            .unwrap_or(Value::Null);
        let mut forget = |map: &str, keys: &[&str]| {
            let entries = template.pointer_mut(map).and_then(Value::as_object_mut);
            let Some(entries) = entries else { return };
            entries.retain(|key, _| !keys.contains(&key.as_str()));
        };
        forget("/metadata/labels", &ROLE_LABELS);
        forget("/metadata/annotations", &[RESTARTED_AT]);
        Self(template.to_string())
    }
}
