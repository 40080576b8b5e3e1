//! What an adoption refuses.

use cutover_manifest::ObjectRef;
use cutover_release::{Refusal, RefusalKind, Refusals};

/// The pods have the label, and the Services pick by it.
pub const ADOPTED: RefusalKind = RefusalKind::new("adopted");
/// No Service of the input stands before the Deployment.
pub const NO_SERVICE_BEFORE: RefusalKind = RefusalKind::new("noServiceBefore");

pub(crate) fn adopted(object: &ObjectRef) -> Refusals {
    let reason = "its pods have the label, and its Services pick by it";
    Refusal::new(ADOPTED, reason)
        .of(object)
        .hint("there is nothing to do")
        .into()
}

pub(crate) fn no_service(object: &ObjectRef) -> Refusals {
    Refusal::new(
        NO_SERVICE_BEFORE,
        "no Service of the input selects its pods",
    )
    .of(object)
    .at("/spec/template/metadata/labels")
    .hint("give the Service too; without one a second set needs no label of its own")
    .into()
}
