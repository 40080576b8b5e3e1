//! API versions that Kubernetes no longer serves (kubernetes.io, "Deprecated API Migration Guide").

use crate::{Error, ObjectRef, Place};

/// A version that is gone, for some kinds of its group.
struct Removed {
    api_version: &'static str,
    kinds: &'static [&'static str],
    /// The release of Kubernetes that no longer serves it.
    release: &'static str,
    /// The version to use; empty where there is none.
    instead: &'static str,
    /// What else must change; empty where the version is all.
    changes: &'static str,
}

/// Refuses an object whose API version no supported release of Kubernetes serves.
pub(crate) fn refuse_removed(object: &ObjectRef, place: &Place) -> Result<(), Error> {
    let is_it = |row: &&Removed| {
        row.api_version == object.api_version && row.kinds.contains(&object.kind.as_str())
    };
    REMOVED.iter().find(is_it).map_or(Ok(()), |row| {
        Err(Error::Removed {
            place: place.clone(),
            object: Box::new(object.clone()),
            release: row.release,
            hint: hint(row),
        })
    })
}

fn hint(row: &Removed) -> String {
    match (row.instead, row.changes) {
        ("", changes) => changes.to_owned(),
        (version, "") => format!("use `apiVersion: {version}`"),
        (version, changes) => format!("use `apiVersion: {version}`; {changes}"),
    }
}

const SELECTOR: &str = "`spec.selector` is required and must match the template's labels";
const INGRESS: &str = "`spec.backend` is `spec.defaultBackend`, `serviceName` and `servicePort` are `service.name` \
                       and `service.port.number` or `.name`, and each path has a `pathType`";
const METRICS: &str =
    "a metric's `targetAverageUtilization` is `target: {type: Utilization, averageUtilization: …}`";
const WEBHOOKS: &str = "`sideEffects` and `admissionReviewVersions` are required, and `failurePolicy` is Fail where unset";
const SLICES: &str = "an endpoint's `topology` is `nodeName` and `zone`";
const BUDGET: &str = "an empty `spec.selector` now selects every pod of the namespace";
const SECURITY: &str = "label the namespace for Pod Security Admission instead";
const DEFINITION: &str =
    "each of `spec.versions` has a structural `schema`, and `spec.scope` is required";
const SIGNING: &str = "`spec.signerName` and `spec.usages` are required";

const RBAC: &[&str] = &["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"];
const HOOKS: &[&str] = &[
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
];
const STORAGE: &[&str] = &["CSIDriver", "CSINode", "StorageClass", "VolumeAttachment"];
const FLOW: &[&str] = &["FlowSchema", "PriorityLevelConfiguration"];
const SETS: &[&str] = &["DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"];

