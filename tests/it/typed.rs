//! k8s-openapi's types judge what ours read and what plans make of manifests.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics has failed"
)]

use cutover::manifest::{Bundle, Error, Manifest};
use cutover::traffic::Service;
use cutover::{Ends, Release};
use k8s_openapi::api::apps::v1 as apps;
use k8s_openapi::api::core::v1 as core;
use serde_json::{Value, json};

use crate::golden::cases;

/// The readers and k8s-openapi name the same field, and mind the same of it.
#[track_caller]
fn check(manifest: &Manifest, pointer: &str, value: Value) {
    let bad = manifest.set(pointer, value).unwrap();
    assert_ne!(bad, *manifest, "{pointer} is not set");
    let (ours, theirs) = match manifest.object().kind.as_str() {
        "Service" => (
            Service::read(&bad).unwrap_err(),
            bad.view::<core::Service>().err(),
        ),
        _ => (refused(&bad), bad.view::<apps::Deployment>().err()),
    };
    let theirs = theirs.unwrap();
    assert_eq!(
        minded(&ours),
        minded(&theirs),
        "{pointer}\n{ours}\n{theirs}"
    );
}

/// The field, and what stands there instead of what is expected.
fn minded(error: &Error) -> (&str, &str) {
    let Error::View {
        pointer, reason, ..
    } = error
    else {
        panic!("{error}");
    };
    (pointer, reason.split(", expected ").next().unwrap())
}

/// Why there is no release of a Deployment.
fn refused(deployment: &Manifest) -> Error {
    let bundle = Bundle::from_iter([deployment.clone()]);
    let refusals = Release::new(Ends::unchanged(bundle)).unwrap_err();
    let refusal = refusals.first();
    Error::View {
        object: Box::new(refusal.object().unwrap().clone()),
        pointer: refusal.pointer().to_owned(),
        reason: refusal.reason().to_owned(),
    }
}

fn service() -> Manifest {
    let json = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "hello"}, "spec": {
        "selector": {"app": "hello"}, "ports": [{"port": 80, "targetPort": "http"}],
    }});
    Manifest::new(json).unwrap()
}

fn deployment() -> Manifest {
    let container = json!({
        "name": "hello", "image": "hello:1", "ports": [{}], "envFrom": [{}], "env": [{}],
    });
    let pod = json!({
        "initContainers": [container], "containers": [container], "volumes": [{}],
    });
    let json = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "hello"}, "spec": {
        "replicas": 3,
        "selector": {"matchLabels": {"app": "hello"}, "matchExpressions": [{}]},
        "template": {"metadata": {"labels": {"app": "hello"}}, "spec": pod},
    }});
    Manifest::new(json).unwrap()
}

#[test]
fn a_service_with_a_field_of_another_type_is_refused() {
    let check = |pointer: &str, value: Value| check(&service(), pointer, value);
    check("/metadata/annotations", json!({"a": 1}));
    check("/metadata/annotations", json!("a"));
    check("/spec", json!("none"));
    check("/spec", json!([]));
    check("/spec/clusterIP", json!(10));
    check("/spec/externalTrafficPolicy", json!(true));
    check("/spec/internalTrafficPolicy", json!(["Local"]));
    check("/spec/ports", json!({"http": 80}));
    check("/spec/ports/0", Value::Null);
    check("/spec/ports/0/port", json!("80"));
    check("/spec/ports/0/port", json!(80.5));
    check("/spec/ports/0/port", json!(1_u64 << 40));
    check("/spec/publishNotReadyAddresses", json!("true"));
    check("/spec/selector", json!({"app": true}));
    check("/spec/selector", json!(["app"]));
    check("/spec/sessionAffinity", json!({}));
    check("/spec/trafficDistribution", json!(1));
}

#[test]
fn a_deployment_with_a_field_of_another_type_is_refused() {
    let check = |pointer: &str, value: Value| check(&deployment(), pointer, value);
    check("/metadata/annotations", json!({"revision": 1}));
    check("/metadata/labels", json!(["app"]));
    check("/metadata/ownerReferences", json!({"0": {}}));
    check("/spec", json!(3));
    check("/spec/paused", json!("yes"));
    check("/spec/progressDeadlineSeconds", json!("10m"));
    check("/spec/replicas", json!("3"));
    check("/spec/replicas", json!(3.0));
    check("/spec/selector", json!("app=hello"));
    check("/spec/selector/matchExpressions/0/key", json!(1));
    check("/spec/selector/matchLabels/app", json!(1));
    check("/spec/strategy", json!("Recreate"));
    check("/spec/strategy/type", json!({}));
    check("/spec/strategy/rollingUpdate", json!(1));
    check("/spec/template", json!([]));
    check("/spec/template/metadata", json!("hello"));
    check("/spec/template/metadata/labels/version", json!(2));
    check("/spec/template/spec", json!([1]));
}

#[test]
fn a_pod_template_with_a_field_of_another_type_is_refused() {
    let check = |field: &str, value: Value| {
        check(
            &deployment(),
            &format!("/spec/template/spec/{field}"),
            value,
        );
    };
    let required = "affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution";
    check(required, json!({}));
    check("affinity", json!("none"));
    check("hostNetwork", json!("true"));
    check("imagePullSecrets", json!(["key"]));
    check("terminationGracePeriodSeconds", json!("30s"));
    check("volumes", json!({}));
    check("volumes/0/configMap", json!("settings"));
    check("volumes/0/persistentVolumeClaim/claimName", json!(1));
    check(
        "volumes/0/projected/sources",
        json!([{"secret": {"name": 1}}]),
    );
    check("volumes/0/secret/secretName", json!(true));
    check("containers", json!({"hello": {}}));
    for list in ["initContainers", "containers"] {
        let check = |field: &str, value: Value| check(&format!("{list}/0/{field}"), value);
        check("env", json!({"GREETING": "hello"}));
        check("env/0/name", json!(1));
        check("env/0/value", json!(8080));
        check("env/0/valueFrom/secretKeyRef/name", json!(1));
        check("envFrom/0/configMapRef", json!("settings"));
        check("image", json!(1.0));
        check("lifecycle/preStop", json!("sleep"));
        check("name", json!(["hello"]));
        check("ports/0/containerPort", json!("80"));
        check("ports/0/hostPort", json!("80"));
        check("ports/0/name", json!(80));
        check("readinessProbe", json!(true));
    }
}

/// What plans make of manifests are Deployments and Services still.
#[test]
fn every_state_of_the_golden_plans_fits_its_types() {
    let mut fitting = 0;
    for plan in cases().iter().filter_map(|case| case.plan().ok()) {
        let mut walk = plan.walk();
        fitting += fit(walk.state());
        while walk.advance().unwrap().is_some() {
            fitting += fit(walk.state());
        }
    }
    assert!(fitting > 100, "only {fitting} objects");
}

/// How many objects of a state have a type, which they fit.
fn fit(state: &Bundle) -> usize {
    let mut fitting = 0;
    for manifest in state.iter() {
        match manifest.object().kind.as_str() {
            "Deployment" => drop(manifest.view::<apps::Deployment>().unwrap()),
            "Service" => drop(manifest.view::<core::Service>().unwrap()),
            _ => continue,
        }
        fitting += 1;
    }
    fitting
}
