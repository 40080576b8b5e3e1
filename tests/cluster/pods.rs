//! Pods do what their annotations say.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::OwnCluster;

const READY: &str = r#"{.status.conditions[?(@.type=="Ready")].status}"#;
const WAITING: &str = "{.status.containerStatuses[0].state.waiting.reason}";

#[test]
fn pods_do_what_their_annotations_say() {
    let cluster = OwnCluster::up("pods");
    let start = Instant::now();
    cluster.deploy("never", "cutover.dev/test-ready-after", "never");
    cluster.deploy("slow", "cutover.dev/test-ready-after", "3s");
    cluster.deploy("crash", "cutover.dev/test-crash-after", "2s");
    cluster.deploy("image", "cutover.dev/test-image", "missing");
    cluster.deploy("drain", "cutover.dev/test-drain", "4s");

    cluster.await_pods("image", WAITING, "ImagePullBackOff");
    cluster.await_pods("drain", READY, "True");
    cluster.await_pods("slow", READY, "True");
    assert!(
        start.elapsed() >= Duration::from_secs(3),
        "ready after {:?}",
        start.elapsed()
    );
    cluster.await_pods("crash", WAITING, "CrashLoopBackOff");
    cluster.await_pods("crash", READY, "False");
    cluster.await_pods("never", READY, "False");

    let start = Instant::now();
    cluster
        .kubectl()
        .run(&[
            "delete",
            "deployment",
            "drain",
            "--cascade=foreground",
            "--timeout=30s",
        ])
        .unwrap();
    assert!(
        start.elapsed() >= Duration::from_secs(4),
        "gone after {:?}",
        start.elapsed()
    );
}

#[test]
fn jobs_succeed_or_fail_as_their_pods_say() {
    let cluster = OwnCluster::up("jobs");
    let job = |name: &str, annotations: Value| {
        let job = json!({
            "apiVersion": "batch/v1", "kind": "Job", "metadata": { "name": name },
            "spec": { "backoffLimit": 0, "template": {
                "metadata": { "annotations": annotations },
                "spec": { "restartPolicy": "Never", "containers": [{ "name": "app", "image": "migrate:1.0.0" }] },
            }},
        });
        cluster
            .kubectl()
            .run_with(&["create", "-f", "-"], &job.to_string())
            .unwrap();
    };
    job("succeeds", json!({}));
    job("fails", json!({ "cutover.dev/test-crash-after": "1s" }));
    cluster
        .kubectl()
        .run(&[
            "wait",
            "job/succeeds",
            "--for=condition=Complete",
            "--timeout=30s",
        ])
        .unwrap();
    cluster
        .kubectl()
        .run(&[
            "wait",
            "job/fails",
            "--for=condition=Failed",
            "--timeout=30s",
        ])
        .unwrap();
}
