//! Selectors, as the API server reads them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Selector;

/// Whether an expression holds for pods without the label `track`, with `stable` and with `green`.
fn check_matches(operator: &str, values: &[&str], expect: [bool; 3]) {
    let selector = Selector::read(&json!({
        "matchLabels": {"app": "hello"},
        "matchExpressions": [{"key": "track", "operator": operator, "values": values}],
    }))
    .unwrap();
    let pods = |track: Option<&str>| {
        let track = track.map(|track| ("track".to_owned(), track.to_owned()));
        BTreeMap::from_iter(
            [("app".to_owned(), "hello".to_owned())]
                .into_iter()
                .chain(track),
        )
    };
    let found = [None, Some("stable"), Some("green")].map(|track| selector.matches(&pods(track)));
    assert_eq!(found, expect, "{operator} {values:?}");
    let admitted = ["stable", "green"].map(|track| selector.admits("track", track));
    assert_eq!(admitted, expect[1..], "{operator} {values:?}");
    assert!(selector.expresses("track") && !selector.expresses("app"));
    assert!(!selector.matches(&BTreeMap::from([("track".into(), "stable".into())])));
}

#[test]
fn labels_and_expressions_hold_together() {
    check_matches("In", &["stable"], [false, true, false]);
    check_matches("In", &["stable", "green"], [false, true, true]);
    check_matches("NotIn", &["green"], [true, true, false]);
    check_matches("NotIn", &["canary"], [true, true, true]);
    check_matches("Exists", &[], [false, true, true]);
    check_matches("DoesNotExist", &[], [true, false, false]);
}

#[test]
fn the_order_of_expressions_says_nothing() {
    let one = json!({"key": "track", "operator": "Exists"});
    let other = json!({"key": "tier", "operator": "In", "values": ["web", "api"]});
    let same = json!({"key": "tier", "operator": "In", "values": ["api", "web"]});
    let read = |expressions: [&Value; 2]| {
        Selector::read(&json!({"matchExpressions": expressions})).unwrap()
    };
    assert_eq!(read([&one, &other]), read([&same, &one]));
}

fn check_refused(expression: Value, pointer: &str, reason: &str) {
    let good = json!({"key": "app", "operator": "Exists"});
    let error = Selector::read(&json!({"matchExpressions": [good, expression]})).unwrap_err();
    assert_eq!(
        (error.pointer.as_str(), error.reason.as_str()),
        (pointer, reason)
    );
}

#[test]
fn what_the_server_does_not_take_is_refused() {
    check_refused(
        json!({"key": "track", "operator": "Equals", "values": ["a"]}),
        "/matchExpressions/1/operator",
        "`Equals` is not an operator",
    );
    check_refused(
        json!({"key": "track", "operator": "In"}),
        "/matchExpressions/1/values",
        "`In` needs values",
    );
    check_refused(
        json!({"key": "track", "operator": "NotIn", "values": []}),
        "/matchExpressions/1/values",
        "`NotIn` needs values",
    );
    check_refused(
        json!({"key": "track", "operator": "Exists", "values": ["a"]}),
        "/matchExpressions/1/values",
        "`Exists` takes no values",
    );
    check_refused(
        json!({"operator": "Exists"}),
        "/matchExpressions/1/key",
        "the expression names no label",
    );
}
