//! Fields that Kubernetes does not have, of the objects that plans are about.

use serde_json::Value;

use crate::Manifest;
use crate::pointer::escape;

impl Manifest {
    /// JSON pointers to fields that Kubernetes does not have, which the API server drops: of a
    /// Deployment and of a Service, as far as their own fields go and not those of pods.
    ///
    /// ```
    /// use serde_json::json;
    ///
    /// let hello = cutover_manifest::Manifest::new(json!({
    ///     "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "hello"},
    ///     "spec": {"replcas": 3, "template": {}}})).unwrap();
    /// assert_eq!(hello.unknown_fields(), ["/spec/replcas"]);
    /// ```
    pub fn unknown_fields(&self) -> Vec<String> {
        let object = self.object();
        let levels = match (object.api_version.as_str(), object.kind.as_str()) {
            ("apps/v1", "Deployment") => DEPLOYMENT,
            ("v1", "Service") => SERVICE,
            _ => return Vec::new(),
        };
        let mut unknown = Vec::new();
        for Level { pointer, fields } in levels {
            match self.pointer(pointer) {
                Some(Value::Array(entries)) => {
                    for (at, entry) in entries.iter().enumerate() {
                        unknown.extend(others(&format!("{pointer}/{at}"), entry, fields));
                    }
                }
                Some(value) => unknown.extend(others(pointer, value, fields)),
                None => {}
            }
        }
        unknown
    }
}

/// A map of an object, or each map of a list, with the fields that it may have.
struct Level {
    pointer: &'static str,
    fields: &'static [&'static str],
}

/// Pointers to the fields of a map that are none of these.
fn others(pointer: &str, value: &Value, fields: &[&str]) -> Vec<String> {
    let keys = value.as_object().into_iter().flat_map(|map| map.keys());
    let others = keys.filter(|key| !fields.contains(&key.as_str()));
    others
        .map(|key| format!("{pointer}/{}", escape(key)))
        .collect()
}

#[rustfmt::skip]
const DEPLOYMENT: &[Level] = &[
    Level { pointer: "", fields: OBJECT },
    Level { pointer: "/metadata", fields: METADATA },
    Level { pointer: "/spec", fields: &[
        "minReadySeconds", "paused", "progressDeadlineSeconds", "replicas", "revisionHistoryLimit", "selector",
        "strategy", "template",
    ] },
    Level { pointer: "/spec/selector", fields: &["matchExpressions", "matchLabels"] },
    Level { pointer: "/spec/strategy", fields: &["rollingUpdate", "type"] },
    Level { pointer: "/spec/strategy/rollingUpdate", fields: &["maxSurge", "maxUnavailable"] },
    Level { pointer: "/spec/template", fields: &["metadata", "spec"] },
    Level { pointer: "/spec/template/metadata", fields: METADATA },
];

#[rustfmt::skip]
const SERVICE: &[Level] = &[
    Level { pointer: "", fields: OBJECT },
    Level { pointer: "/metadata", fields: METADATA },
    Level { pointer: "/spec", fields: &[
        "allocateLoadBalancerNodePorts", "clusterIP", "clusterIPs", "externalIPs", "externalName",
        "externalTrafficPolicy", "healthCheckNodePort", "internalTrafficPolicy", "ipFamilies", "ipFamilyPolicy",
        "loadBalancerClass", "loadBalancerIP", "loadBalancerSourceRanges", "ports", "publishNotReadyAddresses",
        "selector", "sessionAffinity", "sessionAffinityConfig", "trafficDistribution", "type",
    ] },
    Level { pointer: "/spec/ports", fields: &[
        "appProtocol", "name", "nodePort", "port", "protocol", "targetPort",
    ] },
];

const OBJECT: &[&str] = &["apiVersion", "kind", "metadata", "spec", "status"];

#[rustfmt::skip]
const METADATA: &[&str] = &[
    "annotations", "creationTimestamp", "deletionGracePeriodSeconds", "deletionTimestamp", "finalizers",
    "generateName", "generation", "labels", "managedFields", "name", "namespace", "ownerReferences",
    "resourceVersion", "selfLink", "uid",
];

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A failure means that a misspelt field is overlooked, or that a field which the API server
    /// keeps is said to be none.
    #[test]
    fn a_field_that_kubernetes_does_not_have_is_found() {
        let check = |version: &str, kind: &str, rest: Value, expect: &[&str]| {
            let mut value = rest;
            value["apiVersion"] = json!(version);
            value["kind"] = json!(kind);
            value["metadata"]["name"] = json!("hello");
            let manifest = Manifest::new(value).unwrap();
            assert_eq!(manifest.unknown_fields(), expect);
        };
        let deployment = |rest, expect: &[&str]| check("apps/v1", "Deployment", rest, expect);
        let service = |rest, expect: &[&str]| check("v1", "Service", rest, expect);
        deployment(
            json!({"spec": {"replicas": 3, "template": {"spec": {"a": 1}}}}),
            &[],
        );
        deployment(
            json!({"spec": {"replcas": 3, "a/b": 1}}),
            &["/spec/a~1b", "/spec/replcas"],
        );
        deployment(
            json!({"replicas": 3, "spec": {"strategy": {"maxSurge": 1}}}),
            &["/replicas", "/spec/strategy/maxSurge"],
        );
        deployment(json!({"spec": []}), &[]);
        service(
            json!({"spec": {"type": "ClusterIP", "ports": [{"port": 80}]}}),
            &[],
        );
        service(
            json!({"spec": {"ports": [{"port": 80}, {"port": 81, "targetport": 8080}]}}),
            &["/spec/ports/1/targetport"],
        );
        check(
            "serving.knative.dev/v1",
            "Service",
            json!({"spec": {"traffic": []}}),
            &[],
        );
    }
}
