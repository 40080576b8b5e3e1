//! Pods that are there, ready or not.

use cutover_manifest::ObjectRef;
use serde::{Deserialize, Serialize};

/// Exactly so many pods of a set, ready or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Settled {
    /// The set whose pods are counted.
    #[cfg_attr(
        feature = "schema",
        schemars(with = "cutover_workload::schema::Object")
    )]
    pub object: ObjectRef,
    /// How many pods it has then, ready or not.
    pub replicas: u32,
}
