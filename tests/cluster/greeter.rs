//! The lab's greeter in a namespace of a test's own, and the command as a user runs it.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics has failed"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::thread;

use cutover::Plan;
use cutover::manifest::{Manifest, MergeKeys};
use cutover::patch::lacking;
use cutover::planning::Deployment;
use cutover_run::as_written;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::audit::is_change;
use crate::command::{Ended, Running, program};
use crate::support::{OwnCluster, shared};

/// The version that runs, and the one that is wanted.
pub(crate) const OLD: &str = "registry.example/hello:1.0.0";
pub(crate) const NEW: &str = "registry.example/hello:2.0.0";

/// A namespace of a test's own.
pub(crate) struct Greeter {
    pub(crate) cluster: Arc<OwnCluster>,
    pub(crate) namespace: String,
    folder: TempDir,
}

impl Greeter {
    /// In the cluster that the tests share.
    pub(crate) fn new(namespace: &str) -> Self {
        Self::of(shared(), namespace)
    }

    /// In a cluster of its own.
    pub(crate) fn of(cluster: Arc<OwnCluster>, namespace: &str) -> Self {
        cluster
            .kubectl()
            .run(&["create", "namespace", namespace])
            .unwrap();
        Self {
            cluster,
            namespace: namespace.to_owned(),
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// What kubectl says, in this namespace.
    pub(crate) fn kubectl(&self, arguments: &[&str]) -> String {
        self.try_kubectl(arguments).unwrap()
    }

    pub(crate) fn try_kubectl(&self, arguments: &[&str]) -> Result<String, String> {
        let arguments = [&["--namespace", &self.namespace], arguments].concat();
        self.cluster
            .kubectl()
            .run(&arguments)
            .map_err(|error| error.to_string())
    }

    pub(crate) fn create(&self, object: &Value) {
        let arguments = ["--namespace", &self.namespace, "create", "-f", "-"];
        self.cluster
            .kubectl()
            .run_with(&arguments, &object.to_string())
            .unwrap();
    }

    /// A Deployment with its Service, and all its pods ready.
    pub(crate) fn serve(&self, deployment: &Value) {
        self.create(deployment);
        self.create(&service());
        self.settle("hello");
    }

    /// Waits until a Deployment has all its pods.
    pub(crate) fn settle(&self, name: &str) {
        self.kubectl(&[
            "rollout",
            "status",
            &format!("deployment/{name}"),
            "--timeout=90s",
        ]);
    }

    /// A plan from one Deployment to another one of the same name.
    pub(crate) fn plan(&self, strategy: &[&str], from: &Value, to: &Value) -> PathBuf {
        let from = self.write(
            "from.json",
            &json!({ "apiVersion": "v1", "kind": "List", "items": [from, service()] }),
        );
        let to = self.write(
            "to.json",
            &json!({ "apiVersion": "v1", "kind": "List", "items": [to, service()] }),
        );
        let (from, to) = (from.to_str().unwrap(), to.to_str().unwrap());
        self.planned(&[&["plan"], strategy, &["-f", from, "--to", to]].concat())
    }

    /// A plan from what runs to the new image.
    pub(crate) fn plan_live(&self, strategy: &[&str]) -> PathBuf {
        let image = format!("hello={NEW}");
        self.planned(
            &[
                &["plan"],
                strategy,
                &["deployment/hello", "--image", &image],
            ]
            .concat(),
        )
    }

    /// A plan that a command makes.
    pub(crate) fn planned(&self, arguments: &[&str]) -> PathBuf {
        self.planned_as("plan.json", arguments)
    }

    /// The same, in a file of this name.
    pub(crate) fn planned_as(&self, file: &str, arguments: &[&str]) -> PathBuf {
        let plan = self.folder.path().join(file);
        let ended = self.run(&[arguments, &["-o", plan.to_str().unwrap()]].concat());
        assert!(ended.success, "{}", ended.said);
        plan
    }

    /// A file of this test.
    pub(crate) fn write(&self, name: &str, value: &Value) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, value.to_string()).unwrap();
        path
    }

