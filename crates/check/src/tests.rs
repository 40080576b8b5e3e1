//! Plans that keep what they promise, and plans of a planner with one rule broken.

use cutover::manifest::{Bundle, Field, Manifest};
use cutover::{AnyStrategy, Ends, Options, Release};
use cutover_plan::{Available, Change, Gate, Plan, Step, Undo, state_digest, walk};
use cutover_workload::{Bounds, Fixed};
use serde_json::{Value, json};

use crate::{Broken, check};

fn hello(replicas: u32, rollout: &Value, image: &str) -> Bundle {
    let deployment = json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "hello"},
        "spec": {
            "replicas": replicas, "selector": {"matchLabels": {"app": "hello"}},
            "strategy": {"type": "RollingUpdate", "rollingUpdate": rollout},
            "template": {
                "metadata": {"labels": {"app": "hello", "track": "stable"}},
                "spec": {"containers": [{"name": "hello", "image": image}]}}},
    });
    let service = json!({
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": "hello"},
        "spec": {"selector": {"app": "hello", "track": "stable"}, "ports": [{"port": 80}]},
    });
    [deployment, service]
        .into_iter()
        .map(|value| Manifest::new(value).unwrap())
        .collect()
}

/// Three replicas with a surge of one, as the lab has them; behind a Service that picks by `track`
/// only where blue/green wants it.
fn plan(strategy: Value) -> Plan {
    let rollout = json!({"maxSurge": 1, "maxUnavailable": 0});
    plan_of(&rollout, 3, strategy)
}

fn plan_of(rollout: &Value, replicas: u32, strategy: Value) -> Plan {
    let picks = strategy.get("blueGreen").is_some();
    let end = |image: &str| -> Bundle {
        let bundle = hello(replicas, rollout, image);
        let widened = |manifest: Manifest| match picks {
            true => manifest,
            false => manifest.without(Field::new("/spec/selector/track")),
        };
        bundle.into_iter().map(widened).collect()
    };
    let strategy: AnyStrategy = serde_json::from_value(strategy).unwrap();
    let release = Release::new(Ends::new(end("hello:1"), end("hello:2"))).unwrap();
    cutover::plan(&release, &strategy, &Options::default())
        .unwrap()
        .into_plan()
}

fn canary() -> Plan {
    plan(
        json!({"canary": {"steps": [{"setWeight": 25}, {"pause": {}}, {"setWeight": 50}, {"pause": {}}]}}),
    )
}

fn blue_green() -> Plan {
    plan(json!({"blueGreen": {"activeService": "hello"}}))
}

/// A Service gets another port and its Ingress with it: the new port, the pods, the Ingress, the old
/// port.
fn renumbered(was: i64) -> Plan {
    let end = |image: &str, port: i64, led: i64| {
        let ingress = json!({
            "apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": "hello"},
            "spec": {"defaultBackend": {"service": {"name": "hello", "port": {"number": led}}}}});
        let mut end = hello(3, &json!({"maxSurge": 1}), image);
        let service = end.of_kind("Service").next().unwrap();
        let service = service.set("/spec/ports/0/port", json!(port)).unwrap();
        end.extend([service, Manifest::new(ingress).unwrap()]);
        end
    };
    let ends = Ends::new(end("hello:1", 80, was), end("hello:2", 81, 81));
    let strategy: AnyStrategy = serde_json::from_value(json!({"rolling": {}})).unwrap();
    let release = Release::new(ends).unwrap();
    cutover::plan(&release, &strategy, &Options::default())
        .unwrap()
        .into_plan()
}

