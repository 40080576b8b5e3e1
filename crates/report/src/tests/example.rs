//! Plans, and objects for them, that the tests of the reports share.

use cutover::manifest::{Bundle, Manifest, MergeKeys};
use cutover::planning::{
    Change, OnFailure, PatchChange, Phase, Spec, Step, Undo, Workload, state_digest,
};
use cutover::{AnyStrategy, Checked, Ends, Options, Plan, Release, Strategy, check};
use serde_json::{Value, json};

/// A Deployment of so many pods, with an image of that tag.
pub(crate) fn deployment(name: &str, replicas: u32, tag: &str) -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": name}},
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
            "template": {
                "metadata": {"labels": {"app": name}},
                "spec": {"containers": [{
                    "name": name, "image": format!("registry.example/{name}:{tag}"),
                    "lifecycle": {"preStop": {"sleep": {"seconds": 5}}},
                    "readinessProbe": {"httpGet": {"path": "/", "port": 8080}},
                }]},
            },
        },
    })
}

/// The same with something else at a JSON pointer.
pub(crate) fn with(mut object: Value, pointer: &str, value: Value) -> Value {
    *object.pointer_mut(pointer).unwrap() = value;
    object
}

pub(crate) fn service(name: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": name},
        "spec": {"selector": {"app": name}, "ports": [{"port": 80, "targetPort": 8080}]},
    })
}

pub(crate) fn bundle(objects: &[Value]) -> Bundle {
    objects
        .iter()
        .map(|object| Manifest::new(object.clone()).unwrap())
        .collect()
}

/// The plan from some objects to others.
pub(crate) fn plan(strategy: Value, from: &[Value], to: &[Value]) -> Checked {
    try_plan(strategy, &bundle(from), &bundle(to)).unwrap()
}

pub(crate) fn try_plan(strategy: Value, from: &Bundle, to: &Bundle) -> Result<Checked, String> {
    let strategy: AnyStrategy =
        serde_json::from_value(strategy).map_err(|error| error.to_string())?;
    let ends = strategy
        .wanted(Ends::new(from.clone(), to.clone()))
        .map_err(|error| error.to_string())?;
    let release = Release::new(ends).map_err(|error| error.to_string())?;
    cutover::plan(&release, &strategy, &Options::default()).map_err(|error| error.to_string())
}

/// Three pods, a surge of one, weights of 25 and 50, a person after each.
pub(crate) fn canary() -> Checked {
    let steps = json!([{"setWeight": 25}, {"pause": {}}, {"setWeight": 50}, {"pause": {}}]);
    hello(json!({"canary": {"steps": steps}}))
}

/// A new image for one Deployment behind a Service.
pub(crate) fn hello(strategy: Value) -> Checked {
    let both = |tag| [deployment("hello", 3, tag), service("hello")];
    plan(strategy, &both("1.0.0"), &both("2.0.0"))
}

/// Two Deployments, one behind a Service.
pub(crate) fn two_workloads(strategy: Value) -> Checked {
    let all = |tag| {
        [
            deployment("web", 3, tag),
            service("web"),
            deployment("worker", 2, tag),
        ]
    };
    plan(strategy, &all("1"), &all("2"))
}

/// A plan that patches its way from some objects to others and back, whatever a planner thinks of it.
pub(crate) fn patched(workloads: Vec<Workload>, from: &[Value], to: &[Value]) -> Checked {
    let spec = Spec {
        strategy: "own".into(),
        on_failure: OnFailure::Stop,
        from: bundle(from).into_iter().collect(),
        workloads,
        notes: vec![],
        steps: vec![step(from, to)],
        undo: vec![Undo {
            from: 1,
            to: 0,
            steps: vec![step(to, from)],
        }],
    };
    check(Plan::new("own", spec).unwrap()).unwrap()
}

fn step(from: &[Value], to: &[Value]) -> Step {
    let patch = |before: &Value, after: &Value| {
        Change::Patch(PatchChange {
            object: Manifest::new(before.clone()).unwrap().object().clone(),
            ops: cutover::patch::diff(before, after, &MergeKeys),
            inverse: cutover::patch::diff(after, before, &MergeKeys),
        })
    };
    let pairs = from.iter().zip(to);
    Step {
        phase: Phase::new("update").unwrap(),
        changes: pairs
            .filter(|(was, is)| was != is)
            .map(|(was, is)| patch(was, is))
            .collect(),
        shares: vec![],
        within: None,
        gates: vec![],
        state: state_digest(&bundle(to)).unwrap(),
    }
}
