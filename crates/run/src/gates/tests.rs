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
        let verdict = judge(&read(gate.clone()), &Seen::default(), Timestamp::UNIX_EPOCH);
        assert!(matches!(verdict, Verdict::Waits(_)), "{gate}: {verdict:?}");
    };
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

#[test]
fn gates_have_names() {
    let check = |gate: Value, expect: &str| assert_eq!(name(&read(gate)), expect);
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
