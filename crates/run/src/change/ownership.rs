//! Whose the fields are that a run has written.
//!
//! A field belongs to whoever has written it last, and the next server-side apply of another value
//! meets a conflict with them
//! (<https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management>). So once
//! a run is over its entry is taken out of `managedFields`, in a patch that sets nothing: with a
//! field that is set the entry would come back.

use cutover_manifest::Manifest;
use cutover_patch::jsonptr::PointerBuf;
use cutover_patch::{PatchOperation, RemoveOperation, ReplaceOperation, TestOperation};
use serde_json::{Value, json};

use crate::api::effect::Write;
use crate::api::guard::patch;

/// Who writes, as `managedFields` of the objects name it.
pub const MANAGER: &str = "cutover";

/// The write that gives a live object's fields back; none where the run owns none of them.
pub(crate) fn given_back(live: &Manifest) -> Option<Write> {
    let entries = owners(live);
    let own: Vec<usize> = (0..entries.len())
        .filter(|index| owns_fields(&entries[*index], MANAGER))
        .collect();
    // The last entry stays, and owns nothing: a server that has none counts all fields as somebody's
    // who came before the next to apply them.
    let (kept, gone) = match own.split_first() {
        Some((first, others)) if own.len() == entries.len() => (Some(*first), others),
        Some(_) | None => (None, own.as_slice()),
    };
    let mut operations: Vec<PatchOperation> = gone
        .iter()
        .rev()
        .flat_map(|index| removed(*index))
        .collect();
    if let Some(index) = kept.filter(|index| entries[*index]["fieldsV1"] != nothing()) {
        operations.extend(emptied(index));
    }
    (!operations.is_empty()).then(|| extended(live, operations))
}

/// Who owns fields of a live object, an entry each.
pub(crate) fn owners(live: &Manifest) -> &[Value] {
    let entries = live.pointer("/metadata/managedFields");
    entries.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Whether an entry is a manager's, of fields that others apply too: those of a subresource are not.
pub(crate) fn owns_fields(entry: &Value, manager: &str) -> bool {
    entry["manager"] == manager && entry.get("subresource").is_none()
}

fn removed(index: usize) -> [PatchOperation; 2] {
    let path = pointer(index, None);
    [
        test(index),
        PatchOperation::Remove(RemoveOperation { path }),
    ]
}

fn emptied(index: usize) -> [PatchOperation; 2] {
    let (path, value) = (pointer(index, Some("fieldsV1")), nothing());
    [
        test(index),
        PatchOperation::Replace(ReplaceOperation { path, value }),
    ]
}

/// A set of fields of which an object has none: an empty one would go with its entry.
fn nothing() -> Value {
    json!({"f:metadata": {"f:labels": {"f:cutover.dev/run": {}}}})
}

/// A patch that does this and nothing else, if nobody has written to the object since.
fn extended(live: &Manifest, operations: Vec<PatchOperation>) -> Write {
    let mut write = patch(live, live.value());
    if let Write::Patch { ops, .. } = &mut write {
        ops.0.extend(operations);
    }
    write
}

fn test(index: usize) -> PatchOperation {
    PatchOperation::Test(TestOperation {
        path: pointer(index, Some("manager")),
        value: MANAGER.into(),
    })
}

fn pointer(index: usize, field: Option<&str>) -> PointerBuf {
    let index = index.to_string();
    let tokens = ["metadata", "managedFields", &index];
    PointerBuf::from_tokens(tokens.into_iter().chain(field))
}

#[cfg(test)]
mod tests {
    use cutover_patch::apply;

    use super::*;
    use crate::examples::manifest;

    fn entry(manager: &str) -> Value {
        json!({"manager": manager, "operation": "Update", "fieldsV1": {"f:spec": {}}})
    }

    /// A failure means that the next `kubectl apply --server-side`, Helm or Argo CD meets a conflict
    /// with a run that is long over, or that somebody else no longer owns what they have written.
    #[test]
    fn only_the_runs_own_entries_go() {
        let check = |entries: Value, expect: Option<Value>| {
            let live = manifest(json!({
                "apiVersion": "v1", "kind": "Service",
                "metadata": {"name": "a", "uid": "7", "resourceVersion": "9", "managedFields": entries},
            }));
            let left = given_back(&live).map(|write| {
                let Write::Patch { ops, .. } = write else {
                    panic!("{write:?}");
                };
                let mut value = live.value().clone();
                apply(&mut value, &ops).unwrap();
                value["metadata"]["managedFields"].take()
            });
            assert_eq!(left, expect, "{entries}");
        };
        let kubectl = || entry("kubectl");
        let scale = json!({"manager": "cutover", "subresource": "scale"});
        let gone = json!({"manager": "cutover", "operation": "Update", "fieldsV1": nothing()});
        check(json!([]), None);
        check(json!([kubectl()]), None);
        check(json!([kubectl(), scale]), None);
        check(
            json!([entry("cutover"), kubectl()]),
            Some(json!([kubectl()])),
        );
        check(
            json!([entry("cutover"), kubectl(), entry("cutover"), scale]),
            Some(json!([kubectl(), scale])),
        );
        check(json!([entry("cutover")]), Some(json!([gone])));
        check(json!([gone]), None);
        check(
            json!([entry("cutover"), entry("cutover")]),
            Some(json!([gone])),
        );
    }
}
