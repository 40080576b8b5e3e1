//! How a cluster is set up: rights, quotas, and what admission changes or denies.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::key::Key;
use crate::refused::Refused;

/// How the cluster is set up. The default allows everything and changes nothing.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// Rights that the user lacks: verb and plural, as `patch` and `deployments`.
    pub denied: BTreeSet<(String, String)>,
    /// Kinds that a webhook lets nobody create or patch, dry runs included.
    pub denied_by_webhook: BTreeSet<String>,
    /// Kinds that are not installed, by group and kind.
    pub not_served: BTreeSet<(String, String)>,
    /// Namespaces that are not there until a Namespace is created; all others are.
    pub missing_namespaces: BTreeSet<String>,
    /// The most pods of all namespaces together: terminating ones count, evicted ones do not.
    pub pod_quota: Option<usize>,
    /// Whether a webhook puts a digest behind each image tag in a Deployment's template.
    pub image_digests: bool,
    /// A container that a webhook adds to every new pod.
    pub pod_sidecar: Option<Value>,
    /// A container that a webhook adds to every Deployment's template where it lacks one of this
    /// name.
    pub template_sidecar: Option<Value>,
}

impl Policy {
    pub(super) fn allows(&self, verb: &str, resource: &str) -> bool {
        !self
            .denied
            .iter()
            .any(|(denied, of)| denied == verb && of == resource)
    }

    pub(super) fn permits(&self, key: &Key, verb: &str) -> Result<(), Refused> {
        if self
            .not_served
            .iter()
            .any(|(group, kind)| *group == key.group && *kind == key.kind)
        {
            return Err(Refused::not_served());
        }
        match self.denied.is_empty() || self.allows(verb, &key.resource()) {
            true => Ok(()),
            false => Err(Refused::forbidden(key, verb)),
        }
    }

    /// What webhooks make of an object that is written.
    pub(super) fn admit(&self, key: &Key, value: &mut Value) -> Result<(), Refused> {
        if self.denied_by_webhook.contains(&key.kind) {
            return Err(Refused::webhook());
        }
        if key.is_deployment() {
            self.mutate(&mut value["spec"]["template"]["spec"]["containers"]);
        }
        Ok(())
    }

    fn mutate(&self, containers: &mut Value) {
        let Value::Array(containers) = containers else {
            return;
        };
        if let Some(sidecar) = &self.template_sidecar
            && !containers
                .iter()
                .any(|container| container["name"] == sidecar["name"])
        {
            containers.push(sidecar.clone());
        }
        if self.image_digests {
            containers.iter_mut().for_each(pin);
        }
    }
}

/// `hello:2.0.0` becomes `hello:2.0.0@sha256:…`.
fn pin(container: &mut Value) {
    let Some(image) = container["image"]
        .as_str()
        .filter(|image| !image.contains('@'))
    else {
        return;
    };
    let digest = image
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |digest, byte| {
            (digest ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
    container["image"] = format!("{image}@sha256:{}", format!("{digest:016x}").repeat(4)).into();
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn webhooks_change_templates_once() {
        let policy = Policy {
            image_digests: true,
            template_sidecar: Some(json!({"name": "proxy", "image": "proxy:1"})),
            ..Policy::default()
        };
        let mut containers = json!([{"name": "hello", "image": "hello:1"}]);
        policy.mutate(&mut containers);
        let once = containers.clone();
        assert_eq!(once[1]["name"], "proxy");
        let image = once[0]["image"].as_str().unwrap();
        assert!(
            image.starts_with("hello:1@sha256:") && image.len() == "hello:1@sha256:".len() + 64
        );
        policy.mutate(&mut containers);
        assert_eq!(containers, once);
    }
}
