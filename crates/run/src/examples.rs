//! Plans for tests.

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_plan::{Gate, Plan, Spec};
use cutover_planner::{Options, Waypoints, plan};
use cutover_release::Release;
use serde_json::{Value, json};

/// A Deployment behind a Service takes a new image and a new ConfigMap, and the old one goes.
pub(crate) fn rolling() -> Plan {
    let (from, to) = (bundle(1), bundle(2));
    let release = Release::new(&from, &to, true).unwrap();
    let waypoints = Waypoints::straight(&release, "update", &Default::default()).unwrap();
    plan(&release, "rolling", waypoints, &Options::default()).unwrap()
}

/// The plan with something else in it.
pub(crate) fn edited(plan: &Plan, edit: impl FnOnce(&mut Spec)) -> Plan {
    let mut spec = plan.spec.clone();
    edit(&mut spec);
    Plan::new(plan.metadata.name.clone(), spec).unwrap()
}

/// Whether a plan passes the checks that one out of a file must pass.
pub(crate) fn is_whole(plan: &Plan) -> bool {
    Plan::parse(&plan.to_value().unwrap()).as_ref() == Ok(plan)
}

pub(crate) fn deployment() -> ObjectRef {
    ObjectRef::new("apps/v1", "Deployment", None, "hello")
}

pub(crate) fn manifest(value: Value) -> Manifest {
    Manifest::new(value).unwrap()
}

fn bundle(version: u32) -> Bundle {
    let values = [
        json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": "hello" },
            "spec": { "replicas": 3, "selector": { "matchLabels": { "app": "hello" } }, "template": {
                "metadata": { "labels": { "app": "hello" } },
                "spec": { "containers": [{
                    "name": "hello", "image": format!("hello:{version}"),
                    "envFrom": [{ "configMapRef": { "name": format!("hello-{version}") } }],
                }] },
            } },
        }),
        json!({
            "apiVersion": "v1", "kind": "Service", "metadata": { "name": "hello" },
            "spec": { "selector": { "app": "hello" }, "ports": [{ "port": 80 }] },
        }),
        json!({
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": { "name": format!("hello-{version}") },
            "data": { "greeting": format!("hello, {version}") },
        }),
    ];
    values.into_iter().map(manifest).collect()
}

pub(crate) fn gate(value: &Value) -> Gate {
    serde_json::from_value(value.clone()).unwrap()
}
