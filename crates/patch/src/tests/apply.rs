//! `apply` by the examples of RFC 6902, appendix A.

use serde_json::{Value, json};

use super::patch;
use crate::{Error, Reason, apply, invert};

fn check(document: Value, operations: Value, expect: Value) {
    let patch = patch(operations);
    let mut patched = document.clone();
    apply(&mut patched, &patch).unwrap();
    assert_eq!(patched, expect);
    apply(
        &mut patched,
        &invert(&patch, &document, &super::Named).unwrap(),
    )
    .unwrap();
    assert_eq!(patched, document, "and back");
}

#[test]
fn does_what_the_appendix_shows() {
    let table = [
        // A.1 and A.10: members.
        (
            json!({"a": 1}),
            json!([{"op": "add", "path": "/b", "value": 2}]),
            json!({"a": 1, "b": 2}),
        ),
        (
            json!({"a": 1}),
            json!([{"op": "add", "path": "/b", "value": {"c": {}}}]),
            json!({"a": 1, "b": {"c": {}}}),
        ),
        // A.2 and A.16: items.
        (
            json!({"a": [1, 2]}),
            json!([{"op": "add", "path": "/a/1", "value": 3}]),
            json!({"a": [1, 3, 2]}),
        ),
        (
            json!({"a": [1]}),
            json!([{"op": "add", "path": "/a/-", "value": [2]}]),
            json!({"a": [1, [2]]}),
        ),
        // A.3 and A.4.
        (
            json!({"a": 1, "b": 2}),
            json!([{"op": "remove", "path": "/b"}]),
            json!({"a": 1}),
        ),
        (
            json!({"a": [1, 2, 3]}),
            json!([{"op": "remove", "path": "/a/1"}]),
            json!({"a": [1, 3]}),
        ),
        // A.5.
        (
            json!({"a": 1}),
            json!([{"op": "replace", "path": "/a", "value": null}]),
            json!({"a": null}),
        ),
        // A.6 and A.7.
        (
            json!({"a": {"x": 1}, "b": {}}),
            json!([{"op": "move", "from": "/a/x", "path": "/b/y"}]),
            json!({"a": {}, "b": {"y": 1}}),
        ),
        (
            json!([1, 2, 3, 4]),
            json!([{"op": "move", "from": "/1", "path": "/3"}]),
            json!([1, 3, 4, 2]),
        ),
        // A.8 and A.14: tests, and the order in which escapes are undone.
        (
            json!({"a": "b", "c": [1, "d"]}),
            json!([{"op": "test", "path": "/a", "value": "b"}, {"op": "test", "path": "/c/1", "value": "d"}]),
            json!({"a": "b", "c": [1, "d"]}),
        ),
        (
            json!({"/": 9, "~1": 10}),
            json!([{"op": "test", "path": "/~01", "value": 10}]),
            json!({"/": 9, "~1": 10}),
        ),
        // A.11: what is not known is passed over.
        (
            json!({}),
            json!([{"op": "add", "path": "/a", "value": 1, "why": "?"}]),
            json!({"a": 1}),
        ),
        // The whole document.
        (
            json!({"a": 1}),
            json!([{"op": "replace", "path": "", "value": [1]}]),
            json!([1]),
        ),
        (
            json!({"a": 1}),
            json!([{"op": "copy", "from": "/a", "path": "/b"}]),
            json!({"a": 1, "b": 1}),
        ),
    ];
    for (document, operations, expect) in table {
        check(document, operations, expect);
    }
}

fn check_error(document: Value, operation: Value, expect: Reason) {
    let first = json!({"op": "add", "path": "/first", "value": 1});
    let path = operation["path"].as_str().unwrap().to_owned();
    let patch = patch(json!([first, operation]));
    let mut patched = document.clone();
    let Error::NotApplicable {
        operation,
        path: at,
        reason,
    } = apply(&mut patched, &patch).unwrap_err();
    assert_eq!((operation, at.as_str(), reason), (1, path.as_str(), expect));
    assert_eq!(patched, document, "untouched");
}

#[test]
fn refuses_what_does_not_fit() {
    let table = [
        // A.9 and A.15.
        (
            json!({"op": "test", "path": "/a", "value": 2}),
            Reason::Differs,
        ),
        (
            json!({"op": "test", "path": "/a", "value": "1"}),
            Reason::Differs,
        ),
        (
            json!({"op": "test", "path": "/a", "value": 1.0}),
            Reason::Differs,
        ),
        (
            json!({"op": "test", "path": "/absent", "value": null}),
            Reason::Missing,
        ),
        // A.12.
        (
            json!({"op": "add", "path": "/absent/b", "value": 1}),
            Reason::Missing,
        ),
        (
            json!({"op": "add", "path": "/a/b", "value": 1}),
            Reason::Missing,
        ),
        (
            json!({"op": "add", "path": "/l/3", "value": 1}),
            Reason::Missing,
        ),
        (
            json!({"op": "add", "path": "/l/01", "value": 1}),
            Reason::Missing,
        ),
        (
            json!({"op": "replace", "path": "/absent", "value": 1}),
            Reason::Missing,
        ),
        (
            json!({"op": "replace", "path": "/l/-", "value": 1}),
            Reason::Missing,
        ),
        (json!({"op": "remove", "path": "/absent"}), Reason::Missing),
        (json!({"op": "remove", "path": "/l/-1"}), Reason::Missing),
        (json!({"op": "remove", "path": "/l/-"}), Reason::Missing),
        (json!({"op": "remove", "path": ""}), Reason::Missing),
        (
            json!({"op": "move", "from": "/absent", "path": "/b"}),
            Reason::FromMissing,
        ),
        (
            json!({"op": "move", "from": "/a", "path": "/absent/b"}),
            Reason::Missing,
        ),
        (
            json!({"op": "move", "from": "/m", "path": "/m/b"}),
            Reason::IntoItself,
        ),
    ];
    for (operation, reason) in table {
        check_error(json!({"a": 1, "l": [1, 2], "m": {}}), operation, reason);
    }
}

#[test]
fn says_where_and_what_to_do_but_no_values() {
    let patch = patch(json!([{"op": "test", "path": "/data/password", "value": "secret"}]));
    let error = apply(&mut json!({"data": {"password": "other"}}), &patch).unwrap_err();
    assert_eq!(
        error.to_string(),
        "operation 0 of the patch cannot be applied at `/data/password`: the value differs from the one that \
         the patch relies on\nhint: make the patch anew from the document as it is now"
    );
}
