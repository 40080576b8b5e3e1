//! Patches as a plan may have them.

use cutover_patch::jsonptr::PointerBuf;
use cutover_patch::{
    AddOperation, MoveOperation, Patch, PatchOperation, RemoveOperation, ReplaceOperation,
    TestOperation,
};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// One operation, with no other fields than its own. There is no `copy`: what a plan makes of its
/// objects is no larger than the plan.
#[derive(Deserialize)]
#[serde(tag = "op", rename_all = "lowercase", deny_unknown_fields)]
enum Operation {
    Add { path: PointerBuf, value: Value },
    Move { from: PointerBuf, path: PointerBuf },
    Remove { path: PointerBuf },
    Replace { path: PointerBuf, value: Value },
    Test { path: PointerBuf, value: Value },
}

/// Reads a patch. The types of json-patch themselves pass over fields that they do not know.
pub(crate) fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Patch, D::Error> {
    let operations = Vec::<Operation>::deserialize(deserializer)?;
    let operations = operations.into_iter().map(PatchOperation::from);
    Ok(Patch(operations.collect()))
}

impl From<Operation> for PatchOperation {
    fn from(operation: Operation) -> Self {
        match operation {
            Operation::Add { path, value } => Self::Add(AddOperation { path, value }),
            Operation::Move { from, path } => Self::Move(MoveOperation { from, path }),
            Operation::Remove { path } => Self::Remove(RemoveOperation { path }),
            Operation::Replace { path, value } => Self::Replace(ReplaceOperation { path, value }),
            Operation::Test { path, value } => Self::Test(TestOperation { path, value }),
        }
    }
}
