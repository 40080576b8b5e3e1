//! A fleet over a real API server, with a namespace for each of its clusters: carried out by the
//! command, approved from another terminal, and taken back.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;
use xtask::root;

use crate::command::{Running, program};
use crate::support::{OwnCluster, shared};

/// How long what is looked for may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// The clusters, with the Deployment that each has.
const CLUSTERS: [(&str, &str); 3] = [("berlin", "api"), ("eu-1", "web"), ("eu-2", "web")];

const FLEET: &str = "
apiVersion: cutover.dev/v1alpha1
kind: Fleet
metadata: { name: shop }
spec:
  clusters:
  - { name: berlin, labels: { ring: back }, context: berlin, from: clusters/berlin, to: wanted/berlin }
  - { name: eu-1, labels: { ring: canary }, context: eu-1, from: clusters/eu-1, to: wanted/eu-1 }
  - { name: eu-2, labels: { ring: main }, context: eu-2, from: clusters/eu-2, to: wanted/eu-2 }
  waves:
  - { name: back-end, clusterSelector: { matchLabels: { ring: back } } }
  - { name: canary, clusterSelector: { matchLabels: { ring: canary } }, soak: 3s, gates: { after: [{ pause: {} }] } }
  - { name: main, clusterSelector: { matchLabels: { ring: main } } }
  strategy: { rolling: {} }
  journal: { cluster: berlin }
";

/// A failure means that a fleet which goes well over clusters in memory does not on real ones.
#[test]
fn a_fleet_goes_forward_and_back() {
    let fleet = Fleet::new();
    let mut run = fleet.begin(&["apply"]);
    run.until(&json!({ "event": "cluster", "cluster": "eu-1", "state": "soaking" }));
    run.until(&json!({ "event": "waiting", "person": true, "wave": "canary" }));
    assert_eq!(fleet.images(), ["2.0.0", "2.0.0", "1.0.0"]);
    let second = fleet.begin(&["apply"]).end();
    second.assert_failed(&["is held by"]);
    fleet
        .begin(&["approve", "--wave", "canary"])
        .end()
        .assert_done();
    run.end().assert_done();
    assert_eq!(fleet.images(), ["2.0.0", "2.0.0", "2.0.0"]);
    let status = fleet.begin(&["status"]).end();
    assert!(
        status.text.starts_with("fleet shop: done\n"),
        "{}",
        status.text
    );
    fleet.begin(&["undo"]).end().assert_done();
    assert_eq!(fleet.images(), ["1.0.0", "1.0.0", "1.0.0"]);
    let refused = fleet.begin(&["apply"]).end();
    refused.assert_failed(&["it was taken back by", "--again"]);
}

/// A failure means that a runner that dies leaves a fleet that nobody can go on with.
#[test]
fn who_comes_after_a_runner_that_was_killed_goes_on() {
    let fleet = Fleet::new();
    let mut first = fleet.begin(&["apply"]);
    first.until(&json!({ "event": "cluster", "cluster": "eu-1", "state": "begun" }));
    first.kill();
    let mut second = fleet.begin(&["apply"]);
    second.until(&json!({ "event": "started", "epoch": 2 }));
    second.until(&json!({ "event": "waiting", "person": true, "wave": "canary" }));
    fleet.begin(&["abort"]).end().assert_done();
    let ended = second.end();
    ended.assert_failed(&["the fleet was taken back"]);
    assert_eq!(fleet.images(), ["1.0.0", "1.0.0", "1.0.0"]);
}

/// The fleet of the pages, smaller and quicker, and where its clusters are.
struct Fleet {
    folder: TempDir,
    cluster: std::sync::Arc<OwnCluster>,
}

