//! What a change of session affinity is told.

use serde::{Deserialize, Serialize};

/// A Service and the affinity that it is to have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Affinity {
    /// The Service's name.
    pub service: String,
    /// Its namespace, where names repeat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Whether clients stay with a pod.
    pub session_affinity: SessionAffinity,
    /// For how long after its last connection a client stays, 1 to 86400 seconds; Kubernetes' 10800
    /// where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_seconds: Option<u32>,
}

/// A Service's `sessionAffinity`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum SessionAffinity {
    /// By the client's address.
    #[serde(rename = "ClientIP")]
    ClientIp,
    /// None: each connection goes to any pod.
    None,
}
