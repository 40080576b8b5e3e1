//! A route that is followed.

use cutover_manifest::ObjectRef;
use serde::{Deserialize, Serialize};

use crate::duration::Duration;

/// Each controller that the route names has taken its present form, and some time has passed in
/// which gateways follow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RoutedGate {
    /// The route whose gateway is seen to follow.
    #[cfg_attr(
        feature = "schema",
        schemars(with = "cutover_workload::schema::Object")
    )]
    pub object: ObjectRef,
    /// How long gateways need after that.
    pub settle: Duration,
}
