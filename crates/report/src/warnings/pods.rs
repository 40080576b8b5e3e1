//! Pods that start before they can serve, or where no node may take them.

use cutover_manifest::Manifest;
use cutover_traffic::Service;
use serde_json::Value;

use super::once::Once;
use super::{listed, serving, template};

/// What hurts where pods start.
pub(super) const STARTING: [Once; 3] = [
    Once {
        one: "a container behind a Service has no readinessProbe",
        all: "containers behind Services have no readinessProbe",
        then: "its pods get requests as soon as they run",
        then_all: "their pods get requests as soon as they run",
        hint: "add a readinessProbe, or set minReadySeconds",
        holds: is_unready,
    },
    Once {
        one: "its pods take ports of their node",
        all: "pods take ports of their node",
        then: "a pod more may find no node",
        then_all: "a pod more may find no node",
        hint: "plan with maxSurge 0, or keep a node free",
        holds: takes_ports,
    },
    Once {
        one: "its pods must not share a node",
        all: "pods must not share a node",
        then: "a pod more may find no node",
        then_all: "a pod more may find no node",
        hint: "plan with maxSurge 0, or keep a node free",
        holds: keeps_apart,
    },
];

fn is_unready(set: &Manifest, services: &[Service]) -> bool {
    let serving = serving(template(set), services);
    let mut serving = serving.iter();
    serving.any(|container| container.get("readinessProbe").is_none())
}

fn takes_ports(set: &Manifest, _: &[Service]) -> bool {
    let template = template(set);
    let lists = listed(template, "containers").filter_map(|container| container.get("ports"));
    let mut ports = lists.filter_map(Value::as_array).flatten();
    template.pointer("/spec/hostNetwork") == Some(&Value::Bool(true))
        || ports.any(|port| port.get("hostPort").is_some())
}

fn keeps_apart(set: &Manifest, _: &[Service]) -> bool {
    let rules = "/spec/affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution";
    template(set).pointer(rules).is_some()
}
