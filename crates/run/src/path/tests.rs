use cutover_workload::Deployment;
use serde_json::{Value, json};

use super::*;
use crate::examples::{edited, gate, rolling};

/// A failure means that a run waits for ever, or gives up too early.
#[test]
fn gates_on_the_cluster_have_a_time_limit() {
    let service = json!({"apiVersion": "v1", "kind": "Service", "name": "hello"});
    let deployment = json!({"apiVersion": "apps/v1", "kind": "Deployment", "name": "hello"});
    let endpoints = json!({"endpoints": {"object": service}});
    let available = json!({"available": {"object": deployment, "replicas": 3}});
    let office = json!({"window": {"from": "09:00", "to": "16:00", "timezone": "UTC"}});
    let check = |within: Option<u32>, deadline: Option<u32>, gates: &[&Value], expect| {
        let plan = edited(&rolling(), |spec| {
            spec.steps[0].within = within.map(Duration::of_seconds);
            spec.steps[0].gates = gates.iter().map(|value| gate(value)).collect();
            for manifest in &mut spec.from {
                if let Some(seconds) = deadline.filter(|_| Deployment::is(manifest.object())) {
                    *manifest = manifest
                        .set("/spec/progressDeadlineSeconds", seconds.into())
                        .unwrap();
                }
            }
        });
        let limit = Path::forward(&plan).unwrap().limit(1);
        assert_eq!(limit, expect, "{within:?} {deadline:?} {gates:?}");
    };
    let of = |seconds| Some(Duration::of_seconds(seconds));
    check(Some(60), Some(1200), &[&available], of(60));
    check(None, Some(1200), &[&available], of(1200));
    check(None, Some(30), &[&endpoints, &available], of(30));
    check(None, None, &[&available], of(600));
    check(None, Some(1200), &[&endpoints], of(600));
    check(None, None, &[&json!({"pause": {}}), &office], None);
    check(None, None, &[], None);
}
