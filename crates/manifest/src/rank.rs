use crate::ObjectRef;

/// The place of an object in the order in which objects must come to exist: lower first.
///
/// An object is made after what it refers to and removed before it: Namespace, definitions of
/// types, accounts, rights, ConfigMaps and Secrets, claims, Services, workloads, what watches
/// workloads (also every kind that is not known here), routes.
///
/// ```
/// use cutover_manifest::{ObjectRef, rank};
///
/// let of = |version, kind| rank(&ObjectRef::new(version, kind, None, "hello"));
/// assert!(of("v1", "ConfigMap") < of("apps/v1", "Deployment"));
/// assert!(of("apps/v1", "Deployment") < of("networking.k8s.io/v1", "Ingress"));
/// ```
pub fn rank(object: &ObjectRef) -> u8 {
    match (object.group(), object.kind.as_str()) {
        ("", "Namespace") => 0,
        ("apiextensions.k8s.io", _)
        | ("scheduling.k8s.io" | "storage.k8s.io" | "node.k8s.io", _) => 1,
        ("", "ResourceQuota" | "LimitRange")
        | ("networking.k8s.io", "NetworkPolicy" | "IngressClass") => 1,
        ("", "ServiceAccount") => 2,
        ("rbac.authorization.k8s.io", "Role" | "ClusterRole") => 3,
        ("rbac.authorization.k8s.io", _) => 4,
        ("", "ConfigMap" | "Secret")
        | ("bitnami.com", "SealedSecret")
        | ("external-secrets.io", _) => 5,
        ("", "PersistentVolume") => 6,
        ("", "PersistentVolumeClaim") => 7,
        ("", "Service" | "Endpoints") | ("discovery.k8s.io", _) => 8,
        ("apps" | "batch", _)
        | ("", "Pod" | "ReplicationController")
        | ("argoproj.io", "Rollout") => 9,
        ("networking.k8s.io", "Ingress") | ("networking.istio.io", "VirtualService") => 11,
        ("traefik.io", "IngressRoute") | ("projectcontour.io", "HTTPProxy") => 11,
        ("gateway.networking.k8s.io", kind) if kind.ends_with("Route") => 11,
        _ => 10,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_referred_to_comes_first() {
        let order = [
            ("v1", "Namespace"),
            ("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
            ("v1", "ServiceAccount"),
            ("rbac.authorization.k8s.io/v1", "Role"),
            ("rbac.authorization.k8s.io/v1", "RoleBinding"),
            ("v1", "Secret"),
            ("v1", "PersistentVolumeClaim"),
            ("v1", "Service"),
            ("apps/v1", "StatefulSet"),
            ("policy/v1", "PodDisruptionBudget"),
            ("gateway.networking.k8s.io/v1", "GRPCRoute"),
        ];
        let ranks: Vec<_> = order
            .iter()
            .map(|(version, kind)| rank(&ObjectRef::new(version, kind, None, "a")))
            .collect();
        assert!(ranks.is_sorted_by(|a, b| a < b), "{ranks:?}");
        let unknown = rank(&ObjectRef::new("example.com/v1", "Widget", None, "a"));
        assert_eq!(
            unknown,
            rank(&ObjectRef::new(
                "autoscaling/v2",
                "HorizontalPodAutoscaler",
                None,
                "a"
            ))
        );
    }
}
