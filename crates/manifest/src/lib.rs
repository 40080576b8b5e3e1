//! Kubernetes manifests: read and written as kubectl does, identity, bundles, typed views, edits in place.

mod place;
pub use place::Place;

mod read;
pub use read::{Document, Finding, FindingKind, ReadError, Reading, flatten, locate, read, read_scalar};

mod emit;
pub use emit::{emit, emit_all};

mod object;
pub use object::ObjectRef;

mod manifest;
pub use manifest::Manifest;

mod bundle;
pub use self::bundle::Bundle;

mod load;
pub use load::{Loaded, Source, bundle};

pub mod edit;

mod keys;
pub use keys::MergeKeys;

mod rank;
pub use rank::rank;

mod references;
pub use references::{containers, pod_references};

mod copy;
pub use copy::short_name;

mod warning;
pub use warning::Warning;

mod error;
pub use error::{Error, Errors};

mod pointer;
mod quantity;
mod removed;
mod seal;