#[rustfmt::skip]
const REMOVED: [Removed; 29] = [
    row("extensions/v1beta1", SETS, "1.16", "apps/v1", SELECTOR),
    row("apps/v1beta1", SETS, "1.16", "apps/v1", SELECTOR),
    row("apps/v1beta2", SETS, "1.16", "apps/v1", SELECTOR),
    row("extensions/v1beta1", &["NetworkPolicy"], "1.16", "networking.k8s.io/v1", ""),
    row("extensions/v1beta1", &["PodSecurityPolicy"], "1.16", "", SECURITY),
    row("batch/v2alpha1", &["CronJob"], "1.21", "batch/v1", ""),
    row("extensions/v1beta1", &["Ingress"], "1.22", "networking.k8s.io/v1", INGRESS),
    row("networking.k8s.io/v1beta1", &["Ingress"], "1.22", "networking.k8s.io/v1", INGRESS),
    row("networking.k8s.io/v1beta1", &["IngressClass"], "1.22", "networking.k8s.io/v1", ""),
    row("apiextensions.k8s.io/v1beta1", &["CustomResourceDefinition"], "1.22", "apiextensions.k8s.io/v1", DEFINITION),
    row("admissionregistration.k8s.io/v1beta1", HOOKS, "1.22", "admissionregistration.k8s.io/v1", WEBHOOKS),
    row("apiregistration.k8s.io/v1beta1", &["APIService"], "1.22", "apiregistration.k8s.io/v1", ""),
    row("rbac.authorization.k8s.io/v1beta1", RBAC, "1.22", "rbac.authorization.k8s.io/v1", ""),
    row("scheduling.k8s.io/v1beta1", &["PriorityClass"], "1.22", "scheduling.k8s.io/v1", ""),
    row("coordination.k8s.io/v1beta1", &["Lease"], "1.22", "coordination.k8s.io/v1", ""),
    row("certificates.k8s.io/v1beta1", &["CertificateSigningRequest"], "1.22", "certificates.k8s.io/v1", SIGNING),
    row("storage.k8s.io/v1beta1", STORAGE, "1.22", "storage.k8s.io/v1", ""),
    row("batch/v1beta1", &["CronJob"], "1.25", "batch/v1", ""),
    row("discovery.k8s.io/v1beta1", &["EndpointSlice"], "1.25", "discovery.k8s.io/v1", SLICES),
    row("events.k8s.io/v1beta1", &["Event"], "1.25", "events.k8s.io/v1", ""),
    row("autoscaling/v2beta1", &["HorizontalPodAutoscaler"], "1.25", "autoscaling/v2", METRICS),
    row("autoscaling/v2beta2", &["HorizontalPodAutoscaler"], "1.26", "autoscaling/v2", ""),
    row("policy/v1beta1", &["PodDisruptionBudget"], "1.25", "policy/v1", BUDGET),
    row("policy/v1beta1", &["PodSecurityPolicy"], "1.25", "", SECURITY),
    row("node.k8s.io/v1beta1", &["RuntimeClass"], "1.25", "node.k8s.io/v1", ""),
    row("storage.k8s.io/v1beta1", &["CSIStorageCapacity"], "1.27", "storage.k8s.io/v1", ""),
    row("flowcontrol.apiserver.k8s.io/v1beta1", FLOW, "1.26", "flowcontrol.apiserver.k8s.io/v1", ""),
    row("flowcontrol.apiserver.k8s.io/v1beta2", FLOW, "1.29", "flowcontrol.apiserver.k8s.io/v1", ""),
    row("flowcontrol.apiserver.k8s.io/v1beta3", FLOW, "1.32", "flowcontrol.apiserver.k8s.io/v1", ""),
];

const fn row(
    api_version: &'static str,
    kinds: &'static [&'static str],
    release: &'static str,
    instead: &'static str,
    changes: &'static str,
) -> Removed {
    Removed {
        api_version,
        kinds,
        release,
        instead,
        changes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_removed_version_names_the_one_to_use() {
        let check = |version: &str, kind: &str, expect: &str| {
            let refused = refuse_removed(
                &ObjectRef::new(version, kind, None, "a"),
                &Place::new("a.yaml", 1, 1),
            );
            assert_eq!(
                refused.map_or_else(|error| error.to_string(), |()| String::new()),
                expect
            );
        };
        check("apps/v1", "Deployment", "");
        check("networking.k8s.io/v1beta1", "ServiceCIDR", "");
        check("example.com/v1beta1", "Deployment", "");
        check(
            "apps/v1beta2",
            "Deployment",
            "a.yaml:1:1: Deployment a: Kubernetes serves no `apps/v1beta2` of this kind since 1.16\n\
             hint: use `apiVersion: apps/v1`; `spec.selector` is required and must match the template's labels",
        );
        check(
            "policy/v1beta1",
            "PodSecurityPolicy",
            "a.yaml:1:1: PodSecurityPolicy a: Kubernetes serves no `policy/v1beta1` of this kind since 1.25\n\
             hint: label the namespace for Pod Security Admission instead",
        );
    }

    #[test]
    fn no_version_to_use_is_itself_removed() {
        for row in &REMOVED {
            let again = REMOVED
                .iter()
                .any(|other| other.api_version == row.instead && other.kinds == row.kinds);
            assert!(!again, "{}", row.api_version);
        }
    }
}
