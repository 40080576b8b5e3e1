//! Edits of a text that holds one object.

use serde_json::Value;

use super::edit;
use crate::{Place, Source, read};

/// What a text holds.
pub(super) fn value(text: &str) -> Value {
    read("a.yaml", text.as_bytes())
        .unwrap()
        .documents
        .remove(0)
        .value
}

/// The text with another value in it.
#[track_caller]
pub(super) fn edited(text: &str, before: &Value, after: &Value) -> String {
    let source = Source {
        place: Place::new("a.yaml", 1, 1),
        document: 0,
        pointer: String::new(),
    };
    match edit(text.as_bytes(), &source, before, after) {
        Ok(edited) => String::from_utf8(edited).unwrap(),
        Err(error) => panic!("{error}\n{text}"),
    }
}
