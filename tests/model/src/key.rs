//! How the server names objects: by group, kind, namespace and name, and by resource in what it
//! says.

use cutover_manifest::ObjectRef;

/// An object's place in the server. All versions of a group are views of one object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) group: String,
    pub(crate) kind: String,
    /// Empty for kinds that have none.
    pub(crate) namespace: String,
    pub(crate) name: String,
}

impl Key {
    /// The place of an object; one that names no namespace is in the default one.
    pub(crate) fn of(object: &ObjectRef, default_namespace: &str) -> Self {
        let namespace = if is_cluster_scoped(&object.kind) {
            ""
        } else {
            object.namespace.as_deref().unwrap_or(default_namespace)
        };
        Self {
            group: object.group().to_owned(),
            kind: object.kind.clone(),
            namespace: namespace.to_owned(),
            name: object.name.clone(),
        }
    }

    pub(crate) fn is_deployment(&self) -> bool {
        self.kind == "Deployment" && self.group == "apps"
    }

    pub(crate) fn is_service(&self) -> bool {
        self.kind == "Service" && self.group.is_empty()
    }

    /// The plural that URLs and rights use, as `deployments`.
    pub(crate) fn resource(&self) -> String {
        let kind = self.kind.to_lowercase();
        if kind.ends_with('s') {
            format!("{kind}es")
        } else if let Some(stem) = kind.strip_suffix("cy") {
            format!("{stem}cies")
        } else {
            format!("{kind}s")
        }
    }

    /// As `deployments.apps "hello"`.
    pub(crate) fn of_resource(&self) -> String {
        qualified(&self.resource(), &self.group, &self.name)
    }

    /// As `Deployment.apps "hello"`.
    pub(crate) fn of_kind(&self) -> String {
        qualified(&self.kind, &self.group, &self.name)
    }
}

fn qualified(what: &str, group: &str, name: &str) -> String {
    match group {
        "" => format!("{what} \"{name}\""),
        group => format!("{what}.{group} \"{name}\""),
    }
}

fn is_cluster_scoped(kind: &str) -> bool {
    CLUSTER_SCOPED.contains(&kind)
}

const CLUSTER_SCOPED: [&str; 11] = [
    "APIService",
    "ClusterRole",
    "ClusterRoleBinding",
    "CustomResourceDefinition",
    "GatewayClass",
    "IngressClass",
    "Namespace",
    "Node",
    "PersistentVolume",
    "PriorityClass",
    "StorageClass",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_names_resources_by_their_plural() {
        let check = |api_version: &str, kind: &str, expect: &str| {
            let key = Key::of(&ObjectRef::new(api_version, kind, None, "x"), "default");
            assert_eq!(key.of_resource(), expect);
        };
        check("apps/v1", "Deployment", "deployments.apps \"x\"");
        check("v1", "Service", "services \"x\"");
        check(
            "networking.k8s.io/v1",
            "Ingress",
            "ingresses.networking.k8s.io \"x\"",
        );
        check(
            "networking.k8s.io/v1",
            "NetworkPolicy",
            "networkpolicies.networking.k8s.io \"x\"",
        );
        check(
            "discovery.k8s.io/v1",
            "EndpointSlice",
            "endpointslices.discovery.k8s.io \"x\"",
        );
    }

    #[test]
    fn a_namespace_is_filled_in_where_the_kind_has_one() {
        let check = |kind: &str, namespace: Option<&str>, expect: &str| {
            assert_eq!(
                Key::of(&ObjectRef::new("v1", kind, namespace, "x"), "default").namespace,
                expect
            );
        };
        check("Service", None, "default");
        check("Service", Some("prod"), "prod");
        check("Namespace", None, "");
    }
}
