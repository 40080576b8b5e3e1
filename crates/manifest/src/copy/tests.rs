use serde_json::json;

use super::*;

#[test]
fn a_copy_leaves_behind_what_others_wrote() {
    let live = Manifest::new(json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {
            "name": "hello",
            "namespace": "prod",
            "uid": "1",
            "resourceVersion": "2",
            "generation": 3,
            "creationTimestamp": "2026-01-01T00:00:00Z",
            "managedFields": [{}],
            "ownerReferences": [{}],
            "finalizers": ["resources-finalizer.argocd.argoproj.io"],
            "labels": {
                "app": "hello",
                "app.kubernetes.io/managed-by": "Helm",
                "app.kubernetes.io/instance": "shop",
                "helm.sh/chart": "hello-1",
                "kustomize.toolkit.fluxcd.io/name": "shop",
            },
            "annotations": {
                "deployment.kubernetes.io/revision": "3",
                "kubectl.kubernetes.io/last-applied-configuration": "{}",
                "meta.helm.sh/release-name": "shop",
                "argocd.argoproj.io/tracking-id": "shop:apps/Deployment:prod/hello",
                "team": "front",
            },
        },
        "spec": {
            "replicas": 3,
            "selector": {"matchLabels": {"app": "hello", "pod-template-hash": "5d59"}},
            "template": {
                "metadata": {
                    "creationTimestamp": null,
                    "labels": {"app": "hello", "app.kubernetes.io/managed-by": "Helm", "pod-template-hash": "5d59"},
                },
            },
        },
        "status": {"replicas": 3},
    }))
    .unwrap();
    let copy = json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {
            "name": "hello-canary",
            "namespace": "prod",
            "labels": {"app": "hello"},
            "annotations": {"team": "front"},
        },
        "spec": {
            "replicas": 3,
            "selector": {"matchLabels": {"app": "hello"}},
            "template": {"metadata": {"labels": {"app": "hello", "app.kubernetes.io/managed-by": "Helm"}}},
        },
    });
    assert_eq!(live.copy_as("hello-canary").unwrap().into_value(), copy);
}

#[test]
fn maps_that_a_copy_leaves_empty_are_left_out() {
    let live = Manifest::new(json!({
        "apiVersion": "batch/v1", "kind": "Job",
        "metadata": {"name": "a", "labels": {"helm.sh/chart": "a"}, "annotations": {}},
    }));
    let copy = json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "b", "annotations": {}}});
    assert_eq!(live.unwrap().copy_as("b").unwrap().into_value(), copy);
}

#[test]
fn long_names_are_cut_and_told_apart_by_a_digest() {
    let check = |base: &str, suffix: &str| {
        let name = short_name(base, suffix);
        assert!(name.len() <= LONGEST, "{name}");
        assert_ne!(name, short_name(&format!("{base}x"), suffix), "{name}");
        assert!(
            !name.contains("--") && !name.starts_with('-') && !name.ends_with('-'),
            "{name}"
        );
        name
    };
    assert_eq!(check("hello", ""), "hello");
    assert_eq!(check("hello", "green"), "hello-green");
    let long = "a".repeat(62);
    assert_eq!(check(&long, ""), long);
    assert!(check(&"a".repeat(63), "green").ends_with("-green"));
    assert!(
        check(&format!("{}-{}", "a".repeat(47), "b".repeat(20)), "green")
            .starts_with(&"a".repeat(47))
    );
    check("hello", &"s".repeat(70));
    check(&"é".repeat(60), "canary");
    check(&"a".repeat(300), &"b".repeat(300));
}
