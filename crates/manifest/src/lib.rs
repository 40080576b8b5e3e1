//! Kubernetes manifests: read and written as kubectl does, identity, bundles, typed views, edits in place.

mod place;
pub use place::Place;

mod read {
    mod error;
    mod finding;
    pub use error::ReadError;
    pub use finding::{Finding, FindingKind};
}
pub use read::{Finding, FindingKind, ReadError};

mod object;
pub use object::ObjectRef;

mod manifest;
pub use manifest::Manifest;

mod bundle;
pub use bundle::Bundle;

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
mod seal;
