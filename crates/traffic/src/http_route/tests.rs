use cutover_manifest::{Manifest, ObjectRef};
use serde_json::{Value, json};

use super::{HttpRoute, Session, Shift, TooHeavy, frame, towards};
use crate::share::Percent;

fn route(rules: Value) -> Manifest {
    Manifest::new(json!({
        "apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute",
        "metadata": {"name": "hello"}, "spec": {"rules": rules},
    }))
    .unwrap()
}

/// A rule of these backends: name and weight, absent where there is none.
fn rule(backends: &[(&str, Option<u32>)]) -> Value {
    let backends = backends.iter().map(|(name, weight)| match weight {
        Some(weight) => json!({"name": name, "port": 80, "weight": weight}),
        None => json!({"name": name, "port": 80}),
    });
    json!({"backendRefs": backends.collect::<Vec<_>>()})
}

fn service(name: &str) -> ObjectRef {
    ObjectRef::new("v1", "Service", None, name)
}

fn is_hello(service: &ObjectRef) -> bool {
    service.name.starts_with("hello")
}

/// The shares of the workload's own part, rule by rule.
#[track_caller]
fn check_parts(rules: Value, expect: &[&str]) {
    let read = HttpRoute::read(&route(rules)).unwrap();
    let text = |part: std::collections::BTreeMap<ObjectRef, crate::Share>| {
        let shares = part.iter();
        let shares = shares.map(|(service, share)| format!("{} {share}", service.name));
        shares.collect::<Vec<_>>().join(", ")
    };
    let parts: Vec<String> = read.parts(is_hello).into_iter().map(text).collect();
    assert_eq!(parts, expect);
}

#[test]
fn a_weight_is_a_ratio_of_the_workloads_own_part() {
    check_parts(json!([rule(&[("hello", None)])]), &["hello 1/1"]);
    check_parts(
        json!([rule(&[("hello", Some(3)), ("hello-canary", None)])]),
        &["hello 3/4, hello-canary 1/4"],
    );
    check_parts(
        json!([rule(&[
            ("hello", Some(3)),
            ("legacy", Some(9)),
            ("hello-canary", Some(1))
        ])]),
        &["hello 3/4, hello-canary 1/4"],
    );
    check_parts(
        json!([rule(&[("legacy", None)]), rule(&[("hello", Some(0))]), {}]),
        &["", "hello 0/1", ""],
    );
}

#[test]
fn a_backend_of_another_kind_is_nobodys_service() {
    let backends = json!([
        {"name": "hello", "kind": "ServiceImport", "group": "multicluster.x-k8s.io"},
        {"name": "hello", "kind": "Service", "group": "", "weight": 2},
        {"name": "hello", "namespace": "other"},
    ]);
    let read = HttpRoute::read(&route(json!([{"backendRefs": backends}]))).unwrap();
    let other = ObjectRef::new("v1", "Service", Some("other"), "hello");
    assert_eq!(read.services(), [&service("hello"), &other].into());
    let strangers = read.strangers(|named| *named == service("hello"));
    let strangers: Vec<String> = strangers[0].iter().map(ToString::to_string).collect();
    assert_eq!(strangers, ["1/4", "1/4"]);
}

#[test]
fn what_does_not_fit_is_refused_with_its_place() {
    let check = |rules: Value, expect: &str| {
        let error = HttpRoute::read(&route(rules)).unwrap_err().to_string();
        assert!(error.contains(expect), "{error}");
    };
    check(json!({}), "`/spec/rules`");
    check(
        json!([{"backendRefs": [{"name": "hello", "weight": "3"}]}]),
        "`/spec/rules/0/backendRefs/0/weight`",
    );
    check(
        json!([{"backendRefs": [{"name": "hello", "weight": -1}]}]),
        "`/spec/rules/0/backendRefs/0/weight`",
    );
    check(
        json!([{"timeouts": {"request": "soon"}}]),
        "`/spec/rules/0/timeouts/request`: `soon` is no length of time",
    );
}

#[test]
fn the_last_request_may_take_as_long_as_the_rules_let_it() {
    let check = |rules: Value, expect: u32| {
        assert_eq!(HttpRoute::read(&route(rules)).unwrap().longest(), expect);
    };
    check(json!([{}]), 0);
    check(json!([{"timeouts": {"request": "0s"}}]), 0);
    check(
        json!([{"timeouts": {"request": "90s"}}, {"timeouts": {"request": "1m500ms"}}]),
        90,
    );
    let session = |fields: Value| json!([{"sessionPersistence": fields}]);
    check(session(json!({"absoluteTimeout": "1h"})), 3600);
    let endless = HttpRoute::read(&route(session(json!({"type": "Cookie"})))).unwrap();
    assert_eq!(endless.rules[0].session, Session::Endless);
}

/// The weights of the first rule at a share for the new version.
#[track_caller]
fn check_weights(backends: &[(&str, Option<u32>)], weight: u64, expect: &str) {
    let [old, new] = [service("hello"), service("hello-canary")];
    let shift = Shift {
        old: &old,
        new: &new,
        weight: Percent::new(weight).unwrap(),
    };
    let shifted = shift
        .of(&route(json!([rule(backends)])), &[0].into())
        .unwrap();
    let backends = shifted.pointer("/spec/rules/0/backendRefs").unwrap();
    let text = |backend: &Value| {
        let name = backend["name"].as_str().unwrap();
        let weight = backend["weight"].to_string();
        format!("{name} {}", weight.replace("null", "-"))
    };
    let texts: Vec<String> = backends.as_array().unwrap().iter().map(text).collect();
    assert_eq!(texts.join(", "), expect);
}