    /// Runs the command to its end, as the administrator.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        self.start(arguments).end()
    }

    /// Runs a command that takes a plan and tells events.
    pub(crate) fn carry_out(&self, verb: &str, plan: &Path, arguments: &[&str]) -> Ended {
        self.begin(verb, plan, arguments).end()
    }

    /// Starts a command that takes a plan and tells events.
    pub(crate) fn begin(&self, verb: &str, plan: &Path, arguments: &[&str]) -> Running {
        self.begin_as(&self.cluster.kubeconfig(), verb, plan, arguments)
    }

    /// The same with a kubeconfig.
    pub(crate) fn begin_as(
        &self,
        kubeconfig: &Path,
        verb: &str,
        plan: &Path,
        arguments: &[&str],
    ) -> Running {
        let verb = [verb, plan.to_str().unwrap(), "-o", "json"];
        self.start_as(kubeconfig, &[&verb, arguments].concat())
    }

    /// Lets a plan that waits for a person go on.
    pub(crate) fn approve(&self, plan: &Path) {
        let ended = self.run(&["approve", plan.to_str().unwrap()]);
        assert!(ended.success, "{}", ended.said);
    }

    fn start(&self, arguments: &[&str]) -> Running {
        self.start_as(&self.cluster.kubeconfig(), arguments)
    }

    /// Starts the command with a kubeconfig.
    pub(crate) fn start_as(&self, kubeconfig: &Path, arguments: &[&str]) -> Running {
        let mut command = Command::new(program());
        command
            .args(arguments)
            .args(["--namespace", &self.namespace, "--kubeconfig"])
            .arg(kubeconfig);
        // A program is where the thread is that starts it, and a cluster with traffic has a network
        // of its own.
        let start = || {
            self.cluster
                .enter()
                .map(|()| Running::start(command))
                .unwrap()
        };
        thread::scope(|scope| scope.spawn(start).join()).unwrap()
    }

    /// The Deployments and Services, as their owners have written them.
    pub(crate) fn objects(&self) -> Vec<Manifest> {
        let found = self.kubectl(&["get", "deployments,services", "-o", "json"]);
        let mut found: Value = serde_json::from_str(&found).unwrap();
        let objects = found["items"]
            .as_array_mut()
            .unwrap()
            .drain(..)
            .map(|object| {
                as_written(&Manifest::new(object).unwrap()).without(Deployment::REVISION)
            });
        objects.collect()
    }

    /// That the cluster is as the plan says it is after so many steps.
    pub(crate) fn assert_state(&self, plan: &Path, step: usize) {
        let plan: Value = serde_json::from_slice(&fs::read(plan).unwrap()).unwrap();
        let plan = Plan::parse(&plan).unwrap();
        let state = plan.state(step).unwrap();
        let live = self.objects();
        for wanted in state.iter() {
            let name = |manifest: &&Manifest| {
                (&manifest.object().kind, &manifest.object().name)
                    == (&wanted.object().kind, &wanted.object().name)
            };
            let live = live
                .iter()
                .find(name)
                .unwrap_or_else(|| panic!("{} is not there", wanted.object()));
            let wanted = as_written(wanted).without(Deployment::REVISION);
            let lacks = lacking(wanted.value(), live.value(), &MergeKeys);
            assert!(lacks.is_empty(), "{}: {lacks:?}", wanted.object());
        }
        assert_eq!(live.len(), state.iter().count(), "{live:?}");
    }

    /// What the command has asked for in this namespace, by the audit log.
    pub(crate) fn requests(&self) -> Vec<Value> {
        let mut requests = self.cluster.audited(&self.namespace);
        requests.retain(|request| {
            let agent = request["userAgent"].as_str().unwrap_or_default();
            agent.starts_with("cutover/") && request["objectRef"]["namespace"] == *self.namespace
        });
        requests
    }

    /// The changes to Deployments and Services that the command has made, in their order.
    pub(crate) fn writes(&self) -> Vec<String> {
        let made = |request: &Value| {
            let resource = request["objectRef"]["resource"].as_str()?;
            let counts = is_change(request) && ["deployments", "services"].contains(&resource);
            request["verb"]
                .as_str()
                .filter(|_| counts)
                .map(ToOwned::to_owned)
        };
        self.requests().iter().filter_map(made).collect()
    }

    /// How often the command has asked for something, by the audit log, and how often it was
    /// answered with a code.
    pub(crate) fn count(&self, verb: &str, resource: &str, code: Option<u64>) -> usize {
        let counts = |request: &&Value| {
            request["verb"] == verb
                && request["objectRef"]["resource"] == resource
                && code.is_none_or(|code| request["responseStatus"]["code"] == code)
                // A watch is told of twice: when it begins, and when it ends.
                && (verb == "watch") == (request["stage"] == "ResponseStarted")
        };
        self.requests().iter().filter(counts).count()
    }
}

impl Drop for Greeter {
    fn drop(&mut self) {
        // What runs in it would go on taking time from the tests that come after.
        let _ =
            self.cluster
                .kubectl()
                .run(&["delete", "namespace", &self.namespace, "--wait=false"]);
    }
}

/// The greeter of three pods.
pub(crate) fn hello() -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": { "name": "hello", "labels": { "app": "hello" } },
        "spec": {
            "replicas": 3, "progressDeadlineSeconds": 60,
            "strategy": { "type": "RollingUpdate", "rollingUpdate": { "maxSurge": 1, "maxUnavailable": 0 } },
            "selector": { "matchLabels": { "app": "hello", "track": "stable" } },
            "template": {
                "metadata": { "labels": { "app": "hello", "track": "stable" }, "annotations": {} },
                "spec": { "containers": [{
                    "name": "hello", "image": OLD, "ports": [{ "name": "http", "containerPort": 8080 }],
                }]},
            },
        },
    })
}

pub(crate) fn service() -> Value {
    json!({
        "apiVersion": "v1", "kind": "Service", "metadata": { "name": "hello" },
        "spec": { "selector": { "app": "hello" }, "ports": [{ "name": "http", "port": 80, "targetPort": "http" }] },
    })
}

/// The same with another value somewhere, by JSON pointer.
pub(crate) fn with(object: &Value, pointer: &str, value: impl Into<Value>) -> Value {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let mut object = object.clone();
    object.pointer_mut(parent).unwrap()[key.replace("~1", "/")] = value.into();
    object
}

/// The greeter in its new version, whose pods have an annotation.
pub(crate) fn new_version(of: &Value, annotations: Value) -> Value {
    let of = with(of, "/spec/template/spec/containers/0/image", NEW);
    with(&of, "/spec/template/metadata/annotations", annotations)
}
