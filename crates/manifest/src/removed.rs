//! API versions that Kubernetes no longer serves (kubernetes.io, "Deprecated API Migration Guide").

use crate::{Error, ObjectRef, Place};

/// An API version that no supported release of Kubernetes serves, for some kinds of its group.
#[derive(Debug, PartialEq, Eq)]
pub struct RemovedVersion {
    api_version: &'static str,
    kinds: &'static [&'static str],
    /// The release of Kubernetes that no longer serves it.
    release: &'static str,
    /// The version to use; empty where there is none.
    instead: &'static str,
    /// What else must change; empty where the version is all.
    changes: &'static str,
}

impl RemovedVersion {
    /// That of an object; none where its version is served, or not known.
    ///
    /// ```
    /// use cutover_manifest::{ObjectRef, RemovedVersion};
    ///
    /// let report = ObjectRef::new("batch/v1beta1", "CronJob", None, "report");
    /// assert_eq!(RemovedVersion::of(&report).and_then(RemovedVersion::instead), Some("batch/v1"));
    /// ```
    pub fn of(object: &ObjectRef) -> Option<&'static Self> {
        let is_it = |row: &&Self| {
            row.api_version == object.api_version && row.kinds.contains(&object.kind.as_str())
        };
        REMOVED.iter().find(is_it)
    }

    /// The release of Kubernetes that no longer serves it, as `1.25`.
    pub fn release(&self) -> &'static str {
        self.release
    }

    /// The version that is served; none where the kind is gone.
    pub fn instead(&self) -> Option<&'static str> {
        Some(self.instead).filter(|version| !version.is_empty())
    }

    /// Whether an object is written in the [version that is served](Self::instead) as in this one.
    pub fn has_same_fields(&self) -> bool {
        !self.instead.is_empty() && self.changes.is_empty()
    }

    /// What to write in its place.
    pub fn hint(&self) -> String {
        match (self.instead, self.changes) {
            ("", changes) => changes.to_owned(),
            (version, "") => format!("use `apiVersion: {version}`"),
            (version, changes) => format!("use `apiVersion: {version}`; {changes}"),
        }
    }

    pub(crate) fn error(&self, object: &ObjectRef, place: &Place) -> Error {
        Error::Removed {
            place: place.clone(),
            object: Box::new(object.clone()),
            release: self.release,
            hint: self.hint(),
        }
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
const SHARES: &str =
    "`spec.limited.assuredConcurrencyShares` is `spec.limited.nominalConcurrencyShares`";
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
const REMOVED: [RemovedVersion; 29] = [
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
    row("flowcontrol.apiserver.k8s.io/v1beta1", FLOW, "1.26", "flowcontrol.apiserver.k8s.io/v1", SHARES),
    row("flowcontrol.apiserver.k8s.io/v1beta2", FLOW, "1.29", "flowcontrol.apiserver.k8s.io/v1", SHARES),
    row("flowcontrol.apiserver.k8s.io/v1beta3", FLOW, "1.32", "flowcontrol.apiserver.k8s.io/v1", ""),
];

const fn row(
    api_version: &'static str,
    kinds: &'static [&'static str],
    release: &'static str,
    instead: &'static str,
    changes: &'static str,
) -> RemovedVersion {
    RemovedVersion {
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
            let object = ObjectRef::new(version, kind, None, "a");
            let place = Place::new("a.yaml", 1, 1);
            let removed = RemovedVersion::of(&object);
            let error = removed.map(|removed| removed.error(&object, &place).to_string());
            assert_eq!(error.unwrap_or_default(), expect);
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
