//! What an autoscaler does, held and not held (tried on Kubernetes 1.36.4 with a metrics API).

use jiff::SignedDuration;

use super::*;

fn autoscaler(least: u32, most: u32, policy: Option<&str>) -> Manifest {
    let hello = Manifest::new(json!({
        "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "hello", "namespace": "default"},
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "hello"},
            "minReplicas": least, "maxReplicas": most},
    }))
    .unwrap();
    match policy {
        None => hello,
        Some(policy) => {
            let rules = json!({"selectPolicy": policy});
            let behavior = json!({"scaleUp": rules, "scaleDown": rules});
            hello.set("/spec/behavior", behavior).unwrap()
        }
    }
}

/// A failure means that runs are tried against an autoscaler that does less than a real one.
#[test]
fn it_keeps_its_limits_and_follows_the_load() {
    let check = |count: u32, own: &Manifest, load: u32, expect: u32| {
        for seed in 0..5 {
            let mut model = standing(seed, &deployment(count, &json!(1), &json!(0)));
            model
                .write(&Write::Create(own.clone()), "test", false)
                .unwrap();
            model.loads.insert(own.object().clone(), load);
            assert!(model.drive_bounded(10_000));
            let object = deployment(1, &json!(1), &json!(0)).object().clone();
            assert_eq!(model.alive(&object), expect, "{own:?} {load}");
        }
    };
    let free = autoscaler(2, 6, None);
    check(3, &free, 9, 6);
    check(3, &free, 4, 4);
    check(3, &free, 0, 2);
    check(0, &free, 9, 0);
    let held = autoscaler(2, 6, Some("Disabled"));
    check(3, &held, 9, 3);
    check(3, &held, 0, 3);
    check(0, &held, 9, 0);
    // Limits are kept all the same.
    check(1, &held, 0, 2);
    check(8, &held, 9, 6);
}

/// A failure means that nobody is tried who counts pods right after the patch that holds an
/// autoscaler.
#[test]
fn it_may_go_by_what_it_was_for_a_sync_period() {
    let scaled = |wait: i64| {
        let moved = |seed: u64| {
            let mut model = standing(seed, &deployment(3, &json!(1), &json!(0)));
            let own = autoscaler(2, 9, None);
            model
                .write(&Write::Create(own.clone()), "test", false)
                .unwrap();
            model.loads.insert(own.object().clone(), 3);
            assert!(model.drive_bounded(10_000));
            let behavior = autoscaler(2, 9, Some("Disabled"));
            let ops = json!([{"op": "add", "path": "/spec/behavior", "value": behavior.pointer("/spec/behavior")}]);
            patch(&mut model, own.object(), ops).unwrap();
            model.enabled();
            model.drive(model.now + SignedDuration::from_secs(wait));
            model.loads.insert(own.object().clone(), 9);
            assert!(model.drive_bounded(10_000));
            model.alive(deployment(1, &json!(1), &json!(0)).object()) != 3
        };
        (0..20).filter(|seed| moved(*seed)).count()
    };
    assert!(scaled(0) > 0);
    assert_eq!(scaled(15), 0);
}
