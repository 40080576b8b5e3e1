//! Pods that are there and ready.

use cutover_manifest::ObjectRef;
use serde::{Deserialize, Serialize};

/// Exactly so many pods of a set, so many of them of its present template, all ready for
/// `minReadySeconds`.
///
/// Pods are counted by owner, and only while active: not terminating, not `Failed` or `Succeeded`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Available {
    /// The set whose pods are counted.
    #[cfg_attr(
        feature = "schema",
        schemars(with = "cutover_workload::schema::Object")
    )]
    pub object: ObjectRef,
    /// How many pods; absent for as many as the object asks for then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replicas: Option<u32>,
    /// How many of them are of the present template; absent for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated: Option<u32>,
}

impl Available {
    /// As many pods of a set as it asks for then, all of its present template.
    pub fn as_asked(object: ObjectRef) -> Self {
        Self {
            object,
            replicas: None,
            updated: None,
        }
    }

    /// So many pods of a set, all of its present template.
    pub fn all(object: ObjectRef, replicas: u32) -> Self {
        Self {
            object,
            replicas: Some(replicas),
            updated: None,
        }
    }
}
