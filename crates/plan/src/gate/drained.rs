//! Requests that have ended.

use cutover_manifest::ObjectRef;
use serde::{Deserialize, Serialize};

use crate::duration::Duration;

/// So long has passed since the last request to what the route no longer names could have begun.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Drained {
    /// The route that no longer sends requests there.
    #[cfg_attr(
        feature = "schema",
        schemars(with = "cutover_workload::schema::Object")
    )]
    pub object: ObjectRef,
    /// How long the last of them may take.
    pub after: Duration,
}
