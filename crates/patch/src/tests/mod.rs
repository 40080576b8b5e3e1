//! Tests of the whole crate: laws over random documents, tables, and kubectl as a second opinion.

mod apply;
mod diff;
mod difference;
mod guard;
mod kubectl;
mod large;
mod laws;
mod random;
mod strict;

use serde_json::{Value, json};

use crate::{Patch, Schema};

/// Lists named `items` go by `name`, lists named `ports` by `port` and `protocol`; a `quantity` is
/// stored in another form than it is written in; a `selector` means something only as a whole; and
/// documents are told apart by `meta/name`.
pub(crate) struct Named;

impl Schema for Named {
    fn key(&self, path: &str) -> &[&str] {
        match path.rsplit('/').next() {
            Some("items") => &["name"],
            Some("ports") => &["port", "protocol"],
            _ => &[],
        }
    }

    fn testable(&self, path: &str, _value: &Value) -> bool {
        !path.ends_with("/quantity")
    }

    fn atomic(&self, path: &str) -> bool {
        path.ends_with("/selector")
    }

    fn identity(&self) -> &[&str] {
        &["meta", "name"]
    }
}

fn patch(operations: Value) -> Patch {
    serde_json::from_value(operations).unwrap()
}

fn operations(patch: &Patch) -> Value {
    serde_json::to_value(patch).unwrap()
}

/// json-patch's `remove` reorders the members of maps that keep their order (it swaps the last one
/// in), and what we print must have the same bytes whichever crate built it; any dependency can
/// switch `preserve_order` on.
#[test]
fn serde_json_sorts_the_members_of_maps() {
    assert_eq!(json!({"b": 1, "a": 2}).to_string(), r#"{"a":2,"b":1}"#);
}
