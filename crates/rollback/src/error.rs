//! What a rollback refuses. The words are kubectl's where it has them.

use cutover_manifest::ObjectRef;
use cutover_release::{Hint, Refusal, RefusalKind, Refusals, kinds};

/// The revision's template runs already.
pub const MATCHES: RefusalKind = RefusalKind::new("matches");
/// The input has fewer than two revisions.
pub const NO_HISTORY: RefusalKind = RefusalKind::new("noHistory");
/// No ReplicaSet has the revision.
pub const NO_REVISION: RefusalKind = RefusalKind::new("noRevision");

pub(crate) fn matches(object: &ObjectRef, revision: u64) -> Refusals {
    let reason = format!("the current template already matches revision {revision}");
    Refusal::new(MATCHES, reason)
        .of(object)
        .hint("there is nothing to roll back")
        .into()
}

pub(crate) fn no_history(object: &ObjectRef) -> Refusals {
    Refusal::new(NO_HISTORY, "no rollout history found")
        .of(object)
        .hint(Hint::ShowHistory)
        .into()
}

pub(crate) fn no_revision(object: &ObjectRef, revision: u64, known: &str) -> Refusals {
    let reason = format!("unable to find specified revision {revision} in history");
    Refusal::new(NO_REVISION, reason)
        .of(object)
        .hint(format!("there are {known}"))
        .into()
}

pub(crate) fn paused(object: &ObjectRef) -> Refusals {
    let reason = "you cannot rollback a paused deployment";
    Refusal::new(kinds::PAUSED, reason)
        .of(object)
        .at("/spec/paused")
        .hint(Hint::Resume)
        .into()
}
