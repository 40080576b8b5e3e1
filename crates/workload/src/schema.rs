//! Shapes for JSON Schemas, of what other crates define.

use schemars::JsonSchema;

/// Which object.
#[derive(JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct Object {
    /// As `apps/v1`.
    api_version: String,
    /// As `Deployment`.
    kind: String,
    /// Where the manifest has one.
    #[serde(default)]
    namespace: Option<String>,
    /// Its name.
    name: String,
}
