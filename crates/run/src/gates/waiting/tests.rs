use cutover_manifest::Manifest;
use serde_json::{Value, json};

use super::*;
use crate::examples::gate;

/// A Service of a type, without any pod; and the endpoints of others.
fn service(kind: &str) -> Observed {
    let mut observed = Observed::default();
    observed.update(&manifest(json!({
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": "hello"},
        "spec": {"type": kind, "selector": {"app": "hello"}, "ports": [{"port": 80}]},
    })));
    observed
}

fn manifest(value: Value) -> Manifest {
    Manifest::new(value).unwrap()
}

fn endpoints() -> Gate {
    let object = json!({"apiVersion": "v1", "kind": "Service", "name": "hello"});
    gate(&json!({"endpoints": {"object": object}}))
}

/// An autoscaler that is held, and a gate that waits for that.
fn hpa(name: &str) -> (Manifest, Gate) {
    let behavior = json!({
        "scaleUp": {"selectPolicy": "Disabled"}, "scaleDown": {"selectPolicy": "Disabled"},
    });
    let hpa = manifest(json!({
        "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": name}, "spec": {"maxReplicas": 9, "behavior": behavior},
    }));
    let held = gate(&json!({"held": {"object": hpa.object()}}));
    (hpa, held)
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// A failure means that requests are lost, since a load balancer follows later than kube-proxy.
#[test]
fn endpoints_must_have_been_right_for_a_while() {
    let service_object = ObjectRef::new("v1", "Service", None, "hello");
    let check = |kind: &str, is_fronted: bool, expect: i64| {
        let observed = service(kind);
        let fronted = is_fronted.then(|| service_object.clone());
        let fronted = fronted.into_iter().collect();
        let cluster = Cluster::new(&observed, &fronted, Duration::of_seconds(30));
        let (mut waiting, gates) = (Waiting::default(), [endpoints()]);
        let blocked = waiting.hold(&gates, cluster, at(100)).unwrap_err();
        assert_eq!(blocked.wake, Some(at(expect)), "{kind} {is_fronted}");
        assert!(waiting.hold(&gates, cluster, at(expect - 1)).is_err());
        assert_eq!(waiting.hold(&gates, cluster, at(expect)), Ok(()));
    };
    check("ClusterIP", false, 101);
    check("ClusterIP", true, 130);
    check("LoadBalancer", false, 130);
}

/// A failure means that a step goes on at a moment at which its gates did not all hold.
#[test]
fn while_one_does_not_hold_all_others_begin_anew() {
    let (mut observed, fronted) = (service("ClusterIP"), BTreeSet::new());
    let settle = Duration::of_seconds(30);
    let (scaler, held) = hpa("hello");
    observed.update(&scaler);
    let (late, late_held) = hpa("late");
    let gates = [late_held, endpoints(), held];
    let mut waiting = Waiting::default();
    let mut check = |observed: &Observed, now: i64, expect: Option<(&str, Option<i64>)>| {
        let cluster = Cluster::new(observed, &fronted, settle);
        let held = waiting.hold(&gates, cluster, at(now));
        let found = held
            .as_ref()
            .err()
            .map(|blocked| (blocked.gate.to_string(), blocked.wake));
        let expect = expect.map(|(gate, wake)| (gate.to_owned(), wake.map(at)));
        assert_eq!(found, expect, "{now}");
    };
    // What is said is what does not hold first; another one wakes.
    check(&observed, 100, Some(("late held", Some(101))));
    // Nothing else is looked at while it does not, and the endpoints' time begins anew.
    check(&observed, 102, Some(("late held", None)));
    observed.update(&late);
    check(&observed, 120, Some(("late held", Some(121))));
    // The first autoscaler has stood still since 100: its sync period is not waited for twice.
    check(&observed, 121, Some(("late held", Some(135))));
    check(&observed, 135, None);
}

/// A failure means that a gate which held for hours before a closed window has no time left once it
/// does not.
#[test]
fn the_limit_begins_where_the_gates_cease_to_hold() {
    let (mut observed, fronted) = (service("ClusterIP"), BTreeSet::new());
    let gates = [endpoints()];
    let mut waiting = Waiting::default();
    let look = |waiting: &mut Waiting, observed: &Observed, now: i64| {
        let cluster = Cluster::new(observed, &fronted, Duration::of_seconds(30));
        let _held = waiting.hold(&gates, cluster, at(now));
        waiting.still_since(&gates, observed, at(100), at(now))
    };
    assert_eq!(look(&mut waiting, &observed, 100), at(100));
    assert_eq!(look(&mut waiting, &observed, 5000), at(100));
    observed.remove(&ObjectRef::new("v1", "Service", None, "hello"));
    assert_eq!(look(&mut waiting, &observed, 9000), at(9000));
    assert_eq!(look(&mut waiting, &observed, 9100), at(9000));
}
