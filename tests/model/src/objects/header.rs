//! What every object has: name, uid, versions, times.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use super::object;

/// Which object: unique in a cluster's life, also where a name is used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Uid(pub(crate) u64);

impl fmt::Display for Uid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "00000000-0000-4000-8000-{:012x}", self.0)
    }
}

/// The metadata of an object that a controller makes.
#[derive(Clone, Debug)]
pub(crate) struct Header {
    pub(crate) uid: Uid,
    pub(crate) name: String,
    pub(crate) namespace: Arc<str>,
    /// `resourceVersion`.
    pub(crate) version: u64,
    pub(crate) created: Timestamp,
}

impl Header {
    /// `metadata`, owned by the controller object of this kind, name and uid.
    pub(crate) fn metadata(&self, owner: (&str, &str, &str, Uid)) -> Value {
        let (api_version, kind, name, uid) = owner;
        let owner = object([
            ("apiVersion", api_version.into()),
            ("kind", kind.into()),
            ("name", name.into()),
            ("uid", uid.to_string().into()),
            ("controller", true.into()),
            ("blockOwnerDeletion", true.into()),
        ]);
        object([
            ("name", self.name.as_str().into()),
            ("namespace", (&*self.namespace).into()),
            ("uid", self.uid.to_string().into()),
            ("resourceVersion", self.version.to_string().into()),
            ("creationTimestamp", stamp(self.created)),
            ("ownerReferences", vec![owner].into()),
        ])
    }
}

/// A time as Kubernetes keeps it: by whole seconds.
pub(crate) fn second(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second()).unwrap_or(time)
}

/// A time as Kubernetes writes it.
pub(crate) fn stamp(time: Timestamp) -> Value {
    Value::String(second(time).to_string())
}
