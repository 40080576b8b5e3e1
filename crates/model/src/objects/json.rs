//! JSON from parts, which are moved: `json!` would copy each of them.

use serde_json::Value;

use super::Labels;

/// An object of these members.
pub(crate) fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    Value::Object(
        members
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    )
}

/// Labels as an object.
pub(crate) fn labels(labels: &Labels) -> Value {
    Value::Object(
        labels
            .iter()
            .map(|(key, value)| (key.clone(), value.as_str().into()))
            .collect(),
    )
}
