use json_patch::{
    AddOperation, MoveOperation, Patch, PatchOperation, RemoveOperation, ReplaceOperation,
    TestOperation,
};
use serde_json::Value;

use crate::Schema;
use crate::edit::{Edit, edits};
use crate::guard::Guards;
use crate::list::Matching;
use crate::step::{Step, child, pointer};

/// The guarded patch that leads from `before` to `after`; empty where they are equal.
///
/// First come the guards, all about `before` and in its order: a `test` of every scalar that is
/// replaced or removed, wherever it lies in what is replaced or removed, and of the keys of the
/// list items that an index goes through, that move, or that something is put in front of (at the
/// end: behind). Scalars that are not [testable](Schema::testable) are left out;
/// [`unguarded`](crate::unguarded) tells which.
///
/// Then come the changes. A list's own are before those within its items: removals from the highest
/// index down, the fewest moves, insertions from the lowest index up. Lists go by
/// [key](Schema::key) where every item of both lists has a key of its own; strings, integers and
/// booleans can be key values. Other lists go by position: the common head and tail stay, and the
/// items between them are changed one by one. Numbers that are written differently, as 1 and 1.0,
/// are different.
///
/// ```
/// use cutover_patch::{Plain, diff};
/// use serde_json::json;
///
/// let patch = diff(&json!({"a/b": 1, "c": {"d": 2}}), &json!({"a/b": 1.0, "e": []}), &Plain);
/// assert_eq!(
///     serde_json::to_value(&patch)?,
///     json!([
///         {"op": "test", "path": "/a~1b", "value": 1},
///         {"op": "test", "path": "/c/d", "value": 2},
///         {"op": "replace", "path": "/a~1b", "value": 1.0},
///         {"op": "remove", "path": "/c"},
///         {"op": "add", "path": "/e", "value": []},
///     ])
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
pub fn diff<S: Schema + ?Sized>(before: &Value, after: &Value, schema: &S) -> Patch {
    let edits = edits(before, after, schema);
    let mut operations = tests(Guards::of(&edits, before, schema));
    for edit in &edits {
        push_changes(&mut operations, edit);
    }
    Patch(operations)
}

fn tests(guards: Guards<'_>) -> Vec<PatchOperation> {
    let test = |(steps, value): (Vec<Step<'_>>, &Value)| {
        PatchOperation::Test(TestOperation {
            path: pointer(&steps),
            value: value.clone(),
        })
    };
    guards.tests.into_iter().map(test).collect()
}

fn push_changes(operations: &mut Vec<PatchOperation>, edit: &Edit<'_>) {
    match edit {
        Edit::Add { place, after } => operations.push(add(&place.after, after)),
        Edit::Items {
            place,
            after,
            matching,
            ..
        } => {
            operations.extend(list_changes(&place.after, after, matching));
        }
        Edit::Remove { place, .. } => operations.push(remove(&place.after)),
        Edit::Replace { place, after, .. } => operations.push(replace(&place.after, after)),
    }
}

fn list_changes(list: &[Step<'_>], after: &[Value], matching: &Matching) -> Vec<PatchOperation> {
    let item = |index| {
        child(
            list,
            Step::Item {
                index,
                keyed: matching.keyed,
            },
        )
    };
    let removals = matching
        .removed()
        .into_iter()
        .rev()
        .map(|old| remove(&item(old)));
    let moves = matching
        .moves()
        .into_iter()
        .map(|(from, to)| relocate(&item(from), &item(to)));
    let additions = matching
        .added()
        .into_iter()
        .map(|new| add(&item(new), &after[new]));
    removals.chain(moves).chain(additions).collect()
}

fn add(path: &[Step<'_>], value: &Value) -> PatchOperation {
    PatchOperation::Add(AddOperation {
        path: pointer(path),
        value: value.clone(),
    })
}

fn remove(path: &[Step<'_>]) -> PatchOperation {
    PatchOperation::Remove(RemoveOperation {
        path: pointer(path),
    })
}

fn replace(path: &[Step<'_>], value: &Value) -> PatchOperation {
    PatchOperation::Replace(ReplaceOperation {
        path: pointer(path),
        value: value.clone(),
    })
}

fn relocate(from: &[Step<'_>], path: &[Step<'_>]) -> PatchOperation {
    PatchOperation::Move(MoveOperation {
        from: pointer(from),
        path: pointer(path),
    })
}
