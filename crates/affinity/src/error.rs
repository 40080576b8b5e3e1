//! What a change of session affinity refuses.

use cutover_manifest::ObjectRef;
use cutover_release::{Hint, Refusal, RefusalKind, Refusals};

/// There is not exactly one such Service.
pub const NOT_ONE_SERVICE: RefusalKind = RefusalKind::new("notOneService");
/// The time is out of range, or has nothing to be the time of.
pub const TIMEOUT: RefusalKind = RefusalKind::new("timeout");

pub(crate) fn not_one_service(name: &str, count: usize) -> Refusals {
    let reason = format!("Service {name}: there are {count} of that name in the input");
    Refusal::new(NOT_ONE_SERVICE, reason)
        .hint(Hint::NameNamespace)
        .into()
}

pub(crate) fn timeout(service: &ObjectRef, reason: impl Into<String>) -> Refusals {
    Refusal::new(TIMEOUT, reason)
        .of(service)
        .at("/spec/sessionAffinityConfig/clientIP/timeoutSeconds")
        .hint("1 to 86400 seconds, with ClientIP")
        .into()
}
