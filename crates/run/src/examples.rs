//! Plans that the unit tests of this crate share.

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_plan::{Gate, Phase, Plan, Spec, Step, Undo, apply, state_digest};
use cutover_planner::{Options, Waypoint, Waypoints, from_fn, plan};
use cutover_release::{Ends, Release};
use serde_json::{Value, json};

/// A Deployment behind a Service takes a new image and a new ConfigMap, and the old one goes.
pub(crate) fn rolling() -> Plan {
    let (from, to) = (bundle(1), bundle(2));
    let release = Release::new(Ends::new(from, to).pruned()).unwrap();
    let rolling = from_fn("rolling", |release| {
        Waypoints::direct(release, "update", &Default::default())
    });
    plan(&release, &rolling, &Options::default()).unwrap()
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

/// A ConfigMap takes one text after the other, a step each.
pub(crate) fn greetings(texts: &[&str]) -> Plan {
    let states: Vec<Bundle> = texts.iter().map(|text| greeting(text)).collect();
    let release = Release::new(Ends::new(
        states[0].clone(),
        states[texts.len() - 1].clone(),
    ))
    .unwrap();
    let greet = |state: &Bundle| Waypoint::new("greet", state.clone());
    let own = from_fn("own", |_| {
        Ok(Waypoints {
            points: states[1..].iter().map(greet).collect(),
            ..Waypoints::default()
        })
    });
    plan(&release, &own, &Options::default()).unwrap()
}

/// A ConfigMap takes another text, and another ConfigMap goes.
pub(crate) fn removing() -> Plan {
    let settings = manifest(json!({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "settings" },
    }));
    let mut from = greeting("hello");
    from.insert(settings);
    let release = Release::new(Ends::new(from, greeting("hi")).pruned()).unwrap();
    let own = from_fn("own", |release| {
        Waypoints::direct(release, "greet", &Default::default())
    });
    plan(&release, &own, &Options::default()).unwrap()
}

fn greeting(text: &str) -> Bundle {
    let object = json!({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "greeting" },
        "data": { "text": text },
    });
    [manifest(object)].into_iter().collect()
}

/// The plan with an object more, which it does not touch.
pub(crate) fn with_object(plan: &Plan, manifest: Manifest) -> Plan {
    edited(plan, |spec| {
        spec.from.push(manifest);
        let mut state: Bundle = spec.from.iter().cloned().collect();
        for (step, undo) in spec.steps.iter_mut().zip(&mut spec.undo) {
            apply(&mut state, step, undo.from).unwrap();
            step.state = state_digest(&state).unwrap();
            let mut back = state.clone();
            for step in &mut undo.steps {
                apply(&mut back, step, undo.from).unwrap();
                step.state = state_digest(&back).unwrap();
            }
        }
    })
}

/// The plan with a step of gates alone after so many steps.
pub(crate) fn with_gates_alone(plan: &Plan, after: usize, gates: &[Value]) -> Plan {
    edited(plan, |spec| {
        let step = Step {
            phase: Phase::new("wait").unwrap(),
            changes: Vec::new(),
            shares: Vec::new(),
            within: None,
            gates: gates.iter().map(gate).collect(),
            state: state_digest(&plan.state(after).unwrap()).unwrap(),
        };
        spec.steps.insert(after, step);
        for undo in &mut spec.undo[after..] {
            undo.from += 1;
            undo.to += usize::from(undo.to > after);
        }
        let undo = Undo {
            from: after + 1,
            to: after,
            steps: Vec::new(),
        };
        spec.undo.insert(after, undo);
    })
}

pub(crate) fn gate(value: &Value) -> Gate {
    serde_json::from_value(value.clone()).unwrap()
}
