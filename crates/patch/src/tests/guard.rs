//! What patches rely on, and that they notice when it has changed.

use serde_json::{Value, json};

use super::{Named, operations};
use crate::{apply, diff, unguarded};

/// The paths of the tests.
fn check(before: Value, after: Value, expect: &[&str]) {
    let patch = operations(&diff(&before, &after, &Named));
    let tests = patch
        .as_array()
        .unwrap()
        .iter()
        .filter(|operation| operation["op"] == "test");
    let paths: Vec<&str> = tests.map(|test| test["path"].as_str().unwrap()).collect();
    assert_eq!(paths, expect);
}

fn items(names: &[&str]) -> Value {
    json!({"items": names.iter().map(|name| json!({"name": name})).collect::<Vec<_>>()})
}

#[test]
fn what_is_replaced_or_removed_is_tested() {
    check(json!({"a": 1, "b": 2}), json!({"a": 2, "b": 2}), &["/a"]);
    check(json!({"a": null}), json!({"a": 1}), &["/a"]);
    check(
        json!({"a": {"b": [1, {"c": 2}], "d": {}}}),
        json!({}),
        &["/a/b/0", "/a/b/1/c"],
    );
    check(
        json!({"a": [1, 2]}),
        json!({"a": "text"}),
        &["/a/0", "/a/1"],
    );
}

#[test]
fn a_change_in_an_atomic_map_tests_all_of_it() {
    let beside = |selector: Value| json!({"other": 1, "selector": selector});
    let app = || beside(json!({"app": "a", "track": "b"}));
    let all = ["/selector/app", "/selector/track"];
    // A member that comes, changes and goes.
    check(
        app(),
        beside(json!({"app": "a", "slot": "c", "track": "b"})),
        &all,
    );
    check(app(), beside(json!({"app": "a", "track": "c"})), &all);
    check(app(), beside(json!({"app": "a"})), &all);
    // Maps and lists in it are of it.
    let deep = |labels: Value| json!({"rules": [{"selector": {"labels": labels, "set": [{"key": "tier", "values": ["x", "y"]}]}}]});
    let expect = [
        "/rules/0/selector/labels/app",
        "/rules/0/selector/set/0/key",
        "/rules/0/selector/set/0/values/0",
        "/rules/0/selector/set/0/values/1",
    ];
    check(
        deep(json!({"app": "a"})),
        deep(json!({"app": "a", "b": "c"})),
        &expect,
    );
    // What cannot be tested is not, and a change beside an atomic map does not rely on it.
    let with = |more: &str| json!({"selector": {"app": "a", "quantity": 1, more: 2}});
    check(with("b"), with("c"), &["/selector/app", "/selector/b"]);
    check(
        app(),
        json!({"other": 2, "selector": app()["selector"]}),
        &["/other"],
    );
}

#[test]
fn a_change_in_an_atomic_map_notices_drift_beside_it() {
    let patch = diff(
        &json!({"selector": {"app": "a"}}),
        &json!({"selector": {"app": "a", "slot": "blue"}}),
        &Named,
    );
    for drifted in [json!({"app": "b"}), json!({"tier": "a"}), json!({})] {
        apply(&mut json!({"selector": drifted}), &patch).unwrap_err();
    }
    apply(&mut json!({"selector": {"app": "a", "more": "b"}}), &patch).unwrap();
}

#[test]
fn what_is_added_alone_tests_which_document_it_is() {
    let named = |more: Value| json!({"meta": {"name": "a"}, "spec": more});
    let name = ["/meta/name"];
    check(named(json!({})), named(json!({"b": 1})), &name);
    check(
        named(json!({"b": 1})),
        named(json!({"b": 1, "c": {"d": 2}})),
        &name,
    );
    check(named(json!([])), named(json!([1])), &name);
    check(
        named(json!({"quantity": 1})),
        named(json!({"quantity": 2})),
        &name,
    );
    // Whatever else is tested tells it as well, and a document without a name has none to test.
    check(
        named(json!({"b": 1})),
        named(json!({"b": 2, "c": 1})),
        &["/spec/b"],
    );
    check(json!({"spec": {}}), json!({"spec": {"b": 1}}), &[]);
    check(
        json!({"meta": {"name": {}}}),
        json!({"meta": {"name": {}}, "b": 1}),
        &[],
    );
    check(named(json!({})), named(json!({})), &[]);
}

