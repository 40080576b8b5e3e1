//! What goes with a release, and what comes in its place.

use super::*;

/// The steps from one end to the other, where what only the first has goes, and back from the last.
fn check(from: &[Value], to: &[Value], forward: &[&str], back: &[&str]) {
    let ends = Ends::new(bundle(from), bundle(to)).pruned();
    assert_eq!(ways(&planned(ends).unwrap()), [forward, back]);
}

fn pods(tag: &'static str, ports: Value) -> Value {
    deployment("hello", |value| {
        image(tag)(value);
        set("/spec/template/spec/containers/0/ports", ports.clone())(value);
    })
}

fn http() -> Value {
    json!({"name": "http", "containerPort": 80})
}

const ROLL: &str = "image of Deployment hello 1 → 2";
const UNROLL: &str = "image of Deployment hello 2 → 1";

/// A failure means that requests are sent to a port that no pod has, or that a release is refused for
/// a Service that it takes away.
#[test]
fn a_service_goes_before_the_last_pod_that_listens_to_its_port() {
    let metrics = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "metrics"},
        "spec": {"selector": {"app": "hello"}, "ports": [{"port": 90, "targetPort": "metrics"}]}});
    let both = json!([http(), {"name": "metrics", "containerPort": 90}]);
    let ports = "and spec.template.spec.containers[name=hello].ports[containerPort=90]";
    check(
        &[pods("hello:1", both.clone()), metrics.clone()],
        &[pods("hello:2", json!([http()]))],
        &["delete Service metrics", &format!("{ROLL}, {ports}")],
        &[&format!("{UNROLL}, {ports}"), "create Service metrics"],
    );
    check(
        &[pods("hello:1", json!([http()]))],
        &[pods("hello:2", both), metrics],
        &[&format!("{ROLL}, {ports}"), "create Service metrics"],
        &["delete Service metrics", &format!("{UNROLL}, {ports}")],
    );
}

/// A failure means that two autoscalers scale one set at once: KEDA refuses the second.
#[test]
fn an_autoscaler_follows_another() {
    let end = |tag, autoscaler: Value| {
        let live = deployment("hello", |value| {
            image(tag)(value);
            value["spec"].as_object_mut().unwrap().remove("replicas");
        });
        [live, autoscaler]
    };
    let hpa = json!({"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "hello"},
        "spec": {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "hello"}, "maxReplicas": 5}});
    let keda = json!({"apiVersion": "keda.sh/v1alpha1", "kind": "ScaledObject", "metadata": {"name": "hello"},
        "spec": {"scaleTargetRef": {"name": "hello"}, "triggers": [{"type": "cron"}]}});
    check(
        &end("hello:1", hpa),
        &end("hello:2", keda),
        &[
            ROLL,
            "delete HorizontalPodAutoscaler hello",
            "create ScaledObject hello",
        ],
        &[
            "delete ScaledObject hello",
            "create HorizontalPodAutoscaler hello",
            UNROLL,
        ],
    );
}

/// A failure means that the API server calls a webhook at which nobody answers, and may refuse all
/// that a run writes.
#[test]
fn a_webhook_is_called_only_while_somebody_answers() {
    let webhook = json!({"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": "policy"},
        "webhooks": [{"name": "a.b.c", "clientConfig": {"service": {"name": "hello", "namespace": "policy"}}}]});
    let all = [
        deployment("hello", |_| {}),
        service(json!({"app": "hello"}), json!(80)),
        webhook,
    ];
    let come = [
        "create Deployment hello with 3 pods; create Service hello",
        "create ValidatingWebhookConfiguration policy",
    ];
    let go = [
        "delete ValidatingWebhookConfiguration policy",
        "scale Deployment hello 3 → 0",
        "delete Deployment hello; delete Service hello",
    ];
    check(&[], &all, &come, &go);
    check(&all, &[], &go, &come);
}
