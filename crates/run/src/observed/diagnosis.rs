//! Why pods do not come up, in the words of their own statuses.

use std::fmt;

use cutover_manifest::Manifest;
use serde::Serialize;
use serde_json::Value;

use crate::observed::status::condition;

/// What keeps a pod from being ready, as far as its own status tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Trouble {
    /// A container crashes, again and again.
    CrashLoop,
    /// A container has ended with an error.
    Ended,
    /// An image cannot be pulled.
    Image,
    /// The pod may not be made: a quota, a webhook, a policy.
    NotCreated,
    /// It runs, and is not ready.
    NotReady,
    /// Something else, in the kubelet's own words.
    Other,
    /// Its own status names nothing that keeps it.
    Starting,
    /// No node takes it.
    Unschedulable,
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CrashLoop => "crash loop",
            Self::Ended => "ended",
            Self::Image => "image not pulled",
            Self::NotCreated => "not created",
            Self::NotReady => "not ready",
            Self::Other => "hindered",
            Self::Starting => "starting",
            Self::Unschedulable => "unschedulable",
        })
    }
}

/// Why a pod is not ready.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Diagnosis {
    pub(crate) trouble: Trouble,
    /// As a person would want to read it.
    pub(crate) words: String,
}

impl Diagnosis {
    fn new(trouble: Trouble, words: String) -> Self {
        Self { trouble, words }
    }
}

/// Why a pod is not ready; none where it is, or where it is only starting.
pub(crate) fn diagnose_pod(pod: &Manifest) -> Option<Diagnosis> {
    let containers = ["/status/initContainerStatuses", "/status/containerStatuses"];
    let mut statuses = containers
        .iter()
        .filter_map(|pointer| pod.pointer(pointer)?.as_array())
        .flatten();
    let said = |trouble, words: Option<String>| Some(Diagnosis::new(trouble, words?));
    statuses
        .find_map(container_trouble)
        .or_else(|| said(Trouble::Unschedulable, unscheduled(pod)))
        .or_else(|| said(Trouble::Other, status_reason(pod)))
        .or_else(|| said(Trouble::NotReady, unready(pod)))
}

/// Why a ReplicaSet cannot make pods: quota, a webhook, a policy.
pub(crate) fn diagnose_replica_set(set: &Manifest) -> Option<String> {
    let failure = condition(set, "ReplicaFailure").filter(|failure| failure["status"] == "True")?;
    Some(format!(
        "{}: {}",
        text(&failure["reason"])?,
        text(&failure["message"])?
    ))
}

fn container_trouble(status: &Value) -> Option<Diagnosis> {
    let name = text(&status["name"])?;
    let waiting = &status["state"]["waiting"];
    if let Some(reason) = text(&waiting["reason"]).filter(|reason| !is_start(reason)) {
        let message = text(&waiting["message"])
            .map(|message| format!(": {message}"))
            .unwrap_or_default();
        let words = format!("container {name}: {reason}{message}{}", last_end(status));
        return Some(Diagnosis::new(trouble_of(reason), words));
    }
    let ended = &status["state"]["terminated"];
    let code = ended["exitCode"].as_i64().filter(|code| *code != 0)?;
    let words = format!(
        "container {name} ended with exit code {code} ({})",
        text(&ended["reason"])?
    );
    Some(Diagnosis::new(Trouble::Ended, words))
}

/// What a container waits for, by the kubelet's reason (pkg/kubelet/images/types.go and
/// pkg/kubelet/container/sync_result.go).
fn trouble_of(reason: &str) -> Trouble {
    match reason {
        "CrashLoopBackOff" => Trouble::CrashLoop,
        "ErrImageNeverPull"
        | "ErrImagePull"
        | "ImageInspectError"
        | "ImagePullBackOff"
        | "InvalidImageName"
        | "RegistryUnavailable"
        | "SignatureValidationFailed" => Trouble::Image,
        _ => Trouble::Other,
    }
}

/// How a container that crashes ended last time.
fn last_end(status: &Value) -> String {
    let code = status["lastState"]["terminated"]["exitCode"].as_i64();
    let restarts = status["restartCount"]
        .as_u64()
        .filter(|restarts| *restarts > 0);
    match (code, restarts) {
        (Some(code), Some(restarts)) => format!(" (exit code {code}, {restarts} restarts)"),
        (Some(code), None) => format!(" (exit code {code})"),
        _ => String::new(),
    }
}

fn is_start(reason: &str) -> bool {
    matches!(reason, "ContainerCreating" | "PodInitializing")
}

fn unscheduled(pod: &Manifest) -> Option<String> {
    let scheduled =
        condition(pod, "PodScheduled").filter(|scheduled| scheduled["status"] == "False")?;
    Some(format!(
        "{}: {}",
        text(&scheduled["reason"])?,
        text(&scheduled["message"])?
    ))
}

/// A reason that the kubelet or a controller wrote for the pod as a whole, as `Evicted`.
fn status_reason(pod: &Manifest) -> Option<String> {
    let reason = text(pod.pointer("/status/reason")?)?;
    let message = pod
        .pointer("/status/message")
        .and_then(text)
        .map(|message| format!(": {message}"));
    Some(format!("{reason}{}", message.unwrap_or_default()))
}

fn unready(pod: &Manifest) -> Option<String> {
    let running = pod
        .pointer("/status/phase")
        .is_some_and(|phase| phase == "Running");
    let ready = condition(pod, "Ready").filter(|ready| running && ready["status"] == "False")?;
    let message = text(&ready["message"])
        .map(|message| format!(": {message}"))
        .unwrap_or_default();
    text(&ready["reason"]).map(|reason| format!("{reason}{message}"))
}

fn text(value: &Value) -> Option<&str> {
    value.as_str().filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_pod_says_why_it_is_not_ready() {
        let check = |status: Value, expect: Option<(Trouble, &str)>| {
            let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "status": status});
            let found = diagnose_pod(&Manifest::new(pod).unwrap());
            let found = found
                .as_ref()
                .map(|found| (found.trouble, found.words.as_str()));
            assert_eq!(found, expect);
        };
        let container =
            |state: Value| json!({"containerStatuses": [{"name": "web", "state": state}]});
        check(json!({}), None);
        check(
            container(json!({"waiting": {"reason": "ContainerCreating"}})),
            None,
        );
        check(
            container(json!({"waiting": {"reason": "ImagePullBackOff", "message": "no such tag"}})),
            Some((
                Trouble::Image,
                "container web: ImagePullBackOff: no such tag",
            )),
        );
        check(
            json!({"containerStatuses": [{
                "name": "web", "restartCount": 3, "state": {"waiting": {"reason": "CrashLoopBackOff"}},
                "lastState": {"terminated": {"exitCode": 1}},
            }]}),
            Some((
                Trouble::CrashLoop,
                "container web: CrashLoopBackOff (exit code 1, 3 restarts)",
            )),
        );
        check(
            json!({"conditions": [{
                "type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/3 nodes",
            }]}),
            Some((Trouble::Unschedulable, "Unschedulable: 0/3 nodes")),
        );
        check(
            json!({"reason": "Evicted"}),
            Some((Trouble::Other, "Evicted")),
        );
        check(
            container(json!({"terminated": {"exitCode": 2, "reason": "Error"}})),
            Some((
                Trouble::Ended,
                "container web ended with exit code 2 (Error)",
            )),
        );
        check(
            json!({"phase": "Running", "conditions": [
                {"type": "Ready", "status": "False", "reason": "ContainersNotReady"},
            ]}),
            Some((Trouble::NotReady, "ContainersNotReady")),
        );
    }
}
