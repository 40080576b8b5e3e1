//! The JSON Schemas of fleet files and fleet plans.

use crate::document::FleetPlan;
use crate::file::Fleet;

/// The JSON Schema of fleet files.
pub fn fleet_schema() -> schemars::Schema {
    cutover_workload::schema::document::<Fleet>()
}

/// The JSON Schema of fleet plans.
pub fn fleet_plan_schema() -> schemars::Schema {
    cutover_workload::schema::document::<FleetPlan>()
}
