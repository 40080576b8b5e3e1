//! The lab's greeter in a namespace of a test's own, and the command as a user runs it.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a test that panics has failed")]

use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::mem;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, OnceLock, Weak};
use std::thread;
use std::time::{Duration, Instant};

use cutover::Plan;
use cutover::manifest::{Manifest, MergeKeys};
use cutover::patch::lacking;
use cutover_run::as_written;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::OwnCluster;

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(90);

/// The version that runs, and the one that is wanted.
pub(crate) const OLD: &str = "registry.example/hello:1.0.0";
pub(crate) const NEW: &str = "registry.example/hello:2.0.0";

/// A namespace of a test's own.
pub(crate) struct Lab {
    pub(crate) cluster: Arc<OwnCluster>,
    pub(crate) namespace: String,
    folder: TempDir,
}

/// The cluster of all tests that leave its programs alone. It goes with the last of them that has it.
fn shared() -> Arc<OwnCluster> {
    static SHARED: Mutex<Weak<OwnCluster>> = Mutex::new(Weak::new());
    let mut shared = SHARED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    shared.upgrade().unwrap_or_else(|| {
        let cluster = Arc::new(OwnCluster::up("lab"));
        *shared = Arc::downgrade(&cluster);
        cluster
    })
}

impl Lab {
    /// In the cluster that the tests share.
    pub(crate) fn new(namespace: &str) -> Self {
        Self::of(shared(), namespace)
    }

    /// In a cluster of its own.
    pub(crate) fn of(cluster: Arc<OwnCluster>, namespace: &str) -> Self {
        cluster.kubectl().run(&["create", "namespace", namespace]).unwrap();
        Self { cluster, namespace: namespace.to_owned(), folder: tempfile::tempdir().unwrap() }
    }

    /// What kubectl says, in this namespace.
    pub(crate) fn kubectl(&self, arguments: &[&str]) -> String {
        self.try_kubectl(arguments).unwrap()
    }

    pub(crate) fn try_kubectl(&self, arguments: &[&str]) -> Result<String, String> {
        let arguments = [&["--namespace", &self.namespace], arguments].concat();
        self.cluster.kubectl().run(&arguments).map_err(|error| error.to_string())
    }

    pub(crate) fn create(&self, object: &Value) {
        let arguments = ["--namespace", &self.namespace, "create", "-f", "-"];
        self.cluster.kubectl().run_with(&arguments, &object.to_string()).unwrap();
    }

    /// A Deployment with its Service, and all its pods ready.
    pub(crate) fn serve(&self, deployment: &Value) {
        self.create(deployment);
        self.create(&service());
        self.settle("hello");
    }

    /// Waits until a Deployment has all its pods.
    pub(crate) fn settle(&self, name: &str) {
        self.kubectl(&["rollout", "status", &format!("deployment/{name}"), "--timeout=90s"]);
    }

    /// A plan from one Deployment to another one of the same name.
    pub(crate) fn plan(&self, strategy: &[&str], from: &Value, to: &Value) -> PathBuf {
        let from = self
            .write("from.json", &json!({ "apiVersion": "v1", "kind": "List", "items": [from, service()] }));
        let to =
            self.write("to.json", &json!({ "apiVersion": "v1", "kind": "List", "items": [to, service()] }));
        let (from, to) = (from.to_str().unwrap(), to.to_str().unwrap());
        self.planned(&[&["plan"], strategy, &["-f", from, "--to", to]].concat())
    }

    /// A plan from what runs to the new image.
    pub(crate) fn plan_live(&self, strategy: &[&str]) -> PathBuf {
        let image = format!("hello={NEW}");
        self.planned(&[&["plan"], strategy, &["deployment/hello", "--image", &image]].concat())
    }

    /// A plan that a command makes.
    pub(crate) fn planned(&self, arguments: &[&str]) -> PathBuf {
        let plan = self.folder.path().join("plan.json");
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
        self.start(&[&[verb, plan.to_str().unwrap(), "-o", "json"], arguments].concat())
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
        command.args(arguments).args(["--namespace", &self.namespace, "--kubeconfig"]).arg(kubeconfig);
        // A program is where the thread is that starts it, and a cluster with traffic has a network of its own.
        let start = || self.cluster.enter().map(|()| Running::start(command)).unwrap();
        thread::scope(|scope| scope.spawn(start).join()).unwrap()
    }

    /// The Deployments and Services, as their owners have written them.
    pub(crate) fn objects(&self) -> Vec<Manifest> {
        let found = self.kubectl(&["get", "deployments,services", "-o", "json"]);
        let mut found: Value = serde_json::from_str(&found).unwrap();
        let objects = found["items"].as_array_mut().unwrap().drain(..).map(|object| {
            let revision = "/metadata/annotations/deployment.kubernetes.io~1revision";
            as_written(&Manifest::new(object).unwrap()).without(revision)
        });
        objects.collect()
    }

    /// That the cluster is as the plan says it is after so many steps.
    pub(crate) fn assert_state(&self, plan: &Path, step: usize) {
        let plan: Value = serde_json::from_slice(&fs::read(plan).unwrap()).unwrap();
        let plan = Plan::parse(&plan).unwrap();
        let states = plan.states().unwrap();
        let live = self.objects();
        for wanted in states[step].iter() {
            let name = |manifest: &&Manifest| {
                (&manifest.object().kind, &manifest.object().name)
                    == (&wanted.object().kind, &wanted.object().name)
            };
            let live = live.iter().find(name).unwrap_or_else(|| panic!("{} is not there", wanted.object()));
            let wanted =
                as_written(wanted).without("/metadata/annotations/deployment.kubernetes.io~1revision");
            let lacks = lacking(wanted.value(), live.value(), &MergeKeys);
            assert!(lacks.is_empty(), "{}: {lacks:?}", wanted.object());
        }
        assert_eq!(live.len(), states[step].iter().count(), "{live:?}");
    }