#[test]
fn shares_are_exact_and_strangers_keep_theirs() {
    let alone = [("hello", None)];
    check_weights(&alone, 0, "hello -, hello-canary 0");
    check_weights(&alone, 5, "hello 19, hello-canary 1");
    check_weights(&alone, 25, "hello 3, hello-canary 1");
    check_weights(&alone, 33, "hello 67, hello-canary 33");
    check_weights(&alone, 100, "hello 0, hello-canary 1");
    let beside = [("hello", Some(1)), ("legacy", Some(3))];
    check_weights(&beside, 0, "hello 1, legacy 3, hello-canary 0");
    check_weights(&beside, 25, "hello 3, legacy 12, hello-canary 1");
    check_weights(&beside, 100, "hello 0, legacy 3, hello-canary 1");
    // Twice in one list, it has two new ones.
    let twice = [("hello", Some(1)), ("hello", Some(2))];
    check_weights(
        &twice,
        50,
        "hello 1, hello 2, hello-canary 1, hello-canary 2",
    );
    // One that is there with nothing gets the share.
    let there = [("hello", None), ("hello-canary", Some(0))];
    check_weights(&there, 0, "hello -, hello-canary 0");
    check_weights(&there, 25, "hello 3, hello-canary 1");
    // What gets nothing is left alone.
    check_weights(
        &[("hello", Some(0)), ("legacy", None)],
        25,
        "hello 0, legacy -",
    );
}

#[test]
fn a_rule_that_is_not_chosen_stays_as_it_is() {
    let [old, new] = [service("hello"), service("hello-canary")];
    let shift = Shift {
        old: &old,
        new: &new,
        weight: Percent::new(50).unwrap(),
    };
    let both = route(json!([rule(&[("hello", None)]), rule(&[("hello", None)])]));
    let second = shift.of(&both, &[1].into()).unwrap();
    assert_eq!(
        second.pointer("/spec/rules/0"),
        both.pointer("/spec/rules/0")
    );
    assert_ne!(
        second.pointer("/spec/rules/1"),
        both.pointer("/spec/rules/1")
    );
}

#[test]
fn past_the_kinds_limits_it_is_refused() {
    let [old, new] = [service("hello"), service("hello-canary")];
    let shift = |weight| Shift {
        old: &old,
        new: &new,
        weight: Percent::new(weight).unwrap(),
    };
    let heavy = route(json!([rule(&[
        ("hello", Some(999_999)),
        ("legacy", Some(7))
    ])]));
    let error = shift(33).of(&heavy, &[0].into()).unwrap_err();
    assert!(matches!(error, TooHeavy::Weight { rule: 0, .. }), "{error}");
    assert_eq!(error.pointer(), "/spec/rules/0/backendRefs");
    let many = vec![("hello", None); 9];
    let error = shift(0).of(&route(json!([rule(&many)])), &[0].into());
    let expect = TooHeavy::Backends {
        rule: 0,
        backends: 18,
    };
    assert_eq!(error, Err(expect));
}

/// A failure means that a gateway loses the requests of a backend that comes or goes with a share.
#[test]
fn no_backend_comes_or_goes_with_a_share() {
    let check = |forms: &[&[(&str, Option<u32>)]]| {
        let forms = forms.iter().map(|backends| route(json!([rule(backends)])));
        let forms: Vec<Manifest> = forms.collect();
        let there = forms.last().unwrap();
        for pair in forms.windows(2) {
            assert_eq!(towards(&pair[0], there), pair[1]);
        }
        assert_eq!(towards(there, there), *there);
    };
    check(&[
        &[("hello", None)],
        &[("hello", None), ("hello-canary", Some(0))],
        &[("hello", Some(3)), ("hello-canary", Some(1))],
    ]);
    check(&[
        &[("hello", Some(3)), ("hello-canary", Some(1))],
        &[("hello", None), ("hello-canary", Some(0))],
        &[("hello", None)],
    ]);
    check(&[
        &[("hello", Some(1)), ("hello", Some(2))],
        &[
            ("hello", Some(1)),
            ("hello", Some(2)),
            ("hello-canary", Some(0)),
            ("hello-canary", Some(0)),
        ],
        &[
            ("hello", Some(1)),
            ("hello", Some(2)),
            ("hello-canary", Some(1)),
            ("hello-canary", Some(2)),
        ],
    ]);
    check(&[
        &[("blue", Some(1))],
        &[("blue", Some(1)), ("green", Some(0))],
        &[("blue", Some(0)), ("green", Some(1))],
        &[("green", Some(1))],
    ]);
}

#[test]
fn a_frame_shows_what_is_more_than_shares() {
    let base = route(json!([rule(&[("hello", None), ("legacy", Some(3))])]));
    let check = |rules: Value, alike: bool| {
        let same = frame(&base, is_hello) == frame(&route(rules), is_hello);
        assert_eq!(same, alike);
    };
    check(
        json!([rule(&[
            ("hello", Some(9)),
            ("legacy", Some(12)),
            ("hello-canary", Some(3))
        ])]),
        true,
    );
    check(json!([rule(&[("hello", None), ("other", Some(3))])]), false);
    check(json!([rule(&[("hello", None)])]), false);
    let mut filtered = rule(&[("hello", None), ("legacy", Some(3)), ("hello-canary", None)]);
    filtered["backendRefs"][2]["filters"] = json!([{"type": "RequestMirror"}]);
    check(json!([filtered]), false);
    let mut timed = rule(&[("hello", None), ("legacy", Some(3))]);
    timed["timeouts"] = json!({"request": "1s"});
    check(json!([timed]), false);
}
