//! Laws on the length of plans: no detours, and no step that does nothing.

use cutover::manifest::{Bundle, Manifest, emit};
use cutover::planning::{Budget, Change, Step};
use cutover::{AnyStrategy, Ends, Options, Plan, Release};
use serde_json::{Value, json};

use super::case::Way;
use super::laws;

laws! {
    /// A failure means that a plan takes detours: more steps than its waypoints and its budget call
    /// for.
    fn a_plan_takes_no_detours(planned) {
        let phases = match &planned.way {
            Way::Canary { steps, .. } => steps.len() + 3,
            Way::BlueGreen { .. } => 7,
            Way::Scale { .. } => 12,
            _ => 3,
        };
        let rounds = |workload: &cutover::planning::Workload| {
            let room = workload.ceiling().saturating_sub(workload.floor()).max(1);
            2 * workload.ceiling().div_ceil(room) as usize + 5
        };
        let lanes: Vec<usize> = planned.plan.spec.workloads.iter().map(rounds).collect();
        let together = if planned.concurrent.is_some() { lanes.iter().sum() } else { lanes.into_iter().max().unwrap_or(0) };
        let bound = phases * (together + 2);
        let longest = planned.plan.spec.undo.iter().map(|undo| undo.steps.len()).max().unwrap_or(0);
        match planned.plan.len() <= bound && longest <= bound {
            true => Ok(()),
            false => Err(format!("{} steps, and {longest} in one entry of undo, where {bound} are enough", planned.plan.len())),
        }
    }

    /// A failure means that a plan makes people wait for a step that does nothing.
    fn every_step_does_something(planned) {
        let idle = |step: &&Step| step.changes.is_empty() && step.gates.is_empty() && step.shares.is_empty();
        match planned.plan.every_step().find(idle) {
            Some(step) => Err(format!("`{}` changes nothing and waits for nothing", step.phase)),
            None => Ok(()),
        }
    }
}

fn deployment(name: &str, replicas: u32, image: &str) -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name},
        "spec": {
            "replicas": replicas, "selector": {"matchLabels": {"app": name}},
            "template": {"metadata": {"labels": {"app": name}},
                "spec": {"containers": [{"name": "web", "image": format!("registry.example/web:{image}")}]}}},
    })
}

fn bundle(values: impl IntoIterator<Item = Value>) -> Bundle {
    values
        .into_iter()
        .map(|value| Manifest::new(value).unwrap())
        .collect()
}

fn planned(from: &Bundle, to: &Bundle, strategy: Value) -> Plan {
    let strategy: AnyStrategy = serde_json::from_value(strategy).unwrap();
    cutover::plan(
        &Release::new(Ends::new(from.clone(), to.clone())).unwrap(),
        &strategy,
        &Options::default(),
    )
    .unwrap()
    .into_plan()
}

/// A failure means that a plan grows with the number of Deployments that nothing ties together.
#[test]
fn two_thousand_deployments_roll_in_one_step() {
    let all = |image: &str| bundle((0..2_000).map(|at| deployment(&format!("web-{at}"), 3, image)));
    let plan = planned(&all("1"), &all("2"), json!({"rolling": {}}));
    assert_eq!(
        (
            plan.len(),
            plan.spec.undo.len(),
            plan.spec.undo[0].steps.len()
        ),
        (1, 1, 1)
    );
    assert_eq!(plan.spec.steps[0].changes.len(), 2_000);
    assert!(
        plan.spec.steps[0]
            .changes
            .iter()
            .all(|change| matches!(change, Change::Patch(_)))
    );
}

/// A failure means that a plan of many steps repeats itself, and grows past what a review can show.
#[test]
fn a_long_canary_stays_under_two_megabytes() {
    let steps: Vec<Value> = (1..=99)
        .map(|weight| json!({"setWeight": weight}))
        .collect();
    let end = |image: &str| bundle([deployment("web", 1_000, image)]);
    let plan = planned(&end("1"), &end("2"), json!({"canary": {"steps": steps}}));
    assert!(plan.len() > 99 && plan.len() < 400, "{} steps", plan.len());
    let size = emit(&plan.to_value().unwrap()).len();
    assert!(size < 2_000_000, "{size} bytes");
    assert_eq!(
        plan.spec.workloads[0].ceiling(),
        1_000 + Budget::default().of(1_000).surge
    );
}