    /// What the command has asked for in this namespace, by the audit log.
    pub(crate) fn requests(&self) -> Vec<Value> {
        let mut requests = self.cluster.audited();
        requests.retain(|request| {
            let agent = request["userAgent"].as_str().unwrap_or_default();
            agent.starts_with("cutover/") && request["objectRef"]["namespace"] == *self.namespace
        });
        requests
    }

    /// The writes to Deployments and Services that the command has made, in their order.
    pub(crate) fn writes(&self) -> Vec<String> {
        let made = |request: &Value| {
            let code = request["responseStatus"]["code"].as_u64().unwrap_or_default();
            let dry = request["requestURI"].as_str().unwrap_or_default().contains("dryRun=All");
            let verb =
                request["verb"].as_str().filter(|verb| ["create", "patch", "delete"].contains(verb))?;
            let resource = request["objectRef"]["resource"].as_str()?;
            let counts =
                (200..300).contains(&code) && !dry && ["deployments", "services"].contains(&resource);
            counts.then(|| verb.to_owned())
        };
        self.requests().iter().filter_map(made).collect()
    }

    /// How often the command has asked for something, by the audit log, and how often it was answered with a code.
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

impl Drop for Lab {
    fn drop(&mut self) {
        // What runs in it would go on taking time from the tests that come after.
        let _ = self.cluster.kubectl().run(&["delete", "namespace", &self.namespace, "--wait=false"]);
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

fn service() -> Value {
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

/// The command, built once.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let cargo = env::var_os("CARGO").unwrap_or_else(|| env!("CARGO").into());
        let arguments = ["build", "--quiet", "--package", "cutover-cli", "--bin", "cutover"];
        let built = Command::new(cargo).args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).status();
        assert!(built.unwrap().success(), "cutover-cli does not build");
        // This test is in `deps`, beside which the programs are.
        env::current_exe().unwrap().parent().unwrap().parent().unwrap().join("cutover")
    })
}

/// The command while it runs. It is ended where the test ends first.
pub(crate) struct Running {
    child: Child,
    lines: Receiver<String>,
    told: Vec<Value>,
    text: String,
}

/// What came of a command.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) success: bool,
    /// The events.
    pub(crate) told: Vec<Value>,
    /// All of its output.
    pub(crate) text: String,
    /// What it said on its standard error.
    pub(crate) said: String,
}

impl Running {
    fn start(mut command: Command) -> Self {
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (sender, lines) = channel();
        let output = BufReader::new(child.stdout.take().unwrap());
        thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        Self { child, lines, told: Vec::new(), text: String::new() }
    }

    /// Waits for an event that has these fields.
    pub(crate) fn until(&mut self, wanted: &Value) -> Value {
        let start = Instant::now();
        loop {
            let left = PATIENCE.saturating_sub(start.elapsed());
            let Ok(line) = self.lines.recv_timeout(left) else {
                panic!("no {wanted} after {:?}: {:#?}", start.elapsed(), self.told);
            };
            let event = self.hear(&line);
            if lacking(wanted, &event, &MergeKeys).is_empty() {
                return event;
            }
        }
    }

    /// Waits until it waits for a person.
    pub(crate) fn until_pause(&mut self) {
        self.until(&json!({ "event": "waiting", "gate": "a person" }));
    }

    /// Waits until it ends.
    pub(crate) fn end(mut self) -> Ended {
        let start = Instant::now();
        let mut said = String::new();
        let status = loop {
            match self.child.try_wait().unwrap() {
                Some(status) => break status,
                None => assert!(start.elapsed() < PATIENCE, "it does not end: {:#?}", self.told),
            }
            thread::sleep(Duration::from_millis(20));
        };
        self.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        // The reader ends with the output.
        while let Ok(line) = self.lines.recv() {
            self.hear(&line);
        }
        let (told, text) = (mem::take(&mut self.told), mem::take(&mut self.text));
        Ended { success: status.success(), told, text, said }
    }

    fn hear(&mut self, line: &str) -> Value {
        let event: Value = serde_json::from_str(line).unwrap_or_default();
        self.told.push(event.clone());
        self.text.push_str(line);
        self.text.push('\n');
        event
    }

    /// Ends it at once, as a machine that goes away does.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Ended {
    /// That all went well.
    #[track_caller]
    pub(crate) fn assert_done(&self) {
        assert!(self.success, "{}\n{:#?}", self.said, self.told);
    }

    /// That it failed, with all of these words.
    #[track_caller]
    pub(crate) fn assert_failed(&self, words: &[&str]) {
        assert!(!self.success, "{:#?}", self.told);
        for words in words {
            assert!(self.said.contains(words), "no {words:?} in:\n{}", self.said);
        }
    }

    /// The steps that were begun, and not only recognised.
    pub(crate) fn steps(&self) -> Vec<u64> {
        let begun = self.told.iter().filter(|event| event["event"] == "step" && event["already"] == false);
        begun.map(|event| event["number"].as_u64().unwrap()).collect()
    }
}
