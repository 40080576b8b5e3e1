//! Writes that fail once anybody else has written to the object.

use cutover_manifest::{Manifest, MergeKeys};
use cutover_patch::jsonptr::PointerBuf;
use cutover_patch::{Patch, PatchOperation, TestOperation, diff};
use serde_json::Value;

use super::effect::Write;

/// The patch that makes an object of what it is, if nobody has written to it since.
pub(crate) fn patch(live: &Manifest, target: &Value) -> Write {
    let Patch(changes) = diff(live.value(), target, &MergeKeys);
    let mut operations = vec![test(live, "uid"), test_version(live)];
    operations.extend(changes);
    Write::Patch {
        object: live.object().clone(),
        ops: Patch(operations),
    }
}

/// A guard that fails once anybody has written to the object.
pub(crate) fn test_version(live: &Manifest) -> PatchOperation {
    test(live, "resourceVersion")
}

fn test(live: &Manifest, field: &str) -> PatchOperation {
    let value = live
        .pointer(&format!("/metadata/{field}"))
        .cloned()
        .unwrap_or_default();
    PatchOperation::Test(TestOperation {
        path: PointerBuf::from_tokens(["metadata", field]),
        value,
    })
}