#[test]
fn the_items_on_the_way_are_tested() {
    check(
        json!({"items": [{"name": "a"}, {"name": "b", "ports": [{"port": 1, "protocol": "TCP", "x": 1}]}]}),
        json!({"items": [{"name": "a"}, {"name": "b", "ports": [{"port": 1, "protocol": "TCP", "x": 2}]}]}),
        &[
            "/items/1/name",
            "/items/1/ports/0/port",
            "/items/1/ports/0/protocol",
            "/items/1/ports/0/x",
        ],
    );
    check(
        json!({"items": [{"name": "a"}]}),
        json!({"items": [{"name": "a", "more": 1}]}),
        &["/items/0/name"],
    );
}

#[test]
fn indices_are_those_of_the_document_before() {
    check(
        json!({"items": [{"name": "a", "v": 1}, {"name": "b", "v": 1}]}),
        json!({"items": [{"name": "x"}, {"name": "b", "v": 2}]}),
        &["/items/0/name", "/items/0/v", "/items/1/name", "/items/1/v"],
    );
}

#[test]
fn an_insertion_tests_its_neighbour() {
    check(
        items(&["a", "b"]),
        items(&["x", "y", "a", "b"]),
        &["/items/0/name"],
    );
    check(
        items(&["a", "b"]),
        items(&["a", "x", "b"]),
        &["/items/1/name"],
    );
    check(
        items(&["a", "b"]),
        items(&["a", "b", "x"]),
        &["/items/1/name"],
    );
    check(items(&[]), items(&["x"]), &[]);
    check(json!(["a", "b"]), json!(["a", "x", "b"]), &["/1"]);
}

#[test]
fn a_move_tests_the_item_and_its_new_neighbour() {
    check(
        items(&["a", "b", "c"]),
        items(&["c", "a", "b"]),
        &["/items/0/name", "/items/2/name"],
    );
    check(
        items(&["a", "b", "c"]),
        items(&["b", "c", "a"]),
        &["/items/0/name", "/items/2/name"],
    );
}

#[test]
fn items_that_share_a_key_are_tested_by_it_all_the_same() {
    let twice = |v: u8| json!({"items": [{"name": "a"}, {"name": "a", "v": v}]});
    check(twice(1), twice(2), &["/items/1/name", "/items/1/v"]);
}

#[test]
fn what_cannot_be_tested_is_told() {
    let before = json!({"items": [{"name": "a", "quantity": "0.2", "v": 1}], "quantity": 1, "list": [{"quantity": 2}]});
    let after = json!({"items": [{"name": "a", "quantity": "0.3", "v": 2}], "quantity": 1});
    check(
        before.clone(),
        after.clone(),
        &["/items/0/name", "/items/0/v"],
    );
    assert_eq!(
        unguarded(&before, &after, &Named),
        ["/items/0/quantity", "/list/0/quantity"]
    );
}

#[test]
fn drift_of_a_list_is_refused() {
    let longer = json!({"items": [{"name": "a"}, {"name": "b", "more": 1}]});
    for after in [
        items(&["a", "x", "b"]),
        items(&["b", "a"]),
        items(&["a"]),
        longer,
    ] {
        let patch = diff(&items(&["a", "b"]), &after, &Named);
        for drifted in [&["b", "a"] as &[_], &["proxy", "a", "b"], &["a"], &[]] {
            apply(&mut items(drifted), &patch).unwrap_err();
        }
    }
}

#[test]
fn defaults_of_a_server_are_no_drift() {
    let container =
        |image: &str| json!({"items": [{"name": "a", "image": image}], "spec": {"a": 1}});
    let mut live =
        json!({"items": [{"name": "a", "image": "1", "pull": "Always"}], "spec": {"a": 1, "b": 2}});
    apply(
        &mut live,
        &diff(&container("1"), &json!({"items": []}), &Named),
    )
    .unwrap();
    assert_eq!(live, json!({"items": []}));
}
