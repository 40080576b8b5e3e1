//! What happens to the cluster's programs while a run goes on; the audit log proves which requests
//! were made.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use cutover::manifest::Manifest;
use cutover_run::{Request, Write};
use futures::future::join_all;
use serde_json::json;
use tokio::time::sleep;
use xtask::cluster::Options;

use crate::greeter::{Greeter, hello, new_version};
use crate::roles::Runner;
use crate::runner::within;
use crate::support::{OwnCluster, name};

/// The writes of a canary of one weight, each once and in their order.
const WRITES: [&str; 6] = ["create", "patch", "patch", "patch", "patch", "delete"];

/// A failure means that a run asks again and again for what a watch would tell it.
#[test]
fn nothing_is_polled_while_pods_take_their_time() {
    let greeter = Greeter::new("patient");
    greeter.serve(&hello());
    let slow = new_version(&hello(), json!({ "cutover.dev/test-ready-after": "8s" }));
    let plan = greeter.plan(
        &["canary", "--steps", "25", "--pause", "1s"],
        &hello(),
        &slow,
    );
    greeter.carry_out("apply", &plan, &[]).assert_done();

    assert_eq!(greeter.writes(), WRITES);
    for resource in ["deployments", "replicasets", "pods"] {
        assert_eq!(greeter.count("list", resource, None), 1, "{resource}");
        assert_eq!(greeter.count("watch", resource, None), 1, "{resource}");
    }
    assert_eq!(greeter.count("get", "pods", None), 0);
    // Those that ask for pods, before each step that takes some away.
    let counted = greeter.count("get", "replicasets", None);
    assert!((1..=6).contains(&counted), "{counted}");
    assert!(
        greeter.count("get", "deployments", None) <= 2,
        "{}",
        greeter.count("get", "deployments", None)
    );
}

/// The API server is away while a step waits, so that its watches begin anew; then etcd answers
/// nothing while a step is written.
#[test]
fn an_api_server_restarted_and_etcd_paused_in_mid_step() {
    let cluster = Arc::new(OwnCluster::up("faults"));
    let greeter = Greeter::of(Arc::clone(&cluster), "faults");
    greeter.serve(&hello());
    let before = greeter.objects();
    let slow = new_version(&hello(), json!({ "cutover.dev/test-ready-after": "4s" }));
    let plan = greeter.plan(&["canary", "--steps", "25"], &hello(), &slow);

    let mut run = greeter.begin("apply", &plan, &[]);
    run.until(&json!({ "event": "waiting", "gate": "hello-canary 1 available" }));
    cluster.restart("kube-apiserver").unwrap();
    run.until_pause();
    greeter.approve(&plan);
    run.until(&json!({ "event": "step", "number": 2 }));
    cluster.pause("etcd").unwrap();
    thread::sleep(Duration::from_secs(6));
    cluster.resume("etcd").unwrap();
    run.end().assert_done();
    greeter.assert_state(&plan, 6);
    assert_eq!(greeter.writes(), WRITES);
    let lists = greeter.count("list", "pods", Some(200));
    assert!(
        (2..=4).contains(&lists),
        "pods are listed anew after the watch has expired, and not often: {lists}"
    );

    let mut back = greeter.begin("undo", &plan, &[]);
    back.until(&json!({ "event": "step", "number": 1 }));
    cluster.restart("kube-apiserver").unwrap();
    back.end().assert_done();
    assert_eq!(greeter.objects(), before);
}

/// An API server that takes one write at a time, and another client that writes all the while.
#[test]
fn an_api_server_that_is_too_busy() {
    let limits = [
        "--max-mutating-requests-inflight=1",
        "--enable-priority-and-fairness=false",
    ];
    let api_server = limits.map(str::to_owned).to_vec();
    let cluster = OwnCluster::up_as(Options {
        name: name("busy"),
        api_server,
        ..Options::default()
    });
    let greeter = Greeter::of(Arc::new(cluster), "busy");
    greeter.serve(&hello());
    let plan = greeter.plan_live(&["canary", "--steps", "25", "--pause", "1s"]);
    let over = AtomicBool::new(false);
    // Who is of system:masters is never told to come again.
    let runner = Runner::new(&greeter);
    runner.allow(&runner.rights(&plan));
    let done = thread::scope(|scope| {
        scope.spawn(|| write_until(&greeter, &over));
        let done = runner.apply(&plan);
        over.store(true, Ordering::SeqCst);
        done
    });
    done.assert_done();
    greeter.assert_state(&plan, 6);
    assert_eq!(greeter.writes(), WRITES);
    let refused = greeter
        .requests()
        .iter()
        .filter(|request| request["responseStatus"]["code"] == 429)
        .count();
    assert!(refused > 0, "the server was never too busy");
}

/// Writes four at a time, now for a second without a rest and then for two not at all, so that
/// others get their turn in the end; for a minute at most.
fn write_until(greeter: &Greeter, over: &AtomicBool) {
    let start = Instant::now();
    let object = json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "busy", "namespace": "default" } });
    let write = Write::Create(Manifest::new(object).unwrap());
    within(greeter, async |cluster| {
        let writer = async |_| {
            while !over.load(Ordering::SeqCst) && start.elapsed() < Duration::from_secs(60) {
                if start.elapsed().as_secs().is_multiple_of(3) {
                    let _ = cluster
                        .ask(Request::Write {
                            write: write.clone(),
                            dry_run: true,
                        })
                        .await;
                } else {
                    sleep(Duration::from_millis(50)).await;
                }
            }
        };
        join_all((0..4).map(writer)).await;
    });
}
