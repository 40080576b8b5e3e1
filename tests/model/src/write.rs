//! What a client writes.

use cutover_manifest::{Manifest, ObjectRef};
use cutover_patch::Patch;

/// A write that a client asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Write {
    /// Create the object.
    Create(Manifest),
    /// Patch the object (RFC 6902).
    Patch {
        /// Which object.
        object: ObjectRef,
        /// The operations.
        ops: Patch,
    },
    /// Delete the object in the background.
    Delete {
        /// Which object.
        object: ObjectRef,
        /// `preconditions.uid`.
        uid: Option<String>,
        /// `preconditions.resourceVersion`.
        version: Option<String>,
    },
}

/// A write that is still on its way.
#[derive(Clone, Debug)]
pub(crate) struct LateWrite {
    pub(crate) write: Write,
    pub(crate) manager: String,
}
