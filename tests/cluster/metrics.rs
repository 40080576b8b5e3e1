//! A metrics API of a test: how much memory each pod uses is said by the test.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use xtask::cluster::Kubectl;

use crate::server::{Asked, Server};
use crate::support::OwnCluster;
use crate::tls::{Tls, respond_and_close};

const API: &str = "/apis/metrics.k8s.io/v1beta1";

/// The metrics API of a cluster, which ends with its test.
pub(crate) struct Metrics {
    _server: Server,
    usage: Arc<Usage>,
}

/// How much memory each pod of a namespace uses, in MiB.
type Usage = Mutex<BTreeMap<String, u32>>;

impl Metrics {
    /// The API server asks it from now on: through a Service that is a name for this machine.
    pub(crate) fn start(cluster: &OwnCluster) -> Self {
        let (usage, tls, kubectl) = (Arc::new(Usage::default()), Tls::new(), cluster.kubectl());
        let used = Arc::clone(&usage);
        let server = Server::start(move |stream| {
            let mut stream = tls.accept(stream)?;
            let asked = Asked::read(&mut stream)?;
            let answer = answer(&asked.target, &used, &kubectl).map_err(io::Error::other)?;
            respond_and_close(&mut stream, 200, &answer.to_string())
        });
        let objects = registration(server.address.port());
        let kubectl = cluster.kubectl();
        kubectl
            .run_with(&["create", "-f", "-"], &objects.to_string())
            .unwrap();
        let available = "--for=condition=Available";
        let api = "apiservice/v1beta1.metrics.k8s.io";
        kubectl
            .run(&["wait", available, api, "--timeout=60s"])
            .unwrap();
        Self {
            _server: server,
            usage,
        }
    }

    /// From now on each pod of a namespace uses so many MiB.
    pub(crate) fn load(&self, namespace: &str, mebibytes: u32) {
        let mut usage = self.usage.lock().unwrap();
        usage.insert(namespace.to_owned(), mebibytes);
    }
}

fn registration(port: u16) -> Value {
    json!({ "apiVersion": "v1", "kind": "List", "items": [
        {
            "apiVersion": "v1", "kind": "Service",
            "metadata": { "name": "metrics", "namespace": "kube-system" },
            "spec": { "type": "ExternalName", "externalName": "localhost", "ports": [{ "port": port }] },
        },
        {
            "apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService",
            "metadata": { "name": "v1beta1.metrics.k8s.io" },
            "spec": {
                "group": "metrics.k8s.io", "version": "v1beta1", "insecureSkipTLSVerify": true,
                "groupPriorityMinimum": 100, "versionPriority": 100,
                "service": { "name": "metrics", "namespace": "kube-system", "port": port },
            },
        },
    ]})
}

/// What the API says: which resources it has, or what the pods of a namespace use.
fn answer(target: &str, usage: &Usage, kubectl: &Kubectl) -> Result<Value, String> {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let rest = path.strip_prefix(&format!("{API}/namespaces/"));
    let Some(namespace) = rest.and_then(|rest| rest.strip_suffix("/pods")) else {
        return Ok(resources());
    };
    let pods = pods(namespace, query, kubectl)?;
    let usage = usage.lock().map_err(|error| error.to_string())?;
    let used = usage
        .get(namespace)
        .ok_or("nobody has said what its pods use")?;
    let items = pods.iter().map(|pod| measured(namespace, pod, *used));
    Ok(json!({
        "kind": "PodMetricsList", "apiVersion": "metrics.k8s.io/v1beta1", "metadata": {},
        "items": items.collect::<Vec<_>>(),
    }))
}

fn resources() -> Value {
    json!({
        "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": "metrics.k8s.io/v1beta1",
        "resources": [{
            "name": "pods", "singularName": "", "namespaced": true, "kind": "PodMetrics", "verbs": ["get", "list"],
        }],
    })
}

/// The names of the pods that are asked about.
fn pods(namespace: &str, query: &str, kubectl: &Kubectl) -> Result<Vec<String>, String> {
    let mut fields = query.split('&');
    let selector = fields.find_map(|field| field.strip_prefix("labelSelector="));
    let selector = percent_decode_str(selector.unwrap_or_default()).decode_utf8_lossy();
    let namespace = format!("--namespace={namespace}");
    let selector = format!("--selector={selector}");
    let names = "-o=jsonpath={.items[*].metadata.name}";
    let arguments = ["get", "pods", &namespace, &selector, names];
    let found = kubectl.run(&arguments).map_err(|error| error.to_string())?;
    Ok(found.split_whitespace().map(str::to_owned).collect())
}

fn measured(namespace: &str, pod: &str, mebibytes: u32) -> Value {
    json!({
        "metadata": { "name": pod, "namespace": namespace },
        "timestamp": Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(), "window": "1s",
        "containers": [{ "name": "hello", "usage": { "cpu": "0", "memory": format!("{mebibytes}Mi") }}],
    })
}
