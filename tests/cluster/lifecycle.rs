//! A cluster comes up, takes what is done to it, and leaves nothing.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::fs;

use xtask::cluster::{Cluster, Options, up};

use crate::support::{OwnCluster, name};

#[test]
fn a_deployment_gets_its_pods_and_nothing_stays() {
    let cluster = OwnCluster::up("lifecycle");
    cluster
        .kubectl()
        .run(&[
            "create",
            "deployment",
            "hello",
            "--image=hello:1.0.0",
            "--replicas=3",
        ])
        .unwrap();
    cluster
        .kubectl()
        .run(&["rollout", "status", "deployment/hello", "--timeout=30s"])
        .unwrap();

    let folder = cluster.kubeconfig().parent().unwrap().to_owned();
    let refused = up(&Options {
        name: name("lifecycle"),
        ..Options::default()
    })
    .unwrap_err();
    assert!(
        refused
            .to_string()
            .starts_with("a cluster is there already"),
        "{refused}"
    );
    assert_eq!(processes_with(&folder.display().to_string()), 5);

    cluster.down();
    assert!(!folder.exists());
    assert_eq!(processes_with(&folder.display().to_string()), 0);
    assert!(Cluster::find(&name("lifecycle")).unwrap().is_none());
}

#[test]
fn data_outlives_a_restart_and_a_pause_and_each_request_is_told() {
    let cluster = OwnCluster::up("restart");
    cluster
        .kubectl()
        .run(&["create", "configmap", "kept"])
        .unwrap();
    cluster.restart("kube-apiserver").unwrap();
    cluster
        .kubectl()
        .run(&["get", "configmap", "kept"])
        .unwrap();

    cluster.pause("etcd").unwrap();
    cluster
        .kubectl()
        .run(&["get", "configmap", "kept", "--request-timeout=1s"])
        .unwrap_err();
    cluster.resume("etcd").unwrap();
    cluster
        .kubectl()
        .run(&["get", "configmap", "kept", "--request-timeout=30s"])
        .unwrap();

    let requests = cluster.audited("default");
    let created = requests
        .iter()
        .find(|request| request["verb"] == "create" && request["objectRef"]["name"] == "kept");
    let created = created.unwrap();
    assert_eq!(created["user"]["username"], "administrator");
    assert_eq!(created["responseStatus"]["code"], 201);
    assert!(
        created["userAgent"]
            .as_str()
            .unwrap()
            .starts_with("kubectl/"),
        "{created}"
    );
}

#[test]
fn a_program_that_ends_by_itself_is_shown_with_its_log_and_nothing_stays() {
    let api_server = vec!["--no-such-flag".into()];
    let error = up(&Options {
        name: name("broken"),
        api_server,
        ..Options::default()
    })
    .unwrap_err()
    .to_string();
    assert!(
        error.starts_with("kube-apiserver ended by itself; the end of its log:\n"),
        "{error}"
    );
    assert!(error.contains("unknown flag: --no-such-flag"), "{error}");
    assert!(Cluster::find(&name("broken")).unwrap().is_none());
}

/// How many processes have a text in their command line.
fn processes_with(text: &str) -> usize {
    let lines = fs::read_dir("/proc").unwrap().filter_map(|entry| {
        // What is no process, or ends meanwhile, has no command line.
        fs::read(entry.unwrap().path().join("cmdline")).ok()
    });
    lines
        .filter(|line| String::from_utf8_lossy(line).contains(text))
        .count()
}
