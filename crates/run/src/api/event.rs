//! What happens to a run: answers to its requests, what its watches see, and what people ask.

use cutover_manifest::Manifest;

use crate::api::effect::{Scope, Ticket};

/// Something that happened outside the machine.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// The answer to a request.
    Answered(Ticket, Answer),
    /// All objects of a watched scope: at the start of a watch, and again whenever it had to begin
    /// anew.
    Listed(Scope, Vec<Manifest>),
    /// An object of a watched scope is new or has changed.
    Changed(Scope, Manifest),
    /// An object of a watched scope is gone; as it was last seen.
    Gone(Scope, Manifest),
    /// A scope cannot be watched, and trying again will not help.
    Unwatched(Scope, Fault),
    /// A person at this terminal asks the run to go back.
    Abort,
    /// The program is asked to end (Ctrl-C): the run stops where it is, gives its Leases back, and
    /// the journal stays.
    Stop,
}

/// What came of a request.
pub type Answer = Result<Reply, Fault>;

/// What the server said.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Reply {
    /// The object, or that there is none.
    Object(Option<Manifest>),
    /// The objects of a scope.
    Objects(Vec<Manifest>),
    /// Whether a right is given.
    Allowed(bool),
    /// The answer to an HTTP request.
    Http {
        /// The status, also one of an error: to judge it is up to the gate.
        status: u16,
        /// The body as text.
        body: String,
    },
}

/// A request that was refused, or whose answer did not come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fault {
    /// The HTTP status; 0 where no answer came (refused connection, timeout, reset), so that a
    /// write may have happened.
    pub code: u16,
    /// The `reason` of the server's Status, as `Invalid`; empty where it gave none.
    pub reason: String,
    /// The message, as the server or the transport worded it.
    pub message: String,
    /// The causes that the Status names: field and message.
    pub causes: Vec<(String, String)>,
    /// When the server asked to come back, in seconds.
    pub retry_after: Option<u32>,
}
