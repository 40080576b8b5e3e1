//! The same canary by Cutover and by plain kubectl, side by side: what becomes of the requests and
//! of the pods.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::collections::BTreeMap;
use std::io::BufReader;
use std::process::{Child, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use cutover::manifest::Manifest;
use serde_json::{Deserializer, Value, json};

use crate::greeter::{Greeter, NEW, hello, new_version, with};
use crate::requests::greeter;
use crate::traffic::ask;

/// For how long the canary is looked at.
const LOOK: Duration = Duration::from_secs(3);

/// What was seen while a canary went through.
struct Seen {
    seconds: u64,
    requests: usize,
    lost: usize,
    slowest: Duration,
    /// The fewest pods that were ready and not going, and the most that were not going.
    pods: (usize, usize),
}

#[test]
fn a_canary_by_cutover_and_by_plain_kubectl() {
    let Some(by_cutover) = greeter("by-cutover") else {
        return;
    };
    let plan = by_cutover.plan_live(&["canary", "--steps", "25", "--pause", "3s"]);
    let by_cutover = see(&by_cutover, || {
        by_cutover.carry_out("apply", &plan, &[]).assert_done()
    });

    let Some(by_kubectl) = greeter("by-kubectl") else {
        return;
    };
    let by_kubectl = see(&by_kubectl, || script(&by_kubectl));

    say("by Cutover", &by_cutover);
    say("by kubectl", &by_kubectl);
    assert_eq!((by_cutover.lost, by_cutover.pods), (0, (3, 4)));
}

#[expect(clippy::print_stderr, reason = "the numbers of docs/cluster.md")]
fn say(what: &str, seen: &Seen) {
    let Seen {
        seconds,
        requests,
        lost,
        slowest,
        pods: (fewest, most),
    } = seen;
    eprintln!(
        "{what}: {seconds} s, {lost} of {requests} requests lost, {slowest:?} at most, {fewest} to {most} pods"
    );
}

/// The commands of a lab: a canary, a look at it, the new image, and the canary away. It waits as
/// kubectl can.
fn script(greeter: &Greeter) {
    let canary = with(
        &new_version(&hello(), json!({ "cutover.dev/test-drain": "3s" })),
        "/spec/replicas",
        1,
    );
    let canary = with(&canary, "/metadata/name", "hello-canary");
    let canary = with(&canary, "/spec/selector/matchLabels/track", "canary");
    greeter.create(&with(
        &canary,
        "/spec/template/metadata/labels/track",
        "canary",
    ));
    greeter.settle("hello-canary");
    thread::sleep(LOOK);
    greeter.kubectl(&["set", "image", "deployment/hello", &format!("hello={NEW}")]);
    greeter.settle("hello");
    greeter.kubectl(&["delete", "deployment", "hello-canary"]);
}

fn see(greeter: &Greeter, canary: impl FnOnce()) -> Seen {
    let pods = Pods::watch(greeter);
    let requests = ask(&greeter.cluster, &greeter.namespace, "hello");
    let start = Instant::now();
    canary();
    let seconds = start.elapsed().as_secs();
    let answers = requests.stop();
    Seen {
        seconds,
        requests: answers.len(),
        lost: answers
            .iter()
            .filter(|answer| answer.outcome.is_err())
            .count(),
        slowest: answers.iter().map(|answer| answer.took).max().unwrap(),
        pods: pods.stop(),
    }
}

/// A watch of the pods that lasts while a canary does.
struct Pods {
    kubectl: Child,
    counts: JoinHandle<(usize, usize)>,
}

impl Pods {
    fn watch(greeter: &Greeter) -> Self {
        let mut kubectl = greeter.cluster.kubectl().command();
        kubectl.args([
            "--namespace",
            &greeter.namespace,
            "get",
            "pods",
            "--watch",
            "-o",
            "json",
        ]);
        let mut kubectl = kubectl.stdout(Stdio::piped()).spawn().unwrap();
        let output = BufReader::new(kubectl.stdout.take().unwrap());
        let counts = thread::spawn(move || {
            let mut pods = BTreeMap::new();
            let mut bounds = (usize::MAX, 0);
            for pod in Deserializer::from_reader(output)
                .into_iter::<Value>()
                .map_while(Result::ok)
            {
                let pod = Manifest::new(pod).unwrap();
                let going = pod.pointer("/metadata/deletionTimestamp").is_some();
                pods.insert(
                    pod.object().name.clone(),
                    (!going, !going && is_ready(&pod)),
                );
                let ready = pods.values().filter(|(_, ready)| *ready).count();
                let active = pods.values().filter(|(active, _)| *active).count();
                // The first three come one by one.
                let least = if pods.len() < 3 {
                    bounds.0
                } else {
                    bounds.0.min(ready)
                };
                bounds = (least, bounds.1.max(active));
            }
            bounds
        });
        Self { kubectl, counts }
    }

    fn stop(mut self) -> (usize, usize) {
        self.kubectl.kill().unwrap();
        self.kubectl.wait().unwrap();
        self.counts.join().unwrap()
    }
}

fn is_ready(pod: &Manifest) -> bool {
    let conditions = pod.pointer("/status/conditions").and_then(Value::as_array);
    conditions
        .into_iter()
        .flatten()
        .any(|condition| condition["type"] == "Ready" && condition["status"] == "True")
}
