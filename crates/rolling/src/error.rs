//! What the strategies of this crate refuse.

use cutover_manifest::ObjectRef;
use cutover_release::{Hint, Refusal, RefusalKind, Refusals, kinds};

/// It is paused, or it is not, as it is asked to be.
pub const AS_IT_IS: RefusalKind = RefusalKind::new("asItIs");
/// It was restarted in the very second already, so nothing would change.
pub const JUST_RESTARTED: RefusalKind = RefusalKind::new("justRestarted");

/// A text is no moment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a time\nhint: write it as 2026-11-24T10:00:00Z")]
pub struct BadTimestamp(pub(crate) String);

pub(crate) fn as_it_is(object: &ObjectRef, paused: bool) -> Refusals {
    let already = if paused { "already" } else { "not" };
    Refusal::new(AS_IT_IS, format!("it is {already} paused"))
        .of(object)
        .at("/spec/paused")
        .hint("there is nothing to do")
        .into()
}

pub(crate) fn just_restarted(object: &ObjectRef) -> Refusals {
    let reason = "if restart has already been triggered within the past second, please wait before attempting to trigger another";
    Refusal::new(JUST_RESTARTED, reason)
        .of(object)
        .at("/spec/template/metadata/annotations")
        .hint(Hint::SayTime)
        .into()
}

pub(crate) fn paused(object: &ObjectRef) -> Refusals {
    Refusal::new(kinds::PAUSED, "it is paused")
        .of(object)
        .at("/spec/paused")
        .hint(Hint::Resume)
        .into()
}
