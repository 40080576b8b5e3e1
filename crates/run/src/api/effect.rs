//! What a run wants done: data, for an adapter to carry out.

use std::fmt;

use cutover_manifest::{Manifest, ObjectRef};
use cutover_patch::Patch;

use crate::now::Steady;
use crate::progress::Progress;

/// Which request an [`Answer`](crate::Answer) belongs to.
///
/// Tickets of one run are unique and grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub u64);

/// One thing to do outside the machine.
///
/// Effects may be carried out side by side: the machine asks for what must come later only once it
/// has the answer to what must come first. The enum is exhaustive on purpose: an adapter that carries
/// out all but one of them would leave the run waiting.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// A request; its answer comes back as [`Event::Answered`](crate::Event::Answered) with the
    /// same ticket.
    Ask {
        /// Which answer belongs to it.
        ticket: Ticket,
        /// What to send; nothing is sent once the deadline has passed.
        request: Request,
        /// Until when it may be sent, by the steady clock: a write, while the Leases are held. Look
        /// at the clock right before it is sent; what is late is answered by [`Fault::late`](crate::Fault::late).
        deadline: Option<Steady>,
    },
    /// A watch that lasts as long as the run: first a list, then every change; the adapter lists
    /// anew when it expires.
    Watch(Scope),
    /// Something for people to read. Nothing comes back.
    Tell(Progress),
}

/// One request to the API server, sent once: trying again is the machine's decision.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Request {
    /// Read an object; the answer is [`Reply::Object`](crate::Reply::Object), empty where there is
    /// none.
    Get(ObjectRef),
    /// List the objects of a scope once; the answer is [`Reply::Objects`](crate::Reply::Objects).
    List(Scope),
    /// Write; the answer is [`Reply::Object`](crate::Reply::Object) as the server now holds it.
    Write {
        /// What to create, patch or delete.
        write: Write,
        /// Whether the server only says what it would do (`?dryRun=All`).
        dry_run: bool,
    },
    /// Ask whether the run may do this (`SelfSubjectAccessReview`); the answer is
    /// [`Reply::Allowed`](crate::Reply::Allowed).
    Review(Right),
    /// An HTTP request, for a gate that asks another system; the answer is
    /// [`Reply::Http`](crate::Reply::Http).
    Http(HttpRequest),
}

/// A write, exactly one a [`Change`](cutover_plan::Change), with `fieldManager=cutover` and
/// `fieldValidation=Strict`.
#[derive(Clone, Debug, PartialEq)]
pub enum Write {
    /// Create the object; the server refuses it where there is one of its name.
    Create(Manifest),
    /// Patch the object (RFC 6902); the operations open with `test`s of its uid and
    /// resourceVersion.
    Patch {
        /// The object, which must be there.
        object: ObjectRef,
        /// The operations, to be sent as they are: all of them are made, or none.
        ops: Patch,
    },
    /// Delete the object in the background, if it is still this one.
    Delete {
        /// The object; what it owns is removed after it.
        object: ObjectRef,
        /// `preconditions.uid`: an object that was made anew under the name stays.
        uid: String,
        /// `preconditions.resourceVersion`; none is whatever has been written to it since.
        version: Option<String>,
    },
}

/// Objects of one kind in one namespace.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scope {
    /// Group and version, as `apps/v1`.
    pub api_version: String,
    /// The kind, as `Deployment`.
    pub kind: String,
    /// The namespace; none for kinds that have none.
    pub namespace: Option<String>,
    /// The one object that is meant; none is all of them.
    pub name: Option<String>,
}

impl Scope {
    /// Whether an object is in it.
    pub(crate) fn holds(&self, object: &ObjectRef) -> bool {
        self.api_version == object.api_version
            && self.kind == object.kind
            && self.namespace == object.namespace
            && self.name.as_ref().is_none_or(|name| *name == object.name)
    }
}

/// A verb on a resource, as RBAC knows it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Right {
    /// The API group, empty for the core group.
    pub group: String,
    /// The plural, as `deployments`.
    pub resource: String,
    /// The verb, as `patch`.
    pub verb: String,
    /// The namespace; none for kinds that have none.
    pub namespace: Option<String>,
    /// The one object it is needed for; none is all of them.
    pub name: Option<String>,
}

impl fmt::Display for Right {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let group = if self.group.is_empty() {
            String::new()
        } else {
            format!(".{}", self.group)
        };
        write!(f, "{} {}{group}", self.verb, self.resource)?;
        self.name.iter().try_for_each(|name| write!(f, " {name}"))?;
        self.namespace
            .iter()
            .try_for_each(|namespace| write!(f, " in namespace {namespace}"))
    }
}

/// An HTTP request of a gate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpRequest {
    /// `POST` for a webhook, and `GET` for all else.
    pub method: String,
    /// The whole URL, with its query.
    pub url: String,
    /// The body, for `POST`, as JSON text.
    pub body: Option<String>,
    /// How long an answer may take, in seconds.
    pub timeout_seconds: u32,
}
