//! What there is to go back to.

use cutover_manifest::{Bundle, ObjectRef};
use serde::Serialize;

use crate::history::{annotation, history};

const CHANGE_CAUSE: &str = "kubernetes.io/change-cause";

/// A revision of a Deployment, as one of its ReplicaSets keeps it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Revision {
    /// Its number.
    pub revision: u64,
    /// Why it came to be, as the annotation `kubernetes.io/change-cause` tells it.
    pub change_cause: Option<String>,
}

/// The revisions of a Deployment, the oldest first: none where its ReplicaSets are not in the
/// bundle.
///
/// ```
/// use cutover_manifest::{Bundle, ObjectRef};
///
/// let hello = ObjectRef::new("apps/v1", "Deployment", None, "hello");
/// assert!(cutover_rollback::revisions(&Bundle::new(), &hello).is_empty());
/// ```
pub fn revisions(bundle: &Bundle, deployment: &ObjectRef) -> Vec<Revision> {
    let Some(set) = bundle.get(deployment) else {
        return Vec::new();
    };
    let history = history(bundle, set).into_iter();
    let revision = |(revision, replica_set)| Revision {
        revision,
        change_cause: annotation(replica_set, CHANGE_CAUSE),
    };
    history.map(revision).collect()
}
