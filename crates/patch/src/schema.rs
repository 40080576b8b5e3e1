use serde_json::Value;

/// What a diff must know of the documents: how lists are keyed, and which scalars a server stores
/// as they are written.
///
/// A path is a JSON pointer in which every index is written as `-`, as `/spec/containers` for a
/// list and `/spec/containers/-/name` for a scalar; the document itself is the empty string. Member
/// names are escaped as in any pointer: `~0` for `~`, `~1` for `/`.
pub trait Schema {
    /// The fields that identify an item of the list at `path`; none where the items go by their
    /// position.
    fn key(&self, path: &str) -> &[&str];

    /// Whether a `test` of this scalar at `path` means what it says: false where the server stores
    /// another form of the same value, so that the test would fail though nothing has drifted.
    fn testable(&self, path: &str, value: &Value) -> bool;

    /// Whether the map at `path` is taken as a whole where it changes: one whose members exclude
    /// each other, and of which a server writes one by itself.
    fn whole(&self, path: &str) -> bool {
        let _ = path;
        false
    }

    /// Whether the members of the map at `path` mean something only together, as the labels of a
    /// selector do: a change of one relies on all that stand beside it.
    fn atomic(&self, path: &str) -> bool {
        let _ = path;
        false
    }

    /// The names of the members that lead to the scalar which tells a document from others: what a
    /// patch tests that has nothing else to test. None where documents have no such scalar.
    fn identity(&self) -> &[&str] {
        &[]
    }

    /// Whether two values at `path` are one value to the server, whichever way they are written.
    fn same(&self, path: &str, one: &Value, other: &Value) -> bool {
        let _ = path;
        one == other
    }
}

/// A schema that knows nothing: items go by their position, and every scalar can be tested.
///
/// ```
/// use cutover_patch::{Plain, diff};
/// use serde_json::json;
///
/// let patch = diff(&json!(["a", "c"]), &json!(["a", "b", "c"]), &Plain);
/// assert_eq!(
///     serde_json::to_value(&patch)?,
///     json!([
///         {"op": "test", "path": "/1", "value": "c"},
///         {"op": "add", "path": "/1", "value": "b"},
///     ])
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Plain;

impl Schema for Plain {
    fn key(&self, _path: &str) -> &[&str] {
        &[]
    }

    fn testable(&self, _path: &str, _value: &Value) -> bool {
        true
    }
}
