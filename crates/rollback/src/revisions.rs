//! What there is to go back to.

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use serde::Serialize;

use crate::history::history;

const CHANGE_CAUSE: &str = "kubernetes.io/change-cause";

/// A revision of a Deployment, as one of its ReplicaSets keeps it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Revision {
    /// The number that the Deployment controller gave it.
    pub revision: u64,
    /// Why it came to be, as the annotation `kubernetes.io/change-cause` of the ReplicaSet tells it, or
    /// else that of its template.
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
        change_cause: change_cause(replica_set),
    };
    history.map(revision).collect()
}

/// What the ReplicaSet says, else its template, as kubectl has it; nothing where both say nothing.
fn change_cause(replica_set: &Manifest) -> Option<String> {
    let ends = ["/metadata", "/spec/template/metadata"];
    let mut causes = ends.iter().filter_map(|metadata| {
        let annotations = replica_set.pointer(&format!("{metadata}/annotations"))?;
        annotations.get(CHANGE_CAUSE)?.as_str()
    });
    causes.find(|cause| !cause.is_empty()).map(str::to_owned)
}
