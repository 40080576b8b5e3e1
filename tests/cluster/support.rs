//! A cluster of a test's own.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::fs;
use std::ops::Deref;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use xtask::cluster::{Cluster, Name, Options, up};

/// A cluster that goes when the test ends, as it may.
pub(crate) struct OwnCluster(Option<Cluster>);

impl OwnCluster {
    /// A cluster that no other run of the tests has.
    pub(crate) fn up(test: &str) -> Self {
        Self::up_as(Options {
            name: name(test),
            ..Options::default()
        })
    }

    /// The same with traffic, for one test or several.
    pub(crate) fn up_with_traffic(test: &str) -> Self {
        Self::up_as(Options {
            name: next_name(test),
            traffic: true,
            ..Options::default()
        })
    }

    pub(crate) fn up_as(options: Options) -> Self {
        Self(Some(up(&options).unwrap()))
    }

    pub(crate) fn down(mut self) {
        self.0.take().unwrap().down().unwrap();
    }

    /// What the API server was asked in a namespace, a line of the audit log each.
    pub(crate) fn audited(&self, namespace: &str) -> Vec<Value> {
        let log = fs::read_to_string(self.audit_log()).unwrap();
        // The log of a cluster that many tests share is long, and to parse all of it would hold up
        // the others.
        let named = format!("\"namespace\":\"{namespace}\"");
        let lines = log.lines().filter(|line| line.contains(&named));
        lines
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// A Deployment with an annotation on its pods.
    pub(crate) fn deploy(&self, name: &str, annotation: &str, value: &str) {
        let deployment = serde_json::json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": name },
            "spec": { "replicas": 2, "selector": { "matchLabels": { "app": name } }, "template": {
                "metadata": { "labels": { "app": name }, "annotations": { annotation: value } },
                "spec": { "containers": [{ "name": "app", "image": "hello:1.0.0" }] },
            }},
        });
        self.kubectl()
            .run_with(&["create", "-f", "-"], &deployment.to_string())
            .unwrap();
    }

    /// What a JSONPath gives for each pod of a Deployment.
    pub(crate) fn pods(&self, name: &str, path: &str) -> Vec<String> {
        let path = format!("-o=jsonpath={{range .items[*]}}{path}{{\"\\n\"}}{{end}}");
        let said = self
            .kubectl()
            .run(&["get", "pods", &format!("--selector=app={name}"), &path])
            .unwrap();
        said.lines().map(Into::into).collect()
    }

    /// Waits until a JSONPath gives a value for each of two pods of a Deployment, at most 30
    /// seconds.
    pub(crate) fn await_pods(&self, name: &str, path: &str, value: &str) {
        let start = Instant::now();
        while self.pods(name, path) != [value, value] {
            assert!(
                start.elapsed() < Duration::from_secs(30),
                "{name}: {:?}",
                self.pods(name, path)
            );
            thread::sleep(Duration::from_millis(100));
        }
    }
}

impl Deref for OwnCluster {
    type Target = Cluster;

    fn deref(&self) -> &Cluster {
        self.0.as_ref().unwrap()
    }
}

impl Drop for OwnCluster {
    fn drop(&mut self) {
        if let Some(cluster) = self.0.take() {
            cluster.down().unwrap();
        }
    }
}

/// The name of this run's cluster for a test.
pub(crate) fn name(test: &str) -> Name {
    format!("{test}-{}", std::process::id()).parse().unwrap()
}

/// The name of one cluster more of those that tests share: the last may still be on its way down.
fn next_name(test: &str) -> Name {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    name(&format!("{test}-{count}"))
}

/// The cluster that tests share, each in namespaces of its own; it goes when no test has it any
/// more.
pub(crate) fn shared() -> Arc<OwnCluster> {
    static SHARED: Mutex<Weak<OwnCluster>> = Mutex::new(Weak::new());
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    shared.upgrade().unwrap_or_else(|| {
        let cluster = Arc::new(OwnCluster::up_as(Options {
            name: next_name("shared"),
            ..Options::default()
        }));
        *shared = Arc::downgrade(&cluster);
        cluster
    })
}
