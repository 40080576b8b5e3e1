//! The JSON Schema of plan files.

use crate::plan::Plan;

/// The JSON Schema of plan files.
pub fn schema() -> schemars::Schema {
    cutover_workload::schema::document::<Plan>()
}
