//! Kubernetes manifests: read and written as kubectl does, identity, bundles, typed views, edits in place.

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

mod error;
pub use error::Error;

mod pointer;
mod quantity;
mod seal;
