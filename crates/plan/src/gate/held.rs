//! An autoscaler that stands still.

use cutover_manifest::ObjectRef;
use serde::{Deserialize, Serialize};

/// The autoscaler is seen to leave the count alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Held {
    /// The autoscaler that is seen to stand still.
    #[cfg_attr(
        feature = "schema",
        schemars(with = "cutover_workload::schema::Object")
    )]
    pub object: ObjectRef,
}
