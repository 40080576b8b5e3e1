//! Shapes for the JSON Schema of plan files, of what other crates define.

use schemars::JsonSchema;

use crate::plan::Plan;

/// Which object.
#[derive(JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct Object {
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

/// `maxSurge` and `maxUnavailable`, each a number of pods or a percentage.
#[derive(JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct Budget {
    /// Pods above the wanted replicas.
    max_surge: serde_json::Value,
    /// Pods that may be missing.
    max_unavailable: serde_json::Value,
}

/// What a reviewer should know.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct Warning {
    /// The object that it is about.
    #[serde(default)]
    object: Option<Object>,
    /// What may go wrong.
    message: String,
    /// What to do.
    #[serde(default)]
    hint: Option<String>,
}

/// The JSON Schema of plan files.
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(Plan)
}
