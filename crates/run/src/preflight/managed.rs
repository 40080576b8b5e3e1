//! Who else brings an object back to what git says.

use cutover_manifest::Manifest;
use serde_json::Value;

use crate::change::ownership::{owners, owns_fields};

/// The tool that reconciles an object, unless its reconciliation is suspended; none where no tool
/// does.
///
/// The label `app.kubernetes.io/instance` says nothing: every chart sets it.
pub(crate) fn manager(manifest: &Manifest) -> Option<&'static str> {
    let has = |field: &str, key: &str| {
        let entries = manifest.pointer(field).and_then(Value::as_object);
        entries.is_some_and(|entries| entries.contains_key(key))
    };
    let (labels, annotations) = ("/metadata/labels", "/metadata/annotations");
    let suspended =
        manifest.pointer("/metadata/annotations/kustomize.toolkit.fluxcd.io~1reconcile");
    if has(annotations, "argocd.argoproj.io/tracking-id")
        || has(labels, "argocd.argoproj.io/instance")
        || owners(manifest).iter().any(is_argo_cd)
    {
        return Some("Argo CD");
    }
    let flux = [
        "kustomize.toolkit.fluxcd.io/name",
        "helm.toolkit.fluxcd.io/name",
    ];
    let by_flux = flux.iter().any(|key| has(labels, key));
    (by_flux && suspended.is_none_or(|value| value != "disabled")).then_some("Flux")
}

/// Whether fields are Argo CD's, which may have none of its marks on what it writes.
fn is_argo_cd(entry: &Value) -> bool {
    let names = ["argocd-controller", "argocd-application-controller"];
    names.iter().any(|name| owns_fields(entry, name))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A failure means that each step is taken back as soon as it is made, or that nothing of a chart
    /// can be carried out.
    #[test]
    fn by_its_marks() {
        let check = |metadata: Value, expect: Option<&str>| {
            let mut metadata = metadata;
            metadata["name"] = json!("a");
            let value = json!({"apiVersion": "v1", "kind": "Service", "metadata": metadata});
            assert_eq!(manager(&Manifest::new(value).unwrap()), expect);
        };
        check(json!({}), None);
        check(
            json!({"annotations": {"argocd.argoproj.io/tracking-id": "a:b"}}),
            Some("Argo CD"),
        );
        check(json!({"labels": {"app.kubernetes.io/instance": "a"}}), None);
        let written = |manager: &str| json!({"managedFields": [{"manager": manager}]});
        check(written("argocd-controller"), Some("Argo CD"));
        check(written("helm"), None);
        let status = json!({"manager": "argocd-controller", "subresource": "status"});
        check(json!({"managedFields": [status]}), None);
        check(
            json!({"labels": {"kustomize.toolkit.fluxcd.io/name": "a"}}),
            Some("Flux"),
        );
        check(
            json!({
                "labels": {"kustomize.toolkit.fluxcd.io/name": "a"},
                "annotations": {"kustomize.toolkit.fluxcd.io/reconcile": "disabled"},
            }),
            None,
        );
    }
}
