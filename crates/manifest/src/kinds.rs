//! The table of kinds: in which order objects must come to exist, and what the API server calls them.

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
    let (group, kind) = (object.group(), object.kind.as_str());
    known(group, kind).map_or_else(|| rank_of_others(group, kind), |known| known.rank)
}

/// What the API server calls a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resource {
    /// The plural, as `deployments`.
    pub plural: &'static str,
    /// Whether its objects are in namespaces.
    pub namespaced: bool,
}

/// The resource of a kind that Kubernetes itself has; none for others, which the API server must be
/// asked for.
///
/// ```
/// use cutover_manifest::resource;
///
/// assert_eq!(resource("networking.k8s.io/v1", "Ingress").map(|found| found.plural), Some("ingresses"));
/// assert!(resource("v1", "Namespace").is_some_and(|found| !found.namespaced));
/// assert_eq!(resource("example.com/v1", "Widget"), None);
/// ```
pub fn resource(api_version: &str, kind: &str) -> Option<Resource> {
    let group = api_version.split_once('/').map_or("", |(group, _)| group);
    known(group, kind).map(|known| known.resource)
}

/// How Kubernetes spells a kind of its own that is written otherwise, as `deployment` or `Services`.
///
/// The API server knows no other spelling, and kubectl takes them all.
pub(crate) fn misspelt(group: &str, kind: &str) -> Option<&'static str> {
    let mut own = KINDS.iter().filter(|known| known.group == group);
    let meant = own.find(|known| {
        let names = [known.kind, known.resource.plural];
        names.iter().any(|name| name.eq_ignore_ascii_case(kind))
    });
    meant.map(|known| known.kind).filter(|meant| *meant != kind)
}

/// One kind that Kubernetes itself has.
struct Known {
    rank: u8,
    group: &'static str,
    kind: &'static str,
    resource: Resource,
}

fn known(group: &str, kind: &str) -> Option<&'static Known> {
    let mut all = KINDS.iter();
    all.find(|known| known.group == group && known.kind == kind)
}

/// The rank of kinds that are not in the table: of Kubernetes' own groups, and of others that stand
/// for what is in it.
fn rank_of_others(group: &str, kind: &str) -> u8 {
    match (group, kind) {
        ("apiextensions.k8s.io" | "node.k8s.io" | "scheduling.k8s.io" | "storage.k8s.io", _) => 1,
        ("rbac.authorization.k8s.io", _) => 4,
        ("bitnami.com", "SealedSecret") | ("external-secrets.io", _) => 5,
        ("discovery.k8s.io", _) => 8,
        ("apps" | "batch", _) | ("", "ReplicationController") | ("argoproj.io", "Rollout") => 9,
        ("networking.istio.io", "VirtualService") => 11,
        ("traefik.io", "IngressRoute") | ("projectcontour.io", "HTTPProxy") => 11,
        ("gateway.networking.k8s.io", kind) if kind.ends_with("Route") => 11,
        _ => 10,
    }
}

const fn kind(
    rank: u8,
    group: &'static str,
    kind: &'static str,
    plural: &'static str,
    namespaced: bool,
) -> Known {
    Known {
        rank,
        group,
        kind,
        resource: Resource { plural, namespaced },
    }
}

/// Rank, group, kind, plural, and whether it is in namespaces.
#[rustfmt::skip]
static KINDS: [Known; 34] = [
    kind(5, "", "ConfigMap", "configmaps", true),
    kind(8, "", "Endpoints", "endpoints", true),
    kind(1, "", "LimitRange", "limitranges", true),
    kind(0, "", "Namespace", "namespaces", false),
    kind(6, "", "PersistentVolume", "persistentvolumes", false),
    kind(7, "", "PersistentVolumeClaim", "persistentvolumeclaims", true),
    kind(9, "", "Pod", "pods", true),
    kind(1, "", "ResourceQuota", "resourcequotas", true),
    kind(5, "", "Secret", "secrets", true),
    kind(8, "", "Service", "services", true),
    kind(2, "", "ServiceAccount", "serviceaccounts", true),
    kind(10, "admissionregistration.k8s.io", "MutatingWebhookConfiguration", "mutatingwebhookconfigurations", false),
    kind(10, "admissionregistration.k8s.io", "ValidatingWebhookConfiguration", "validatingwebhookconfigurations", false),
    kind(1, "apiextensions.k8s.io", "CustomResourceDefinition", "customresourcedefinitions", false),
    kind(9, "apps", "ControllerRevision", "controllerrevisions", true),
    kind(9, "apps", "DaemonSet", "daemonsets", true),
    kind(9, "apps", "Deployment", "deployments", true),
    kind(9, "apps", "ReplicaSet", "replicasets", true),
    kind(9, "apps", "StatefulSet", "statefulsets", true),
    kind(10, "autoscaling", "HorizontalPodAutoscaler", "horizontalpodautoscalers", true),
    kind(9, "batch", "CronJob", "cronjobs", true),
    kind(9, "batch", "Job", "jobs", true),
    kind(10, "coordination.k8s.io", "Lease", "leases", true),
    kind(8, "discovery.k8s.io", "EndpointSlice", "endpointslices", true),
    kind(11, "gateway.networking.k8s.io", "HTTPRoute", "httproutes", true),
    kind(11, "networking.k8s.io", "Ingress", "ingresses", true),
    kind(1, "networking.k8s.io", "IngressClass", "ingressclasses", false),
    kind(1, "networking.k8s.io", "NetworkPolicy", "networkpolicies", true),
    kind(10, "policy", "PodDisruptionBudget", "poddisruptionbudgets", true),
    kind(3, "rbac.authorization.k8s.io", "ClusterRole", "clusterroles", false),
    kind(4, "rbac.authorization.k8s.io", "ClusterRoleBinding", "clusterrolebindings", false),
    kind(3, "rbac.authorization.k8s.io", "Role", "roles", true),
    kind(4, "rbac.authorization.k8s.io", "RoleBinding", "rolebindings", true),
    kind(1, "scheduling.k8s.io", "PriorityClass", "priorityclasses", false),
];

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
