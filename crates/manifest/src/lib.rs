//! Kubernetes manifests: read and written as kubectl does, identity, bundles, typed fields, edits
//! in place.
//!
//! ```text
//!  bytes ─▶ read ─▶ Reading ─▶ bundle ─▶ Loaded ─┬─▶ Bundle of Manifests, by ObjectRef
//!            (as kubectl)      (refuses)         ├─▶ warnings
//!                                                └─▶ sources ─▶ edit ─▶ the same bytes but for the change
//! ```
//!
//! A [`Manifest`] is raw JSON, so unknown fields and custom resources are never lost. Single fields
//! are read with their types by [`Manifest::fields`]. What differs between two manifests is
//! `cutover-patch`'s to say, with [`MergeKeys`] as its schema.
//!
//! The feature `seal` adds `Sealer`, which makes and recounts the [`Seal`]s of Secrets. Without it
//! they are read and compared with each other all the same.
//!
//! The feature `typed` is for programs that have k8s-openapi's types: `Manifest::from_typed` makes
//! a manifest of one, and `Manifest::view` gives one, to look at. It changes nothing else. Which
//! version of Kubernetes the types are of is the program's choice, as always with k8s-openapi.
//!
//! # What it does not do
//!
//! - It opens no files and asks no cluster: bytes come in, bytes go out.
//! - It knows no strategy, and does not check that objects fit together.
//!
//! # Example
//!
//! A release sets an image. The file keeps its comments and quotes:
//!
//! ```
//! # #[cfg(feature = "edit")] {
//! use cutover_manifest::{bundle, edit, read};
//!
//! let file = b"apiVersion: v1\nkind: Pod\nmetadata:\n  name: hello\nspec:\n  containers:\n  - name: hello\n    image: 'hello:1.0.0' # pinned\n";
//! let loaded = bundle(vec![read("hello.yaml", file)?])?;
//!
//! let before = loaded.bundle.of_kind("Pod").next().ok_or("no pod")?;
//! let after = before.set("/spec/containers/0/image", "hello:2.0.0".into())?;
//! let edited = edit(file, &loaded.sources[before.object()], before.value(), after.value())?;
//!
//! let text = String::from_utf8(edited)?;
//! assert!(text.ends_with("    image: 'hello:2.0.0' # pinned\n"));
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod place;
pub use place::Place;

mod read;
pub use read::{
    Document, Finding, FindingKind, ReadError, Reading, flatten, locate, read, read_scalar,
    scalar_text, scan,
};

mod parts;
pub use parts::Part;

mod emit;
pub use emit::{emit, emit_all, emit_part};

mod segment;
pub use segment::{BadPathSegment, PathSegment, is_invisible};

mod object;
pub use object::ObjectRef;

mod identity;

mod canonical;
pub use canonical::NotCanonical;

mod digest;
pub use digest::{BadDigest, Digest};

mod field;
pub use field::Field;

mod pointer;
pub use pointer::BadPointer;

mod manifest;
mod owner;
pub use manifest::Manifest;

mod seal;
pub use seal::{BadSeal, Seal};

#[cfg(feature = "seal")]
mod sealer;
#[cfg(feature = "seal")]
pub use sealer::{SealKey, SealKeyError, Sealer};

mod fields;
pub use fields::Fields;

mod bundle;
pub use self::bundle::Bundle;

mod load;
pub use load::{DuplicateKey, Loaded, Source, bundle, load};

mod removed;
pub use removed::RemovedVersion;

#[cfg(feature = "edit")]
mod edit;
#[cfg(feature = "edit")]
pub use self::edit::{EditError, edit};

mod keys;
pub use keys::MergeKeys;

mod kinds;
pub use kinds::{Resource, rank, resource};

mod image;
pub use image::{BadImageReference, ImageReference};

mod references;
pub use references::{
    containers, mounted_references, needed_references, pod_references, with_references,
};

mod copy;
pub use copy::short_name;

mod listing;
pub use listing::listing;

mod warning;
pub use warning::Warning;

mod error;
pub use error::{Error, Errors};

mod quantity;
pub use quantity::{BadQuantity, Quantity};

mod hex;
mod secret;
#[cfg(feature = "typed")]
mod typed;
mod unknown_fields;
