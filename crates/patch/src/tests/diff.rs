//! What patches look like, beside their guards.

use serde_json::{Value, json};

use super::{Named, operations, strict};
use crate::{Plain, Schema, diff};

/// The changes of the diff, as `op path[ from]`; their values are proved by applying them.
fn check(before: Value, after: Value, expect: &[&str]) {
    let patch = operations(&diff(&before, &after, &Named));
    assert_eq!(strict::apply(&before, &patch), Ok(after));
    let changes = patch
        .as_array()
        .unwrap()
        .iter()
        .filter(|operation| operation["op"] != "test");
    let lines: Vec<String> = changes.map(line).collect();
    assert_eq!(lines, expect);
}

fn line(operation: &Value) -> String {
    let text = |name: &str| operation[name].as_str().unwrap().to_owned();
    match operation.get("from") {
        Some(_) => format!("move {} {}", text("from"), text("path")),
        None => format!("{} {}", text("op"), text("path")),
    }
}

fn named(names: &[&str]) -> Value {
    let items: Vec<Value> = names
        .iter()
        .map(|name| json!({"name": name, "value": 1}))
        .collect();
    json!({"items": items})
}

#[test]
fn names_are_escaped() {
    check(json!({"a/b": 1}), json!({"a/b": 2}), &["replace /a~1b"]);
    check(json!({"a~b": 1}), json!({}), &["remove /a~0b"]);
    check(json!({}), json!({"~1": {"/": 1}}), &["add /~01"]);
    check(json!({"": 1}), json!({"": 2}), &["replace /"]);
    check(
        json!({"é \"%20": 1}),
        json!({"é \"%20": 2}),
        &["replace /é \"%20"],
    );
}

#[test]
fn null_is_not_absence() {
    check(json!({"a": null}), json!({}), &["remove /a"]);
    check(json!({}), json!({"a": null}), &["add /a"]);
    check(json!({"a": null}), json!({"a": 0}), &["replace /a"]);
    check(json!([null]), json!([]), &["remove /0"]);
}

#[test]
fn empty_is_not_absent() {
    check(json!({"a": {}}), json!({}), &["remove /a"]);
    check(json!({}), json!({"a": []}), &["add /a"]);
    check(json!({"a": {}}), json!({"a": []}), &["replace /a"]);
    check(json!({"a": {}}), json!({"a": {"b": 1}}), &["add /a/b"]);
    check(
        json!({"a": {"b": {"c": 1}}}),
        json!({"a": {}}),
        &["remove /a/b"],
    );
    check(
        json!({"items": []}),
        named(&["a", "b"]),
        &["add /items/0", "add /items/1"],
    );
    check(
        named(&["a", "b"]),
        json!({"items": []}),
        &["remove /items/1", "remove /items/0"],
    );
}

#[test]
fn a_parent_that_is_absent_comes_with_what_it_holds() {
    check(
        json!({"metadata": {}}),
        json!({"metadata": {"labels": {"a": "b"}}}),
        &["add /metadata/labels"],
    );
}

#[test]
fn numbers_are_compared_as_they_are_written() {
    check(json!({"a": 1}), json!({"a": 1.0}), &["replace /a"]);
    check(json!({"a": 1.0}), json!({"a": 1.0}), &[]);
    check(json!({"a": 1}), json!({"a": "1"}), &["replace /a"]);
}

#[test]
fn another_kind_replaces_the_document() {
    check(json!({"a": 1}), json!([1]), &["replace "]);
    check(json!(1), json!(2), &["replace "]);
}

#[test]
fn keyed_lists_change_by_item() {
    check(
        named(&["a", "b"]),
        named(&["x", "a", "b"]),
        &["add /items/0"],
    );
    check(
        named(&["a", "b"]),
        named(&["a", "b", "x"]),
        &["add /items/2"],
    );
    check(
        named(&["a", "b", "c"]),
        named(&["b"]),
        &["remove /items/2", "remove /items/0"],
    );
    check(
        named(&["a", "b", "c"]),
        named(&["c", "a", "b"]),
        &["move /items/2 /items/0"],
    );
    check(
        named(&["a", "b", "c"]),
        named(&["b", "c", "a"]),
        &["move /items/0 /items/2"],
    );
    check(
        named(&["a", "b", "c", "d"]),
        named(&["x", "d", "b", "y"]),
        &[
            "remove /items/2",
            "remove /items/0",
            "move /items/1 /items/0",
            "add /items/0",
            "add /items/3",
        ],
    );
}

