use json_patch::Patch;
use serde_json::Value;

use crate::{Error, Schema, apply, diff};

/// The patch that takes back `patch`: it leads from `before` with `patch` applied to exactly
/// `before`.
///
/// It is the difference back, and so guarded like any other: it tests what `patch` has written.
/// What `before` lacks is removed again, and what is null there becomes null again.
///
/// # Errors
///
/// [`Error::NotApplicable`] where `patch` does not apply to `before`.
///
/// ```
/// use cutover_patch::{Plain, diff, invert};
/// use serde_json::json;
///
/// let (before, after) = (json!({"a": null}), json!({"a": 1, "b": 2}));
/// let patch = diff(&before, &after, &Plain);
/// assert_eq!(
///     serde_json::to_value(invert(&patch, &before, &Plain)?)?,
///     json!([
///         {"op": "test", "path": "/a", "value": 1},
///         {"op": "test", "path": "/b", "value": 2},
///         {"op": "replace", "path": "/a", "value": null},
///         {"op": "remove", "path": "/b"},
///     ])
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn invert<S: Schema + ?Sized>(
    patch: &Patch,
    before: &Value,
    schema: &S,
) -> Result<Patch, Error> {
    let mut after = before.clone();
    apply(&mut after, patch)?;
    Ok(diff(&after, before, schema))
}
