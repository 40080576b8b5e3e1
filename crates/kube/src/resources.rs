//! What the API server calls kinds, as far as it was asked.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// What the API server calls a kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Resource {
    /// The plural, as `deployments`.
    pub(crate) plural: String,
    /// Whether its objects are in namespaces.
    pub(crate) namespaced: bool,
}

/// The kinds of a group's version, by name.
pub(crate) type Kinds = BTreeMap<String, Resource>;

/// What is known so far, by group and version.
#[derive(Debug, Default)]
pub(crate) struct Resources(Mutex<BTreeMap<String, Kinds>>);

impl Resources {
    /// The resource of a kind, where it is known.
    pub(crate) fn known(&self, api_version: &str, kind: &str) -> Option<Resource> {
        let groups = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        groups.get(api_version)?.get(kind).cloned()
    }

    /// All kinds of a group's version, from now on.
    pub(crate) fn learn(&self, api_version: &str, kinds: Kinds) {
        let mut groups = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        groups.insert(api_version.to_owned(), kinds);
    }
}
