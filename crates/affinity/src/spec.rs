//! What a change of session affinity is told.

use serde::{Deserialize, Serialize};

/// A Service and the affinity that it is to have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct Affinity {
    /// The name of the Service whose clients stay.
    pub service: String,
    /// Its namespace, where names repeat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Whether clients stay with a pod.
    pub session_affinity: SessionAffinity,
    /// For how long after its last connection a client stays, 1 to 86400 seconds (default: Kubernetes'
    /// 10800).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_seconds: Option<u32>,
}

impl Affinity {
    /// This affinity for the only Service of the name, with Kubernetes' own timeout.
    ///
    /// ```
    /// use cutover_affinity::{Affinity, SessionAffinity};
    ///
    /// let sticky = Affinity::new("hello", SessionAffinity::ClientIp).timeout_seconds(600);
    /// let file = r#"{"service":"hello","sessionAffinity":"ClientIP","timeoutSeconds":600}"#;
    /// assert_eq!(sticky, serde_json::from_str(file)?);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn new(service: impl Into<String>, session_affinity: SessionAffinity) -> Self {
        Self {
            service: service.into(),
            namespace: None,
            session_affinity,
            timeout_seconds: None,
        }
    }

    /// The same, for the Service of this namespace.
    #[must_use]
    pub fn namespace(mut self, namespace: impl Into<String>) -> Self {
        self.namespace = Some(namespace.into());
        self
    }

    /// The same, where a client stays for so long after its last connection.
    #[must_use]
    pub fn timeout_seconds(mut self, seconds: u32) -> Self {
        self.timeout_seconds = Some(seconds);
        self
    }
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