/// The plan with these steps, digested and undone anew: each step back by its inverses.
fn of_steps(plan: &Plan, steps: Vec<Step>) -> Plan {
    let mut spec = plan.spec.clone();
    (spec.steps, spec.undo) = (Vec::new(), Vec::new());
    let mut state = plan.start();
    for (number, step) in (1..).zip(steps) {
        let before = state.clone();
        let one = [step.clone()];
        let mut along = walk(state, &one);
        along.advance().unwrap();
        state = along.state().clone();
        let mut back: Vec<Change> = Vec::new();
        for change in step.changes.iter().rev() {
            let object = change.object();
            back.extend(Change::between(state.get(object), before.get(object)));
        }
        let undo = Step {
            changes: back,
            shares: Vec::new(),
            gates: Vec::new(),
            state: state_digest(&before).unwrap(),
            ..step.clone()
        };
        spec.undo.push(Undo {
            from: number,
            to: number - 1,
            steps: vec![undo],
        });
        spec.steps.push(Step {
            state: state_digest(&state).unwrap(),
            ..step
        });
    }
    Plan::new("hello", spec).unwrap()
}

#[track_caller]
fn check_broken(plan: Plan, expect: impl Fn(&Broken) -> bool) {
    let broken = check(plan).unwrap_err();
    assert!(broken.iter().any(expect), "{broken:#?}");
}

/// A failure means that a good plan is refused.
#[test]
fn what_the_planner_makes_is_accepted() {
    let plans = [
        canary(),
        blue_green(),
        plan(json!({"rolling": {}})),
        renumbered(80),
        plan(json!({"rolling": {"maxSurge": 0, "maxUnavailable": 1}})),
        plan(json!({"recreate": {}})),
        plan_of(
            &json!({"maxSurge": "25%", "maxUnavailable": 0}),
            10,
            json!({"rolling": {}}),
        ),
        plan_of(
            &json!({"maxSurge": 0, "maxUnavailable": 1}),
            4,
            json!({"canary": {"steps": [{"setWeight": 25}, {"setWeight": 50}]}}),
        ),
    ];
    for plan in plans {
        let name = plan.spec.strategy.clone();
        assert_eq!(
            check(plan.clone())
                .map_err(|broken| format!("{name}: {broken:#?}"))
                .map(crate::Checked::into_plan),
            Ok(plan)
        );
    }
}

/// Two scale patches in a row put five pods where four are allowed.
#[test]
fn no_gate_after_shrinking() {
    let mut plan = canary();
    plan.spec.steps[1].gates.clear();
    let plan = Plan::new("hello", plan.spec).unwrap();
    check_broken(plan, |broken| {
        matches!(
            broken,
            Broken::Ceiling {
                alive: 5,
                ceiling: 4,
                ..
            }
        )
    });
}

#[test]
fn surge_rounded_down() {
    let rollout = json!({"maxSurge": "25%", "maxUnavailable": 0});
    let mut plan = plan_of(&rollout, 10, json!({"rolling": {}}));
    let Bounds::Fixed(fixed) = plan.spec.workloads[0].bounds else {
        panic!("{plan:?}")
    };
    assert_eq!(fixed.ceiling, 13);
    plan.spec.workloads[0].bounds = Bounds::Fixed(Fixed {
        ceiling: 12,
        ..fixed
    });
    let plan = Plan::new("hello", plan.spec).unwrap();
    check_broken(plan, |broken| {
        matches!(
            broken,
            Broken::Ceiling {
                alive: 13,
                ceiling: 12,
                ..
            }
        )
    });
}

/// The old pods go before the Service leaves them.
#[test]
fn contract_before_shift() {
    let plan = blue_green();
    let mut steps = plan.spec.steps.clone();
    let switch = switch(&steps);
    let zero = scaled(&plan, switch, "hello", 0);
    steps.insert(switch, zero);
    steps.truncate(switch + 1);
    let floor = |broken: &Broken| matches!(broken, Broken::Floor { answering: 0, .. });
    check_broken(of_steps(&plan, steps), floor);
}

/// The Service is switched before the pods behind it are there.
#[test]
fn the_service_before_the_pods() {
    let plan = blue_green();
    let mut steps = plan.spec.steps.clone();
    let switch = switch(&steps);
    for step in &mut steps[..switch] {
        step.gates.clear();
    }
    check_broken(of_steps(&plan, steps), |broken| {
        matches!(broken, Broken::Router { answering: 0, .. })
    });
}

