//! Why pods do not come up, in the words of their own statuses.

use cutover_manifest::Manifest;
use serde_json::Value;

use crate::observed::status::condition;

/// Why a pod is not ready, as a person would want to read it; none where it is, or where it is only
/// starting.
pub(crate) fn diagnose_pod(pod: &Manifest) -> Option<String> {
    let containers = ["/status/initContainerStatuses", "/status/containerStatuses"];
    let mut statuses = containers
        .iter()
        .filter_map(|pointer| pod.pointer(pointer)?.as_array())
        .flatten();
    statuses
        .find_map(container_trouble)
        .or_else(|| unscheduled(pod))
        .or_else(|| status_reason(pod))
        .or_else(|| unready(pod))
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

fn container_trouble(status: &Value) -> Option<String> {
    let name = text(&status["name"])?;
    let waiting = &status["state"]["waiting"];
    let reason = text(&waiting["reason"]).filter(|reason| !is_start(reason));
    let message = text(&waiting["message"])
        .map(|message| format!(": {message}"))
        .unwrap_or_default();
    let waits =
        reason.map(|reason| format!("container {name}: {reason}{message}{}", last_end(status)));
    waits.or_else(|| {
        let ended = &status["state"]["terminated"];
        let code = ended["exitCode"].as_i64().filter(|code| *code != 0)?;
        Some(format!(
            "container {name} ended with exit code {code} ({})",
            text(&ended["reason"])?
        ))
    })
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
        let check = |status: Value, expect: Option<&str>| {
            let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "status": status});
            assert_eq!(
                diagnose_pod(&Manifest::new(pod).unwrap()).as_deref(),
                expect
            );
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
            Some("container web: ImagePullBackOff: no such tag"),
        );
        check(
            json!({"containerStatuses": [{
                "name": "web", "restartCount": 3, "state": {"waiting": {"reason": "CrashLoopBackOff"}},
                "lastState": {"terminated": {"exitCode": 1}},
            }]}),
            Some("container web: CrashLoopBackOff (exit code 1, 3 restarts)"),
        );
        check(
            json!({"conditions": [{
                "type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/3 nodes",
            }]}),
            Some("Unschedulable: 0/3 nodes"),
        );
        check(json!({"reason": "Evicted"}), Some("Evicted"));
        check(
            json!({"phase": "Running", "conditions": [
                {"type": "Ready", "status": "False", "reason": "ContainersNotReady"},
            ]}),
            Some("ContainersNotReady"),
        );
    }
}
