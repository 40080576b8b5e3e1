//! Where a plan waits for a window.

use cutover_plan::{Gate, Step, Window};
use serde_json::Value;

use super::*;

/// The phases of a rolling update, one Deployment at a time, with `*` where the window stands.
fn check(from: &[Value], to: &[Value], expect: &[&str]) {
    let office: Window = "Mon-Fri 09:00-16:00 Europe/Berlin".parse().unwrap();
    let options = Options {
        max_concurrent: Some(1),
        window: Some(office),
        ..Options::default()
    };
    let release = Release::new(Ends::new(bundle(from), bundle(to)).pruned()).unwrap();
    let rolling = from_fn("rolling", |release| {
        Waypoints::direct(release, "update", &Default::default())
    });
    let plan = plan(&release, &rolling, &options).unwrap();
    cutover_check::check(plan.clone()).unwrap();
    let is_window = |gate: &Gate| matches!(gate, Gate::Window(_));
    let phase = |step: &Step| match step.gates.iter().any(is_window) {
        true => format!("{}*", step.phase),
        false => step.phase.to_string(),
    };
    let phases: Vec<String> = plan.spec.steps.iter().map(phase).collect();
    assert_eq!(phases, expect);
    let mut back = plan.spec.undo.iter().flat_map(|undo| &undo.steps);
    assert!(!back.any(|step| step.gates.iter().any(is_window)));
}

/// A failure means that a plan begins at night, or goes on at night with what the new version gets
/// requests by.
#[test]
fn a_window_stands_before_the_first_write_and_before_more_requests() {
    let scaled = |name: &str, replicas: u32| deployment(name, set_replicas(replicas));
    let next = |name: &str| deployment(name, image("hello:2"));
    let [api, web] = ["api", "web"].map(|name| scaled(name, 3));
    let both = [api.clone(), web.clone()];
    check(&both, &both, &[]);
    check(&both, &[api.clone(), next("web")], &["window*", "update"]);
    // The second roll waits, the end of the first does not.
    check(
        &both,
        &[next("api"), next("web")],
        &["window*", "update*", "update"],
    );
    // One comes: its pods are new. One goes: nothing new gets requests.
    check(
        std::slice::from_ref(&api),
        &[next("api"), web.clone()],
        &["window*", "update*", "update"],
    );
    check(
        &both,
        std::slice::from_ref(&api),
        &["window*", "cleanup", "cleanup"],
    );
    // More pods of the same version.
    check(&both, &[scaled("api", 5), web], &["window*", "update"]);
}

fn set_replicas(replicas: u32) -> impl Fn(&mut Value) {
    move |value| value["spec"]["replicas"] = json!(replicas)
}