/// The set is rolled at four pods, where a fifth may come.
#[test]
fn a_roll_while_the_workload_is_fuller_than_it_should_be() {
    let plan = canary();
    let mut steps = plan.spec.steps.clone();
    steps.swap(3, 4);
    let plan = of_steps(&plan, steps);
    check_broken(plan, |broken| {
        matches!(
            broken,
            Broken::Ceiling {
                alive: 5,
                ceiling: 4,
                ..
            }
        )
    });
}

#[test]
fn undo_that_waits_for_new_pods() {
    let mut plan = canary();
    for gate in plan.spec.undo[1]
        .steps
        .iter_mut()
        .flat_map(|step| &mut step.gates)
    {
        if let Gate::Settled(settled) = gate {
            *gate = Gate::Available(Available::all(settled.object.clone(), settled.replicas));
        }
    }
    let plan = Plan::new("hello", plan.spec).unwrap();
    check_broken(plan, |broken| {
        broken.to_string().contains("pods of the new version")
    });
}

/// Which steps of a plan change a Service, and which a route.
fn of_kind(plan: &Plan, kind: &str) -> Vec<usize> {
    let changes = |step: &Step| {
        step.changes
            .iter()
            .any(|change| change.object().kind == kind)
    };
    let steps = plan.spec.steps.iter().enumerate();
    let steps = steps.filter(|(_, step)| changes(step));
    steps.map(|(at, _)| at).collect()
}

/// A planner that orders ports and routes otherwise, or not at all.
#[test]
fn a_route_to_a_port_that_its_service_lacks() {
    let plan = renumbered(80);
    let (services, routes) = (of_kind(&plan, "Service"), of_kind(&plan, "Ingress"));
    let (&[comes, goes], &[route]) = (&services[..], &routes[..]) else {
        panic!("{services:?} {routes:?}")
    };
    let dead_end = |broken: &Broken| {
        let message = broken.to_string();
        message
            .contains("Ingress hello: /spec/defaultBackend/service/port/number: it leads to a port")
    };
    let forged = |edit: &dyn Fn(&mut Vec<Step>)| {
        let mut steps = plan.spec.steps.clone();
        edit(&mut steps);
        check_broken(of_steps(&plan, steps), dead_end);
    };
    forged(&|steps| steps.swap(comes, route));
    forged(&|steps| steps.swap(route, goes));
    // In the middle of one step the route may be first.
    forged(&|steps| {
        let led = steps.remove(route);
        steps[comes].changes.extend(led.changes);
    });
    forged(&|steps| {
        let gone = steps.remove(goes);
        steps[route].changes.extend(gone.changes);
    });
}

/// A failure means that a plan is refused for what was so before it.
#[test]
fn a_route_that_led_nowhere_before_may_do_so() {
    let plan = renumbered(99);
    assert!(check(plan).is_ok());
    let plan = renumbered(81);
    assert!(check(plan).is_ok());
}

/// The step that switches the Service.
fn switch(steps: &[Step]) -> usize {
    let changes = |step: &Step| {
        step.changes
            .iter()
            .any(|change| change.object().kind == "Service")
    };
    steps.iter().position(changes).unwrap()
}

/// A step after `at` others that gives a Deployment another count, without a gate.
fn scaled(plan: &Plan, at: usize, name: &str, count: u32) -> Step {
    let state = plan.state(at).unwrap();
    let set = state
        .iter()
        .find(|set| set.object().name == name && set.object().kind == "Deployment");
    let set = set.unwrap();
    let after = set.set("/spec/replicas", json!(count)).unwrap();
    Step {
        changes: Change::between(Some(set), Some(&after))
            .into_iter()
            .collect(),
        shares: Vec::new(),
        gates: Vec::new(),
        ..plan.spec.steps[0].clone()
    }
}
