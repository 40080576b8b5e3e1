//! Why the affinity does not change.

use cutover_manifest::ObjectRef;

/// What a change of session affinity refuses.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is not exactly one such Service.
    #[error(
        "Service {name}: there are {count} of that name in the input\nhint: check the name, and say --namespace where names repeat"
    )]
    NotOne {
        /// What was asked for.
        name: String,
        /// How many there are.
        count: usize,
    },
    /// The time is out of range, or has nothing to be the time of.
    #[error(
        "{object}: /spec/sessionAffinityConfig/clientIP/timeoutSeconds: {reason}\nhint: 1 to 86400 seconds, with ClientIP"
    )]
    Timeout {
        /// The Service.
        object: Box<ObjectRef>,
        /// What is wrong.
        reason: String,
    },
}
