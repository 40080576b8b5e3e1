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

/// A route at its second generation, of which its controller has seen so many.
fn route(seen: u64, resolved: &str) -> Manifest {
    let condition = |kind: &str, status: &str| json!({"type": kind, "status": status, "observedGeneration": seen, "reason": "BackendNotFound"});
    manifest(json!({
        "apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute",
        "metadata": {"name": "hello", "generation": 2}, "spec": {"parentRefs": [{"name": "public"}]},
        "status": {"parents": [{
            "parentRef": {"name": "public"}, "controllerName": "example.com/gateway",
            "conditions": [condition("Accepted", "True"), condition("ResolvedRefs", resolved)],
        }]},
    }))
}

fn routed() -> Gate {
    gate(&json!({"routed": {"object": route(0, "True").object(), "settle": "3s"}}))
}

fn drained() -> Gate {
    gate(&json!({"drained": {"object": route(0, "True").object(), "after": "30s"}}))
}

/// A failure means that pods go while a gateway still sends requests to them.
#[test]
fn a_route_is_followed_a_while_after_its_controller_has_taken_it() {
    let fronted = BTreeSet::new();
    let mut waiting = Waiting::default();
    let mut check =
        |gates: &[Gate], route: &Manifest, now: i64, expect: Result<(), Option<i64>>| {
            let mut observed = Observed::default();
            observed.update(route);
            let cluster = Cluster::new(&observed, &fronted, Duration::of_seconds(30));
            let held = waiting.hold(gates, cluster, at(now));
            let found = held.map_err(|blocked| blocked.wake);
            assert_eq!(found, expect.map_err(|wake| wake.map(at)), "{now}");
        };
    let both = [routed(), drained()];
    check(&both, &route(1, "True"), 100, Err(None));
    check(&both, &route(2, "True"), 110, Err(Some(113)));
    // Its word is taken back, and given again.
    check(&both, &route(1, "True"), 112, Err(None));
    check(&both, &route(2, "True"), 120, Err(Some(123)));
    // The last request may begin until gateways have followed.
    check(&both, &route(2, "True"), 123, Err(Some(153)));
    check(&both, &route(2, "True"), 152, Err(Some(153)));
    check(&both, &route(2, "True"), 153, Ok(()));
}

/// A failure means that a drain is waited for from the beginning whenever a pod is not ready for a
/// moment.
#[test]
fn a_drain_goes_on_while_something_else_does_not_hold() {
    let fronted = BTreeSet::new();
    let settle = Duration::of_seconds(30);
    let gates = [endpoints(), routed(), drained()];
    let mut waiting = Waiting::default();
    let mut look = |is_there: bool, now: i64| {
        let mut observed = if is_there {
            service("ClusterIP")
        } else {
            Observed::default()
        };
        observed.update(&route(2, "True"));
        let cluster = Cluster::new(&observed, &fronted, settle);
        waiting.hold(&gates, cluster, at(now)).is_ok()
    };
    assert!(!look(true, 100));
    assert!(!look(false, 110));
    assert!(!look(true, 132));
    assert!(look(true, 133));
}

/// A failure means that a route which names what was not there before can never be waited for, or
/// that what a plan breaks itself is passed over.
#[test]
fn what_was_not_found_before_is_not_waited_for() {
    let check = |is_excused: bool, route: Manifest, expect: Verdict| {
        let mut observed = Observed::default();
        observed.update(&route);
        if is_excused {
            observed.excuse([route.object().clone()].into());
        }
        assert_eq!(judge(&routed(), &observed), expect);
    };
    let waits = |words: &str| Verdict::Waits(words.into());
    let missing =
        "not all that it names is found for Gateway public: example.com/gateway: BackendNotFound";
    check(false, route(2, "False"), waits(missing));
    check(true, route(2, "False"), Verdict::Holds);
    let silent = "no controller of Gateway public has taken its present form";
    check(true, route(1, "False"), waits(silent));
}
