//! Requests to a Service are real: they are split over its pods, and one that is lost is seen.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;
use xtask::cluster::{Answer, Load, Requests, lacks};

use crate::support::OwnCluster;

/// What a rollout that loses nothing stays below, where a lost packet that is sent again takes a
/// second.
const SLOWEST: Duration = Duration::from_millis(900);

#[test]
fn a_rolling_update_is_seen_by_who_asks_and_loses_nothing() {
    let Some(cluster) = with_traffic("rolling") else {
        return;
    };
    serve(&cluster, &json!({ "cutover.dev/test-drain": "3s" }));
    let requests = ask(&cluster, "default", "hello");
    cluster
        .kubectl()
        .run(&["set", "image", "deployment/hello", "app=hello:2.0.0"])
        .unwrap();
    cluster
        .kubectl()
        .run(&["rollout", "status", "deployment/hello", "--timeout=60s"])
        .unwrap();
    let answers = requests.stop();

    assert_none_lost(&answers);
    let answerers = answers.iter().flat_map(|answer| &answer.outcome);
    let (images, pods): (BTreeSet<_>, BTreeSet<_>) = answerers
        .map(|answerer| (answerer.image.as_str(), answerer.pod.as_str()))
        .unzip();
    assert_eq!(images, BTreeSet::from(["hello:1.0.0", "hello:2.0.0"]));
    assert!(pods.len() >= 5, "{pods:?}");
}

#[test]
fn pods_that_stop_answering_are_missed_and_a_service_without_any_refuses_at_once() {
    let Some(cluster) = with_traffic("abrupt") else {
        return;
    };
    serve(
        &cluster,
        &json!({ "cutover.dev/test-drain": "3s", "cutover.dev/test-answers-while-draining": "false" }),
    );
    let requests = ask(&cluster, "default", "hello");
    cluster
        .kubectl()
        .run(&["scale", "deployment/hello", "--replicas=0"])
        .unwrap();
    cluster
        .kubectl()
        .run(&["wait", "pods", "--all", "--for=delete", "--timeout=30s"])
        .unwrap();
    let answers = requests.stop();

    let first_lost = answers
        .iter()
        .find(|answer| answer.outcome.is_err())
        .unwrap();
    let last = answers.last().unwrap();
    assert!(
        last.at - first_lost.at > Duration::from_secs(2),
        "before its pods are gone: {first_lost:?}, {last:?}"
    );
    assert!(
        last.outcome.is_err() && last.took < SLOWEST,
        "it does not hang: {last:?}"
    );
}

/// All were answered, and none slowly.
#[track_caller]
pub(crate) fn assert_none_lost(answers: &[Answer]) {
    let lost: Vec<&Answer> = answers
        .iter()
        .filter(|answer| answer.outcome.is_err())
        .collect();
    assert!(
        lost.is_empty(),
        "{} of {} lost: {:?}",
        lost.len(),
        answers.len(),
        lost[0]
    );
    let slowest = answers.iter().map(|answer| answer.took).max().unwrap();
    assert!(slowest < SLOWEST, "{slowest:?}");
}

/// A cluster with traffic, where one can be.
pub(crate) fn with_traffic(test: &str) -> Option<OwnCluster> {
    let lacks = lacks();
    #[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
    if let Some(lacks) = &lacks {
        eprintln!("skipped: {lacks}");
    }
    lacks.is_none().then(|| OwnCluster::up_with_traffic(test))
}

/// Three pods behind a Service.
fn serve(cluster: &OwnCluster, annotations: &serde_json::Value) {
    let deployment = json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": "hello" },
        "spec": { "replicas": 3, "selector": { "matchLabels": { "app": "hello" } }, "template": {
            "metadata": { "labels": { "app": "hello" }, "annotations": annotations },
            "spec": { "containers": [
                { "name": "app", "image": "hello:1.0.0", "ports": [{ "containerPort": 8080 }] },
            ]},
        }},
    });
    cluster
        .kubectl()
        .run_with(&["create", "-f", "-"], &deployment.to_string())
        .unwrap();
    cluster
        .kubectl()
        .run(&[
            "expose",
            "deployment/hello",
            "--port=80",
            "--target-port=8080",
        ])
        .unwrap();
    cluster
        .kubectl()
        .run(&["rollout", "status", "deployment/hello", "--timeout=60s"])
        .unwrap();
}

/// Asks a Service, some hundred times a second and for some minutes at most, from when it answers.
pub(crate) fn ask(cluster: &OwnCluster, namespace: &str, service: &str) -> Requests {
    let get = [
        "--namespace",
        namespace,
        "get",
        "service",
        service,
        "-o=jsonpath={.spec.clusterIP}",
    ];
    let address = cluster.kubectl().run(&get).unwrap();
    ask_at(cluster, format!("{address}:80").parse().unwrap(), None)
}

/// Asks at an address, under a name, from when somebody answers.
pub(crate) fn ask_at(cluster: &OwnCluster, address: SocketAddr, host: Option<String>) -> Requests {
    let load = Load {
        address,
        host,
        askers: 4,
        rest: Duration::from_millis(20),
        count: 40_000,
        time: Duration::from_secs(150),
    };
    let start = Instant::now();
    while !answers(cluster, &load) {
        assert!(
            start.elapsed() < Duration::from_secs(10),
            "nobody answers at {load:?}"
        );
        thread::sleep(load.rest);
    }
    cluster.requests(load).unwrap()
}

/// Whether one request is answered.
fn answers(cluster: &OwnCluster, load: &Load) -> bool {
    let once = cluster
        .requests(Load {
            askers: 1,
            count: 1,
            ..load.clone()
        })
        .unwrap();
    once.answers().iter().any(|answer| answer.outcome.is_ok())
}
