//! JSON Patch ([RFC 6902]) on JSON values: diff by list keys, guards, inversion, atomic
//! application; and, for documents that a server holds, a three-way merge and how they stand
//! between two others.
//!
//! A patch that [`diff`] writes says what it relies on: it opens with `test` operations on the
//! values that it replaces, on the keys of the list items that its indices go through, and on all
//! of a map whose members mean something only together. Where there is none of these, as where it
//! only adds, it tests which document it is. Whoever applies it, this crate or a server, applies all
//! of it to the document that it was made for, or nothing to a document that has drifted where it
//! matters.
//!
//! ```text
//!  before ─┐                      ┌─▶ changes   add, remove, replace, move
//!          ├─▶ edits ─────────────┼─▶ guards    test what the changes rely on   ─▶ diff
//!  after ──┘   (one walk,         ├─▶ the scalars that no test can vouch for    ─▶ unguarded
//!  Schema ─┘   lists by key)      └─▶ paths and values for people               ─▶ differences
//!
//!  patch, before ─▶ apply ─▶ after ─▶ diff(after, before) = invert
//! ```
//!
//! # What it does not do
//!
//! - It knows no Kubernetes: which lists are keyed, which scalars a server stores as they are
//!   written, which maps mean something only as a whole and what a document goes by is the caller's
//!   [`Schema`].
//! - It never tests a whole map or list, since a server adds defaults to them, nor that something
//!   is absent, since some servers let a `test` of null pass there. A member that somebody else has
//!   added meanwhile under a name that the patch adds is therefore overwritten.
//! - It relies on no leniency of any implementation: what it writes is valid under the strict
//!   reading.
//! - It is for documents of limited depth, some 200 levels: it recurses, as `serde_json` does,
//!   whose reader refuses documents deeper than 128.
//!
//! # Example
//!
//! A sidecar goes in front, and the image of what was the first container changes:
//!
//! ```
//! use cutover_patch::{Schema, apply, diff, differences, invert};
//! use serde_json::{Value, json};
//!
//! struct Containers;
//!
//! impl Schema for Containers {
//!     fn key(&self, path: &str) -> &[&str] {
//!         if path == "/containers" { &["name"] } else { &[] }
//!     }
//!     fn testable(&self, _path: &str, _value: &Value) -> bool {
//!         true
//!     }
//! }
//!
//! let before = json!({"containers": [{"name": "web", "image": "web:1"}]});
//! let after = json!({"containers": [{"name": "proxy"}, {"name": "web", "image": "web:2"}]});
//!
//! let patch = diff(&before, &after, &Containers);
//! assert_eq!(
//!     serde_json::to_value(&patch)?,
//!     json!([
//!         {"op": "test", "path": "/containers/0/image", "value": "web:1"},
//!         {"op": "test", "path": "/containers/0/name", "value": "web"},
//!         {"op": "add", "path": "/containers/0", "value": {"name": "proxy"}},
//!         {"op": "replace", "path": "/containers/1/image", "value": "web:2"},
//!     ])
//! );
//!
//! let mut document = before.clone();
//! apply(&mut document, &patch)?;
//! assert_eq!(document, after);
//!
//! apply(&mut document, &invert(&patch, &before, &Containers)?)?;
//! assert_eq!(document, before);
//!
//! let paths: Vec<_> = differences(&before, &after, &Containers).iter().map(|d| d.path.to_string()).collect();
//! assert_eq!(paths, ["containers[name=proxy]", "containers[name=web].image"]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [RFC 6902]: https://www.rfc-editor.org/rfc/rfc6902

mod schema;
pub use schema::{Plain, Schema};

mod diff;
pub use diff::diff;

mod guard;
pub use guard::unguarded;

mod apply;
pub use apply::apply;

mod invert;
pub use invert::invert;

mod difference;
pub use difference::{Difference, differences};

mod merge;
pub use merge::merge;

mod project;
pub use project::project;

mod fill;
pub use fill::fill;

mod lacking;
pub use lacking::lacking;

mod standing;
pub use standing::Standing;

mod path;
pub use path::{Path, Segment};

mod place;

mod error;
pub use error::{Error, Reason};

pub use json_patch::{
    AddOperation, CopyOperation, MoveOperation, Patch, PatchOperation, RemoveOperation,
    ReplaceOperation, TestOperation, jsonptr,
};

mod edit;
mod list;
mod order;
mod step;

#[cfg(test)]
mod tests;
