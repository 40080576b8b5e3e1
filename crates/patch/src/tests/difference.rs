//! Differences as people see them.

use serde_json::{Value, json};

use super::Named;
use crate::{Path, Segment, differences};

/// One line a difference: `path: before -> after`, with `-` for absent.
fn check(before: Value, after: Value, expect: &[&str]) {
    let text =
        |value: Option<Value>| value.map_or_else(|| "-".to_owned(), |value| value.to_string());
    let line =
        |d: crate::Difference| format!("{}: {} -> {}", d.path, text(d.before), text(d.after));
    let lines: Vec<String> = differences(&before, &after, &Named)
        .into_iter()
        .map(line)
        .collect();
    assert_eq!(lines, expect);
}

#[test]
fn leaves_and_wholes() {
    check(
        json!({"a": {"b": 1}}),
        json!({"a": {"b": 2}}),
        &["a.b: 1 -> 2"],
    );
    check(json!({"a": {"b": 1}}), json!({}), &[r#"a: {"b":1} -> -"#]);
    check(
        json!({}),
        json!({"a": {"b": null}}),
        &[r#"a: - -> {"b":null}"#],
    );
    check(json!({"a": null}), json!({}), &["a: null -> -"]);
    check(json!(1), json!(2), &[".: 1 -> 2"]);
}

#[test]
fn items_go_by_key_or_index() {
    check(
        json!({"items": [{"name": "a", "v": 1}, {"name": "b"}]}),
        json!({"items": [{"name": "c"}, {"name": "a", "v": 2}]}),
        &[
            r#"items[name=b]: {"name":"b"} -> -"#,
            r#"items[name=c]: - -> {"name":"c"}"#,
            "items[name=a].v: 1 -> 2",
        ],
    );
    check(
        json!({"args": ["a", "b", "c"]}),
        json!({"args": ["a", "x", "y", "c"]}),
        &[r#"args[2]: - -> "y""#, r#"args[1]: "b" -> "x""#],
    );
    check(
        json!({"ports": [{"port": 80, "protocol": "TCP", "v": 1}]}),
        json!({"ports": [{"port": 80, "protocol": "TCP", "v": 2}]}),
        &["ports[port=80,protocol=TCP].v: 1 -> 2"],
    );
}

#[test]
fn a_new_order_is_one_difference() {
    let items = |names: &[&str]| json!({"items": names.iter().map(|n| json!({"name": n})).collect::<Vec<_>>()});
    check(
        items(&["a", "b", "c"]),
        items(&["c", "b", "a"]),
        &[r#"items: ["a","b","c"] -> ["c","b","a"]"#],
    );
    check(
        json!({"ports": [{"port": 1, "protocol": "TCP"}, {"port": 2, "protocol": "TCP"}]}),
        json!({"ports": [{"port": 2, "protocol": "TCP"}, {"port": 1, "protocol": "TCP"}]}),
        &[concat!(
            r#"ports: [{"port":1,"protocol":"TCP"},{"port":2,"protocol":"TCP"}]"#,
            r#" -> [{"port":2,"protocol":"TCP"},{"port":1,"protocol":"TCP"}]"#
        )],
    );
}

#[test]
fn paths_are_told_as_people_read_them() {
    let field = |name: &str| Segment::Field(name.to_owned());
    let item = |value: &str| Segment::Item(vec![("name".to_owned(), value.to_owned())]);
    let table = [
        (vec![], "."),
        (
            vec![
                field("spec"),
                field("containers"),
                item("hello"),
                field("image"),
            ],
            "spec.containers[name=hello].image",
        ),
        (
            vec![field("annotations"), field("a.b/c")],
            r#"annotations["a.b/c"]"#,
        ),
        (
            vec![field("a.b"), Segment::Index(2), field("")],
            r#"["a.b"][2][""]"#,
        ),
        (vec![field("a\"b")], r#"["a\"b"]"#),
        (vec![item("/data")], "[name=/data]"),
        (vec![item("a]b")], r#"[name="a]b"]"#),
        (vec![item("")], r#"[name=""]"#),
    ];
    for (segments, expect) in table {
        assert_eq!(Path(segments).to_string(), expect);
    }
}
