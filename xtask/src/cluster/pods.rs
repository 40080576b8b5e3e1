//! Stands for the programs in the pods of a cluster with traffic: listens on each running
//! container's address and ports, and answers any HTTP request with a line `IMAGE POD`.
//!
//! A container answers from when it runs until its pod is gone, or crashes. With
//! `cutover.dev/test-answers-while-draining: "false"` on its pod it stops as soon as the pod's
//! deletion starts.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use serde_json::{Deserializer, Value};

use super::kubectl::Kubectl;
use super::say;
use crate::Result;

/// After a watch has ended, as by a restart of the API server.
const AGAIN: Duration = Duration::from_millis(200);
/// How long a listener may go on when it is told to stop.
const NOTICE: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 10_000_000,
};
/// How long somebody may take to ask.
const PATIENCE: Duration = Duration::from_secs(2);

/// Serves until this program is ended.
pub(super) fn serve(kubectl: &Kubectl) -> Result<String> {
    let mut serving = Serving::default();
    loop {
        if let Err(error) = serving.follow(kubectl) {
            say(&error.to_string());
        }
        thread::sleep(AGAIN);
    }
}

/// What is listened on, for whom.
#[derive(Default)]
struct Serving(BTreeMap<SocketAddr, Listener>);

/// A port of a container that requests are answered for.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Endpoint {
    address: SocketAddr,
    pod: String,
    /// The line that it answers.
    line: String,
}

impl Serving {
    /// Sees all pods, and follows what happens to them until the watch ends.
    fn follow(&mut self, kubectl: &Kubectl) -> Result<()> {
        self.forget_gone(kubectl)?;
        let watch = [
            "get",
            "pods",
            "--all-namespaces",
            "--watch",
            "--output-watch-events",
            "--output=json",
        ];
        let mut child = kubectl
            .command()
            .args(watch)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let events = child.stdout.take().ok_or("a watch without an output")?;
        for event in Deserializer::from_reader(BufReader::new(events)).into_iter::<Value>() {
            let event = event?;
            self.see(&event["object"], event["type"] == "DELETED");
        }
        child.wait()?;
        Ok(())
    }

    /// Stops for the pods that went while nobody watched.
    fn forget_gone(&mut self, kubectl: &Kubectl) -> Result<()> {
        let pods: Value =
            serde_json::from_str(&kubectl.run(&["get", "pods", "-A", "--output=json"])?)?;
        let there: Vec<String> = items(&pods["items"]).map(uid).collect();
        self.0
            .retain(|_, listener| there.contains(&listener.endpoint.pod));
        Ok(())
    }

    /// Listens for a pod as it is now.
    fn see(&mut self, pod: &Value, gone: bool) {
        let wanted = if gone { Vec::new() } else { endpoints(pod) };
        self.0.retain(|_, listener| {
            listener.endpoint.pod != uid(pod) || wanted.contains(&listener.endpoint)
        });
        for endpoint in wanted {
            // An address is given again only after the pod that had it is gone.
            if self
                .0
                .get(&endpoint.address)
                .is_none_or(|listener| listener.endpoint != endpoint)
            {
                self.0.remove(&endpoint.address);
                match Listener::start(endpoint.clone()) {
                    Ok(listener) => drop(self.0.insert(endpoint.address, listener)),
                    Err(error) => say(&format!("{}: {error}", endpoint.address)),
                }
            }
        }
    }
}

/// Where a pod answers now, and what.
fn endpoints(pod: &Value) -> Vec<Endpoint> {
    let annotation = &pod["metadata"]["annotations"]["cutover.dev/test-answers-while-draining"];
    let is_deleted = !pod["metadata"]["deletionTimestamp"].is_null();
    let Some(Ok(ip)) = pod["status"]["podIP"].as_str().map(str::parse) else {
        return Vec::new();
    };
    if is_deleted && annotation == "false" {
        return Vec::new();
    }
    let runs = |container: &Value| {
        let mut statuses = items(&pod["status"]["containerStatuses"]);
        statuses.any(|status| {
            status["name"] == container["name"] && !status["state"]["running"].is_null()
        })
    };
    let mut endpoints = Vec::new();
    for container in items(&pod["spec"]["containers"]).filter(|container| runs(container)) {
        let line = format!(
            "{} {}\n",
            text(&container["image"]),
            text(&pod["metadata"]["name"])
        );
        for port in items(&container["ports"]) {
            let Some(Ok(port)) = port["containerPort"].as_u64().map(u16::try_from) else {
                continue;
            };
            endpoints.push(Endpoint {
                address: SocketAddr::new(ip, port),
                pod: uid(pod),
                line: line.clone(),
            });
        }
    }
    endpoints
}

