//! JSON from parts, which are moved: `json!` would copy each of them.

use cutover_manifest::Manifest;
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

/// What a controller has made, as a manifest.
#[expect(
    clippy::expect_used,
    reason = "it names what it makes after what it makes it for, whose names were read"
)]
pub(crate) fn manifest(value: Value) -> Manifest {
    Manifest::new(value).expect("what a controller makes has a kind and a name")
}
