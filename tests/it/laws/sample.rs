//! The plan that every reader of the book sees, to the letter: the lab's hello by canary.

use cutover::manifest::{Bundle, Manifest, ObjectRef};
use cutover::planning::{Available, Gate, Pause, Step};
use cutover::{AnyStrategy, Ends, Options, Plan, Release};
use serde_json::{Value, json};

use super::planned::{names, states};

fn hello(image: &str) -> Bundle {
    let deployment = json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "hello"},
        "spec": {
            "replicas": 3,
            "selector": {"matchLabels": {"app": "hello"}},
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
            "template": {
                "metadata": {"labels": {"app": "hello", "track": "stable"}},
                "spec": {"containers": [{"name": "hello", "image": format!("registry.example/hello:{image}")}]}}},
    });
    let service = json!({
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": "hello"},
        "spec": {"selector": {"app": "hello"}, "ports": [{"port": 80}]},
    });
    [deployment, service]
        .into_iter()
        .map(|value| Manifest::new(value).unwrap())
        .collect()
}

fn plan() -> Plan {
    let strategy: AnyStrategy = serde_json::from_value(
        json!({"canary": {"steps": [{"setWeight": 25}, {"pause": {}}, {"setWeight": 50}, {"pause": {}}]}}),
    )
    .unwrap();
    cutover::plan(
        &Release::new(Ends::new(hello("1.0.0"), hello("2.0.0"))).unwrap(),
        &strategy,
        &Options::default(),
    )
    .unwrap()
    .into_plan()
}

/// As `hello 3 available · hello-canary 1 settled · endpoints of hello · a person`.
fn waits(step: &Step) -> String {
    let gate = |gate: &Gate| match gate {
        Gate::Available(Available {
            object,
            replicas: Some(replicas),
            updated: None,
        }) => format!("{} {replicas} available", object.name),
        Gate::Settled(gate) => format!("{} {} settled", gate.object.name, gate.replicas),
        Gate::Endpoints(gate) => format!("endpoints of {}", gate.object.name),
        Gate::Pause(Pause { duration: None }) => "a person".into(),
        other => format!("{other:?}"),
    };
    step.gates.iter().map(gate).collect::<Vec<_>>().join(" · ")
}

fn count(state: &Bundle, name: &str) -> String {
    let object = ObjectRef::new("apps/v1", "Deployment", None, name);
    state
        .get(&object)
        .and_then(|set| set.pointer("/spec/replicas"))
        .map_or_else(|| "–".into(), Value::to_string)
}

/// A failure means that the plan of the book is no longer what the planner makes.
#[test]
fn the_plan_of_the_book() {
    let plan = plan();
    let states = states(&plan).unwrap();
    let names = names(&states[0], &plan.spec.steps);
    let mut rows = Vec::new();
    for ((step, name), state) in plan.spec.steps.iter().zip(names).zip(&states[1..]) {
        let (stable, canary) = (count(state, "hello"), count(state, "hello-canary"));
        let phase = &*step.phase;
        rows.push(format!(
            "{phase} | {name} | {stable} {canary} | {}",
            waits(step)
        ));
    }
    let expected = [
        "canary-25 | create Deployment hello-canary with 1 pod | 3 1 | hello 3 available · hello-canary 1 available · endpoints of hello · a person",
        "canary-50 | scale Deployment hello 3 → 2 | 2 1 | hello 2 available · hello-canary 1 available",
        "canary-50 | scale Deployment hello-canary 1 → 2 | 2 2 | hello 2 available · hello-canary 2 available · endpoints of hello · a person",
        "promote | scale Deployment hello-canary 2 → 1 | 2 1 | hello 2 available · hello-canary 1 available",
        "promote | image of Deployment hello 1.0.0 → 2.0.0 | 2 1 | hello 2 available · hello-canary 1 available · endpoints of hello",
        "cleanup | scale Deployment hello 2 → 3 | 3 1 | hello 3 available · hello-canary 1 available · endpoints of hello",
        "cleanup | scale Deployment hello-canary 1 → 0 | 3 0 | hello 3 available · hello-canary 0 settled",
        "cleanup | delete Deployment hello-canary | 3 – | ",
    ];
    assert_eq!(rows, expected);
    assert_eq!(
        (
            plan.spec.workloads[0].floor(),
            plan.spec.workloads[0].ceiling()
        ),
        (3, 4)
    );
    let shares: Vec<String> = plan
        .spec
        .steps
        .iter()
        .flat_map(|step| &step.shares)
        .map(|share| format!("{} {}", share.workload, share.asked.value()))
        .collect();
    assert_eq!(shares, ["hello 25", "hello 50"]);
}

/// A failure means that the ways back of the book are no longer what the planner makes.
#[test]
fn the_ways_back_of_the_book() {
    let plan = plan();
    let states = states(&plan).unwrap();
    let mut ways = Vec::new();
    for undo in &plan.spec.undo {
        let names = names(&states[undo.from], &undo.steps);
        let steps = names.iter().zip(&undo.steps);
        let steps: Vec<String> = steps
            .map(|(name, step)| format!("{name} [{}]", waits(step)))
            .collect();
        ways.push(format!(
            "{} to {}: {}",
            undo.from,
            undo.to,
            steps.join("; ")
        ));
    }
    let expected = [
        "1 to 0: scale Deployment hello-canary 1 → 0 [hello 3 available · hello-canary 0 settled]; delete Deployment hello-canary []",
        "2 to 1: scale Deployment hello 2 → 3 [hello 3 available · hello-canary 1 settled · endpoints of hello]",
        "3 to 2: scale Deployment hello-canary 2 → 1 [hello 2 available · hello-canary 1 settled]",
        "4 to 1: scale Deployment hello 2 → 3 [hello 3 available · hello-canary 1 settled · endpoints of hello]",
        "5 to 4: image of Deployment hello 2.0.0 → 1.0.0 [hello 2 available · hello-canary 1 settled · endpoints of hello]",
        "6 to 5: scale Deployment hello 3 → 2 [hello 2 settled · hello-canary 1 settled]",
        "7 to 0: image of Deployment hello 2.0.0 → 1.0.0 [hello 3 available · endpoints of hello]; delete Deployment hello-canary []",
        "8 to 0: image of Deployment hello 2.0.0 → 1.0.0 [hello 3 available · endpoints of hello]",
    ];
    assert_eq!(ways, expected);
}
