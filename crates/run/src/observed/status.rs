//! What the server and controllers say of any object.

use cutover_manifest::Manifest;
use jiff::Timestamp;
use serde_json::Value;

/// A condition of an object's status.
pub(crate) fn condition<'a>(manifest: &'a Manifest, kind: &str) -> Option<&'a Value> {
    let conditions = manifest
        .pointer("/status/conditions")
        .and_then(Value::as_array);
    conditions?
        .iter()
        .find(|condition| condition["type"] == kind)
}

/// Whether it is being deleted; a finalizer may keep it for a while.
pub(crate) fn is_terminating(live: &Manifest) -> bool {
    live.pointer("/metadata/deletionTimestamp").is_some()
}

/// Whether a controller has seen an object's newest generation.
pub(crate) fn is_observed(manifest: &Manifest) -> bool {
    count(manifest, "/status/observedGeneration") >= count(manifest, "/metadata/generation")
}

/// A count; controllers leave out zeros.
pub(crate) fn count(manifest: &Manifest, pointer: &str) -> u64 {
    let count = manifest.pointer(pointer).and_then(Value::as_u64);
    count.unwrap_or(0)
}

/// A time as the API server writes it; none where it is none.
pub(crate) fn time(value: &Value) -> Option<Timestamp> {
    let Ok(time) = value.as_str()?.parse() else {
        return None;
    };
    Some(time)
}

/// By which an object is told from a later one of the same name.
pub(crate) fn uid(manifest: &Manifest) -> Option<&str> {
    manifest.pointer("/metadata/uid")?.as_str()
}

/// The version of an object, which the server counts up with every write (KEP-5504).
pub(crate) fn version(manifest: &Manifest) -> Option<u64> {
    let version = manifest.pointer("/metadata/resourceVersion")?.as_str()?;
    let Ok(version) = version.parse() else {
        return None;
    };
    Some(version)
}
