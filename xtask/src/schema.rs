//! `cargo xtask schema`: the JSON Schemas of plans, strategies and fleets.

use cutover::fleet::{fleet_plan_schema, fleet_schema};
use cutover::{planning, strategy_schema};
use schemars::Schema;
use serde_json::json;

use crate::{Mode, Outputs, Result, root};

/// Writes or checks the schemas.
///
/// # Errors
///
/// A file that cannot be read or written; in check mode one that differs.
pub fn run(mode: Mode) -> Result<String> {
    outputs().settle(&root(), mode, "cargo xtask schema")
}

/// The schemas, by path.
pub fn outputs() -> Outputs {
    let mut outputs = Outputs::default();
    outputs.insert("docs/schema/plan.json", text(&planning::schema()));
    outputs.insert("docs/schema/strategy.json", text(&strategy_schema()));
    outputs.insert("docs/schema/fleet.json", text(&fleet_schema()));
    outputs.insert("docs/schema/fleet-plan.json", text(&fleet_plan_schema()));
    outputs
}

fn text(schema: &Schema) -> String {
    format!("{:#}\n", json!(schema))
}
