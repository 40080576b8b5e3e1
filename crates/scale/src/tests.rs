//! Where a ramp stands, and what is refused.

use std::num::NonZeroU32;

use cutover_manifest::{Bundle, Manifest};
use cutover_planner::Strategy;
use cutover_release::{Ends, Refusals, Release};
use cutover_workload::{Deployment, deployments};
use serde_json::{Value, json};

use crate::Scale;

fn hello(replicas: Value) -> Bundle {
    let deployment = json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "hello"},
        "spec": {"replicas": replicas, "selector": {"matchLabels": {"app": "hello"}}, "template": {
            "metadata": {"labels": {"app": "hello"}}, "spec": {"containers": [{"name": "hello", "image": "hello:1"}]}}},
    });
    Bundle::from_iter([Manifest::new(deployment).unwrap()])
}

/// Each phase with the pods that it asks for.
fn ramp(from: Value, to: u32, max_step: u32) -> Result<Vec<(String, u32)>, Refusals> {
    let scale = Scale {
        autoscaler: None,
        replicas: to,
        max_step: NonZeroU32::new(max_step),
        workloads: vec![],
    };
    let release = Release::new(scale.wanted(Ends::unchanged(hello(from)))?)?;
    let points = scale.waypoints(&release)?.points.into_iter();
    let pods = |bundle: &Bundle| deployments(bundle).find_map(Deployment::replicas).unwrap();
    Ok(points
        .map(|point| (point.phase, pods(&point.bundle)))
        .collect())
}

fn check(from: u32, to: u32, max_step: u32, expect: &[(&str, u32)]) {
    let found = ramp(json!(from), to, max_step).unwrap();
    let expect = expect
        .iter()
        .map(|(phase, pods)| ((*phase).to_owned(), *pods));
    assert_eq!(
        found,
        expect.collect::<Vec<_>>(),
        "{from} to {to} by {max_step}"
    );
}

#[test]
fn a_ramp_ends_at_what_is_wanted() {
    check(3, 6, 0, &[("scale", 6)]);
    check(3, 6, 3, &[("scale", 6)]);
    check(3, 6, 2, &[("scale-5", 5), ("scale-6", 6)]);
    check(6, 3, 2, &[("scale-4", 4), ("scale-3", 3)]);
    check(2, 0, 1, &[("scale-1", 1), ("scale-0", 0)]);
    check(0, 1, 1, &[("scale", 1)]);
    check(3, 3, 1, &[]);
}

#[test]
fn what_nobody_can_follow_is_refused() {
    let check = |from: Value, to: u32, max_step: u32, reason: &str| {
        let refused = ramp(from, to, max_step).unwrap_err().to_string();
        assert!(refused.contains(reason), "{refused}");
    };
    check(Value::Null, 3, 0, "does not say how many pods run");
    check(json!(1), 2_000, 1, "1 to 2000 pods by 1 takes 1999 steps");
    check(json!(1), u32::MAX, 0, "are more than the API server counts");
}
