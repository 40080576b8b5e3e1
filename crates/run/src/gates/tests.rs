use cutover_manifest::{Manifest, ObjectRef};
use serde_json::{Value, json};

use super::*;

fn read(gate: Value) -> Gate {
    serde_json::from_value(gate).unwrap()
}

fn object() -> Value {
    json!({"apiVersion": "apps/v1", "kind": "Deployment", "name": "hello"})
}

/// A failure means that a step would begin although nobody knows whether it may.
#[test]
fn what_is_unknown_does_not_hold() {
    let check = |gate: Value| {
        let verdict = judge(&read(gate.clone()), &Observed::default());
        assert!(matches!(verdict, Verdict::Waits(_)), "{gate}: {verdict:?}");
    };
    // Nothing has been seen of this one yet.
    check(json!({"held": {"object": object()}}));
    check(json!({"routed": {"object": object(), "settle": "0s"}}));
    check(json!({"drained": {"object": object(), "after": "0s"}}));
    check(json!({"available": {"object": object()}}));
    check(json!({"available": {"object": object(), "updated": 0}}));
    check(json!({"available": {"object": object(), "replicas": 0, "updated": 0}}));
    // Nothing has been seen of these yet.
    check(json!({"available": {"object": object(), "replicas": 0}}));
    check(json!({"settled": {"object": object(), "replicas": 1}}));
    check(json!({"endpoints": {"object": object()}}));
}

/// What has been seen of these objects, whose scopes have been listed.
fn observed(objects: &[Value]) -> Observed {
    let mut observed = Observed::default();
    for object in objects {
        observed.update(&Manifest::new(object.clone()).unwrap());
    }
    observed
}

/// A failure means that a plan counts pods while an autoscaler still writes their number, or waits
/// forever for one that stands still.
#[test]
fn an_autoscaler_is_held_once_it_is_seen() {
    let check = |object: &Value, others: &[Value], expect: Result<bool, &str>| {
        let hello = Manifest::new(object.clone()).unwrap();
        let gate = read(json!({"held": {"object": hello.object()}}));
        let observed = observed(&[std::slice::from_ref(object), others].concat());
        match (judge(&gate, &observed), expect) {
            (Verdict::Holds, Ok(answered)) => {
                assert_eq!(is_answered(&observed, hello.object()), answered, "{object}");
            }
            (Verdict::Waits(stands), Err(words)) => assert_eq!(stands.to_string(), words),
            (verdict, expect) => panic!("{object}: {verdict:?}, {expect:?}"),
        }
    };
    let hpa = |policy: &str, generations: Option<[u64; 2]>| {
        let behavior =
            json!({"scaleUp": {"selectPolicy": policy}, "scaleDown": {"selectPolicy": "Disabled"}});
        let mut hpa = json!({
            "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler",
            "metadata": {"name": "hello"}, "spec": {"maxReplicas": 9, "behavior": behavior},
        });
        if let Some([own, observed]) = generations {
            hpa["metadata"]["generation"] = json!(own);
            hpa["status"] = json!({"observedGeneration": observed});
        }
        hpa
    };
    // Nothing of it says whether its controller follows: only time does.
    check(&hpa("Disabled", None), &[], Ok(false));
    check(&hpa("Disabled", Some([2, 2])), &[], Ok(true));
    let unseen = "its controller has not seen it yet";
    check(&hpa("Disabled", Some([2, 1])), &[], Err(unseen));
    let chooses = "it chooses how many pods there are";
    check(&hpa("Max", Some([2, 2])), &[], Err(chooses));
    let keda = |paused: &str| {
        json!({
            "apiVersion": "keda.sh/v1alpha1", "kind": "ScaledObject",
            "metadata": {"name": "hello", "annotations": {"autoscaling.keda.sh/paused": "true"}},
            "spec": {}, "status": {"conditions": [{"type": "Paused", "status": paused}]},
        })
    };
    let made = |name: &str| {
        json!({
            "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "spec": {},
            "metadata": {"name": "keda-hpa-hello",
                "ownerReferences": [{"kind": "ScaledObject", "name": name}]},
        })
    };
    check(&keda("True"), &[], Ok(true));
    check(&keda("True"), &[made("other")], Ok(true));
    let there = "its HPA is still there";
    check(&keda("True"), &[made("hello")], Err(there));
    let silent = "KEDA has not said that it is paused";
    check(&keda("False"), &[], Err(silent));
}

/// A failure means that pods are counted right after their autoscaler was deleted, while its
/// controller may still write.
#[test]
fn an_autoscaler_that_is_gone_stands_still_in_time() {
    let hello = ObjectRef::new("autoscaling/v2", "HorizontalPodAutoscaler", None, "hello");
    let gate = read(json!({"held": {"object": hello}}));
    let mut observed = Observed::default();
    observed.remove(&hello);
    let verdict = judge(&gate, &observed);
    assert_eq!(verdict, Verdict::Holds);
    assert!(!is_answered(&observed, &hello));
}

#[test]
fn gates_have_names() {
    let check = |gate: Value, expect: &str| assert_eq!(awaited(&read(gate)).to_string(), expect);
    let hello = object();
    check(
        json!({"available": {"object": hello, "replicas": 3}}),
        "hello 3 available",
    );
    check(json!({"available": {"object": hello}}), "hello available");
    check(
        json!({"settled": {"object": hello, "replicas": 0}}),
        "hello 0 settled",
    );
    check(
        json!({"endpoints": {"object": hello}}),
        "endpoints of hello",
    );
    check(json!({"held": {"object": hello}}), "hello held");
    check(
        json!({"routed": {"object": hello, "settle": "1s"}}),
        "hello routed",
    );
    check(
        json!({"drained": {"object": hello, "after": "1s"}}),
        "hello drained",
    );
    check(json!({"pause": {"duration": "90s"}}), "a pause of 1m30s");
    check(json!({"pause": {}}), "a person");
    check(
        json!({"smoke": {"url": "http://hello"}}),
        "smoke http://hello",
    );
    let mut window = json!({"from": "09:00", "to": "16:00", "timezone": "Europe/Berlin"});
    check(
        json!({"window": window}),
        "the window 09:00-16:00 Europe/Berlin",
    );
    window["days"] = json!(["Mon", "Tue"]);
    check(
        json!({"window": window}),
        "the window Mon, Tue 09:00-16:00 Europe/Berlin",
    );
}
