//! The JSON Schema of plan files.

use crate::plan::Plan;

/// The JSON Schema of plan files.
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(Plan)
}
