//! Whether the pods behind a router are just those that may have its requests.

use cutover_manifest::ObjectRef;
use serde::{Deserialize, Serialize};

/// The router's endpoints are just the ready pods that it selects, for each port.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Endpoints {
    /// The router, e.g. a Service.
    #[cfg_attr(
        feature = "schema",
        schemars(with = "cutover_workload::schema::Object")
    )]
    pub object: ObjectRef,
}
