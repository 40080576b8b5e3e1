use json_patch::{Patch, PatchError, PatchErrorKind};
use serde_json::Value;

use crate::{Error, Reason};

/// Applies all of `patch` to `document`, or nothing.
///
/// Operations mean what [RFC 6902 section 4](https://www.rfc-editor.org/rfc/rfc6902#section-4)
/// says, read strictly, but for one point: a `test` compares numbers as they are written, so that 1
/// and 1.0 differ.
///
/// # Errors
///
/// [`Error::NotApplicable`] with the first operation that fails; `document` is then as it was.
///
/// ```
/// use cutover_patch::{Error, Patch, Reason, apply};
/// use serde_json::json;
///
/// let patch: Patch = serde_json::from_value(json!([
///     {"op": "replace", "path": "/replicas", "value": 3},
///     {"op": "test", "path": "/image", "value": "web:1"},
/// ]))?;
/// let mut document = json!({"replicas": 2, "image": "web:2"});
///
/// let Err(Error::NotApplicable { operation, reason, .. }) = apply(&mut document, &patch) else {
///     panic!("the image has drifted");
/// };
/// assert_eq!((operation, reason), (1, Reason::Differs));
/// assert_eq!(document, json!({"replicas": 2, "image": "web:2"}));
/// # Ok::<(), serde_json::Error>(())
/// ```
pub fn apply(document: &mut Value, patch: &Patch) -> Result<(), Error> {
    // On a copy, since json-patch's own undo loses the value of a `move` whose target does not
    // exist.
    let mut patched = document.clone();
    json_patch::patch_unsafe(&mut patched, patch).map_err(not_applicable)?;
    *document = patched;
    Ok(())
}

fn not_applicable(error: PatchError) -> Error {
    let reason = match error.kind {
        PatchErrorKind::TestFailed => Reason::Differs,
        PatchErrorKind::InvalidFromPointer => Reason::FromMissing,
        PatchErrorKind::CannotMoveInsideItself => Reason::IntoItself,
        // The kinds can grow: each is about the path in one way or another.
        _ => Reason::Missing,
    };
    Error::NotApplicable {
        operation: error.operation,
        path: error.path,
        reason,
    }
}