impl Fleet {
    fn new() -> Self {
        let fleet = Self {
            folder: TempDir::new().unwrap(),
            cluster: shared(),
        };
        for end in ["clusters", "wanted"] {
            for (name, _) in CLUSTERS {
                fleet.copy(&format!("{end}/{name}"));
            }
        }
        fs::write(fleet.path("fleet.yaml"), FLEET).unwrap();
        fs::write(fleet.path("kubeconfig"), fleet.kubeconfig().to_string()).unwrap();
        for (name, deployment) in CLUSTERS {
            fleet.serve(name, deployment);
        }
        let mut plan = Command::new(program());
        plan.args(["fleet", "plan", "fleet.yaml", "-o", "fleet-plan.yaml"]);
        assert!(
            plan.current_dir(fleet.folder.path())
                .status()
                .unwrap()
                .success()
        );
        fleet
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    fn copy(&self, folder: &str) {
        fs::create_dir_all(self.path(folder)).unwrap();
        let from = root().join("docs/example-fleet").join(folder);
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), self.path(folder).join(entry.file_name())).unwrap();
        }
    }

    /// A context for each cluster, in a namespace of its own.
    fn kubeconfig(&self) -> Value {
        let view = ["config", "view", "--raw", "-o", "json"];
        let view = self.cluster.kubectl().run(&view).unwrap();
        let mut config: Value = serde_json::from_str(&view).unwrap();
        let known = config["contexts"][0]["context"].clone();
        let contexts = CLUSTERS.map(|(name, _)| {
            let mut context = known.clone();
            context["namespace"] = self.namespace(name).into();
            json!({ "name": name, "context": context })
        });
        config["contexts"] = json!(contexts);
        config
    }

    /// No other test has it.
    fn namespace(&self, name: &str) -> String {
        let own = self.folder.path().file_name().unwrap().to_string_lossy();
        let own = own.trim_start_matches('.').to_lowercase();
        format!("{own}-{name}")
    }

    /// What runs in a cluster, with its pods ready.
    fn serve(&self, name: &str, deployment: &str) {
        let namespace = self.namespace(name);
        let kubectl = self.cluster.kubectl();
        kubectl.run(&["create", "namespace", &namespace]).unwrap();
        let folder = self.path(&format!("clusters/{name}"));
        let folder = folder.to_string_lossy();
        kubectl
            .run(&["apply", "-n", &namespace, "-f", &folder])
            .unwrap();
        let start = Instant::now();
        while self.ready(name, deployment) != self.wanted(name, deployment) {
            assert!(start.elapsed() < PATIENCE, "{name} does not come");
            thread::sleep(Duration::from_millis(200));
        }
    }

    fn ready(&self, name: &str, deployment: &str) -> String {
        self.field(name, deployment, "{.status.readyReplicas}")
    }

    fn wanted(&self, name: &str, deployment: &str) -> String {
        self.field(name, deployment, "{.spec.replicas}")
    }

    fn field(&self, name: &str, deployment: &str, path: &str) -> String {
        let (namespace, path) = (self.namespace(name), format!("-o=jsonpath={path}"));
        let get = ["get", "deployment", deployment, "-n", &namespace, &path];
        self.cluster.kubectl().run(&get).unwrap()
    }

    /// The versions that are asked for in the clusters.
    fn images(&self) -> Vec<String> {
        let path = "{.spec.template.spec.containers[0].image}";
        let images = CLUSTERS.iter().map(|(name, deployment)| {
            let image = self.field(name, deployment, path);
            image.rsplit(':').next().unwrap_or_default().to_owned()
        });
        images.collect()
    }

    fn begin(&self, arguments: &[&str]) -> Running {
        let mut command = Command::new(program());
        let (verb, rest) = arguments.split_first().unwrap();
        command.args(["fleet", verb, "fleet-plan.yaml"]).args(rest);
        command.args(["--kubeconfig", "kubeconfig"]);
        if ["apply", "undo"].contains(verb) {
            command.args(["-o", "json"]);
        }
        command.current_dir(Path::new(self.folder.path()));
        Running::start(command)
    }
}
