//! What the API server says when it does not do what it is asked, in its own words.

use thiserror::Error;

use crate::key::Key;

/// A request that was not carried out, or whose answer did not come.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{code} {reason}: {message}")]
pub struct Refused {
    /// The HTTP status; 0 where no answer came, so that a write may have happened.
    pub code: u16,
    /// The `reason` of the server's Status, as `Invalid`; empty where it gave none.
    pub reason: String,
    /// The message, as the server words it.
    pub message: String,
    /// Field and message of each cause that the Status names.
    pub causes: Vec<(String, String)>,
    /// When to come back, in seconds, where the server says so.
    pub retry_after: Option<u32>,
}

impl Refused {
    fn new(code: u16, reason: &str, message: impl Into<String>) -> Self {
        Self {
            code,
            reason: reason.to_owned(),
            message: message.into(),
            causes: Vec::new(),
            retry_after: None,
        }
    }

    /// A JSON patch that does not fit: a failed `test`, a missing path. The server does not say
    /// which.
    pub(crate) fn patch() -> Self {
        Self::new(
            422,
            "Invalid",
            "the server rejected our request due to an error in our request",
        )
    }

    /// Values that break the rules of the object's kind.
    pub(crate) fn invalid(key: &Key, causes: Vec<(String, String)>) -> Self {
        let worded: Vec<_> = causes
            .iter()
            .map(|(field, message)| format!("{field}: {message}"))
            .collect();
        let all = match &worded[..] {
            [one] => one.clone(),
            many => format!("[{}]", many.join(", ")),
        };
        let message = format!("{} is invalid: {all}", key.of_kind());
        Self {
            causes,
            ..Self::new(422, "Invalid", message)
        }
    }

    pub(crate) fn already_exists(key: &Key) -> Self {
        Self::new(
            409,
            "AlreadyExists",
            format!("{} already exists", key.of_resource()),
        )
    }

    pub(crate) fn not_found(key: &Key) -> Self {
        Self::new(404, "NotFound", format!("{} not found", key.of_resource()))
    }

    /// A kind that the server does not know: its definition is not installed.
    pub(crate) fn not_served() -> Self {
        Self::new(
            404,
            "NotFound",
            "the server could not find the requested resource",
        )
    }

    /// A write that relies on another version of the object.
    pub(crate) fn modified(key: &Key) -> Self {
        let message = format!(
            "Operation cannot be fulfilled on {}: the object has been modified; please apply your changes to the \
             latest version and try again",
            key.of_resource()
        );
        Self::new(409, "Conflict", message)
    }

    /// A delete that means another object of the same name (`BeforeDelete` in
    /// k8s.io/apiserver/pkg/registry/rest/delete.go).
    pub(crate) fn other_uid(key: &Key, wanted: &str, stored: &str) -> Self {
        Self::unmet(key, "UID", [wanted, stored], "deleted and then recreated")
    }

    /// A delete that means the object as it was.
    pub(crate) fn other_version(key: &Key, wanted: &str, stored: &str) -> Self {
        Self::unmet(key, "ResourceVersion", [wanted, stored], "modified")
    }

    fn unmet(key: &Key, what: &str, [wanted, stored]: [&str; 2], perhaps: &str) -> Self {
        let message = format!(
            "Operation cannot be fulfilled on {}: the {what} in the precondition ({wanted}) does not match the {what} in \
             record ({stored}). The object might have been {perhaps}",
            key.of_kind()
        );
        Self::new(409, "Conflict", message)
    }

    /// A right that the user does not have.
    pub(crate) fn forbidden(key: &Key, verb: &str) -> Self {
        let place = match key.namespace.as_str() {
            "" => "at the cluster scope".to_owned(),
            namespace => format!("in the namespace \"{namespace}\""),
        };
        let message = format!(
            "{} is forbidden: User \"cutover\" cannot {verb} resource \"{}\" in API group \"{}\" {place}",
            key.of_resource(),
            key.resource(),
            key.group
        );
        Self::new(403, "Forbidden", message)
    }

    /// An admission webhook that says no.
    pub(crate) fn webhook() -> Self {
        let message =
            "admission webhook \"policy.example.com\" denied the request: not allowed here";
        Self::new(403, "Forbidden", message)
    }

    /// A request that the server cannot make sense of.
    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, "BadRequest", message)
    }

    /// A new object that names a version, as one copied from a live one does.
    pub(crate) fn version_on_create() -> Self {
        Self::new(
            500,
            "",
            "resourceVersion should not be set on objects to be created",
        )
    }

    pub(crate) fn too_many_operations(operations: usize) -> Self {
        let message =
            format!("The allowed maximum operations in a JSON patch is 10000, got {operations}");
        Self::new(413, "RequestEntityTooLarge", message)
    }

    /// A verb that this kind does not have here.
    pub(crate) fn not_supported() -> Self {
        Self::new(
            405,
            "MethodNotAllowed",
            "the server does not allow this method on the requested resource",
        )
    }

    /// Too much at once; the body is plain text, no Status.
    pub(crate) fn too_many_requests(seconds: u32) -> Self {
        let refused = Self::new(429, "", "Too many requests, please try again later.");
        Self {
            retry_after: Some(seconds),
            ..refused
        }
    }

    /// Storage that is not there for a moment.
    pub(crate) fn server_error() -> Self {
        Self::new(500, "", "etcdserver: leader changed")
    }

    /// No answer came: code 0, and the write may have been made.
    pub(crate) fn no_answer() -> Self {
        Self::new(0, "", "the request timed out")
    }
}