#[test]
fn items_change_where_they_stand_afterwards() {
    let item = |name: &str, value: u8| json!({"name": name, "value": value});
    check(
        json!({"items": [item("a", 1), item("b", 1)]}),
        json!({"items": [item("x", 1), item("b", 2), item("a", 1)]}),
        &[
            "move /items/1 /items/0",
            "add /items/0",
            "replace /items/1/value",
        ],
    );
}

#[test]
fn a_key_of_two_fields() {
    let port = |port: u16, protocol: &str, name: &str| json!({"port": port, "protocol": protocol, "name": name});
    check(
        json!({"ports": [port(53, "TCP", "a"), port(53, "UDP", "b")]}),
        json!({"ports": [port(53, "UDP", "c"), port(53, "TCP", "a")]}),
        &["move /ports/1 /ports/0", "replace /ports/0/name"],
    );
}

#[test]
fn a_schema_sees_paths_without_indices_and_with_escapes() {
    struct One;
    impl Schema for One {
        fn key(&self, path: &str) -> &[&str] {
            if path == "/a~1b/-/m~0n" { &["id"] } else { &[] }
        }
        fn testable(&self, path: &str, _value: &Value) -> bool {
            path == "/a~1b/-/m~0n/-/id"
        }
    }
    let before = json!({"a/b": [{"m~n": [{"id": 1, "v": 1}]}]});
    let after = json!({"a/b": [{"m~n": [{"id": 2}, {"id": 1, "v": 2}]}]});
    assert_eq!(
        operations(&diff(&before, &after, &One)),
        json!([
            {"op": "test", "path": "/a~1b/0/m~0n/0/id", "value": 1},
            {"op": "add", "path": "/a~1b/0/m~0n/0", "value": {"id": 2}},
            {"op": "replace", "path": "/a~1b/0/m~0n/1/v", "value": 2},
        ])
    );
}

#[test]
fn lists_without_unique_keys_go_by_position() {
    let twice = json!({"items": [{"name": "a", "v": 1}, {"name": "a", "v": 2}]});
    check(
        twice,
        json!({"items": [{"name": "a", "v": 1}, {"name": "a", "v": 3}]}),
        &["replace /items/1/v"],
    );
    check(
        json!({"items": [{"name": "a"}, {}]}),
        json!({"items": [{}]}),
        &["remove /items/0"],
    );
    check(
        json!({"items": [{"name": null}]}),
        json!({"items": [{"name": "a"}]}),
        &["replace /items/0/name"],
    );
    // A fraction is no key: 0.0 and -0.0 are the same value, written in two ways.
    let fraction = |zero: f64| json!({"items": [{"name": zero}]});
    check(fraction(0.0), fraction(-0.0), &[]);
}

#[test]
fn positional_lists_keep_their_head_and_tail() {
    let list = |text: &str| json!(text.chars().map(String::from).collect::<Vec<_>>());
    check(list("abc"), list("abxc"), &["add /2"]);
    check(list("abc"), list("ac"), &["remove /1"]);
    check(list("abc"), list("axc"), &["replace /1"]);
    check(list("abcd"), list("axd"), &["remove /2", "replace /1"]);
    check(list("aaa"), list("aa"), &["remove /2"]);
    check(list(""), list("ab"), &["add /0", "add /1"]);
    check(json!([[1, 2], [3]]), json!([[1], [3]]), &["remove /0/1"]);
}

#[test]
fn without_a_schema_every_list_goes_by_position() {
    let patch = diff(&named(&["a"]), &named(&["b"]), &Plain);
    assert_eq!(line(&operations(&patch)[1]), "replace /items/0/name");
}
