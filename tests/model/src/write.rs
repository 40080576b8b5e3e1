//! What a client writes.

use cutover_manifest::{Manifest, ObjectRef};
use cutover_patch::Patch;

/// A write that a client asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Write {
    /// Create the object; refused where there is one of its name.
    Create(Manifest),
    /// Patch the object (RFC 6902).
    Patch {
        /// The object, which must be there.
        object: ObjectRef,
        /// The operations: all of them are made, or none.
        ops: Patch,
    },
    /// Delete the object in the background.
    Delete {
        /// The object, which must be there.
        object: ObjectRef,
        /// `preconditions.uid`; none is whichever has the name.
        uid: Option<String>,
        /// `preconditions.resourceVersion`; none is whatever has been written to it.
        version: Option<String>,
    },
}

/// A write that is still on its way.
#[derive(Clone, Debug)]
pub(crate) struct LateWrite {
    pub(crate) write: Write,
    pub(crate) manager: String,
}
