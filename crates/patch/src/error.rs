use json_patch::jsonptr::PointerBuf;
use thiserror::Error;

/// Why a patch could not be used.
///
/// A message holds places and never values, which may be secret.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The document is not the one that the patch was made for, or the patch is wrong.
    #[error(
        "operation {operation} of the patch cannot be applied at `{path}`: {reason}\n\
         hint: make the patch anew from the document as it is now"
    )]
    NotApplicable {
        /// The operation's index in the patch, from 0.
        operation: usize,
        /// The `path` of the operation that failed.
        path: PointerBuf,
        /// What stood in the way.
        reason: Reason,
    },
}

/// What stood in the way of an operation.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// A `test` found another value.
    #[error("the value differs from the one that the patch relies on")]
    Differs,
    /// The path, or the parent of what is added, does not exist.
    #[error("the document has no such place")]
    Missing,
    /// The `from` path of a `move` or `copy` does not exist.
    #[error("the document has nothing at the operation's `from`")]
    FromMissing,
    /// A `move` into the value that is moved.
    #[error("a value cannot be moved into itself")]
    IntoItself,
}