fn items(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn uid(pod: &Value) -> String {
    text(&pod["metadata"]["uid"]).into()
}

/// Answers at one address until it is dropped; after that the address refuses.
struct Listener {
    endpoint: Endpoint,
    ends: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Listener {
    fn start(endpoint: Endpoint) -> Result<Self> {
        let listener = TcpListener::bind(endpoint.address)?;
        listener.set_nonblocking(true)?;
        let ends = Arc::new(AtomicBool::new(false));
        let (until, line) = (Arc::clone(&ends), endpoint.line.clone());
        let thread = thread::spawn(move || {
            while !until.load(Ordering::Relaxed) {
                accept(&listener, &line);
            }
        });
        Ok(Self {
            endpoint,
            ends,
            thread: Some(thread),
        })
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            #[expect(
                clippy::let_underscore_must_use,
                reason = "a thread that panicked has ended too"
            )]
            let _ = thread.join();
        }
    }
}

/// Waits a moment for somebody, and answers on a thread of its own.
fn accept(listener: &TcpListener, line: &str) {
    #[expect(
        clippy::let_underscore_must_use,
        reason = "a wait that is interrupted is one that was short"
    )]
    let _ = poll(&mut [PollFd::new(listener, PollFlags::IN)], Some(&NOTICE));
    if let Ok((stream, _)) = listener.accept() {
        let line = line.to_owned();
        thread::spawn(move || answer(&stream, &line));
    }
}

/// Answers one request; who asks no more gets no answer.
fn answer(mut stream: &TcpStream, line: &str) -> io::Result<()> {
    stream.set_nonblocking(false)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    for asked in BufReader::new(stream).lines() {
        if asked?.is_empty() {
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                line.len()
            );
            return stream.write_all(format!("{head}{line}").as_bytes());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pod() -> Value {
        json!({
            "metadata": { "uid": "1", "name": "hello-1", "annotations": {} },
            "spec": { "containers": [{ "name": "app", "image": "hello:1.0.0", "ports": [{ "containerPort": 8080 }] }] },
            "status": {
                "podIP": "10.244.0.2",
                "containerStatuses": [{ "name": "app", "state": { "running": { "startedAt": "now" } } }],
            },
        })
    }

    #[test]
    fn a_pod_answers_where_it_runs() {
        let check = |pointer: &str, value: Value, expect: &[&str]| {
            let mut pod = pod();
            *pod.pointer_mut(pointer).unwrap() = value;
            let answers: Vec<String> = endpoints(&pod)
                .iter()
                .map(|endpoint| format!("{} {}", endpoint.address, endpoint.line))
                .collect();
            assert_eq!(answers, expect, "{pointer}");
        };
        let answers = ["10.244.0.2:8080 hello:1.0.0 hello-1\n"];
        check("/metadata/annotations", json!(null), &answers);
        check("/metadata/name", json!("hello-1"), &answers);
        check("/status/podIP", json!(null), &[]);
        check(
            "/status/containerStatuses/0/state",
            json!({ "waiting": { "reason": "CrashLoopBackOff" } }),
            &[],
        );
        check("/spec/containers/0/ports", json!(null), &[]);
    }

    #[test]
    fn a_pod_that_drains_answers_unless_it_says_otherwise() {
        let mut pod = pod();
        pod["metadata"]["deletionTimestamp"] = json!("now");
        assert_eq!(endpoints(&pod).len(), 1);
        pod["metadata"]["annotations"]["cutover.dev/test-answers-while-draining"] = json!("false");
        assert_eq!(endpoints(&pod).len(), 0);
    }

    #[test]
    fn an_address_answers_for_the_pod_that_has_it_now_and_refuses_when_it_is_gone() {
        let free = TcpListener::bind(("127.0.0.1", 0))
            .unwrap()
            .local_addr()
            .unwrap();
        let mut pod = pod();
        pod["status"]["podIP"] = json!("127.0.0.1");
        pod["spec"]["containers"][0]["ports"][0]["containerPort"] = json!(free.port());
        let mut serving = Serving::default();
        let answer = || super::super::requests::ask(free).map(|answerer| answerer.pod);

        serving.see(&pod, false);
        assert_eq!(answer().unwrap(), "hello-1");
        serving.see(&pod, true);
        assert!(answer().is_err());
        pod["metadata"] = json!({ "uid": "2", "name": "hello-2" });
        serving.see(&pod, false);
        assert_eq!(answer().unwrap(), "hello-2");
    }
}
