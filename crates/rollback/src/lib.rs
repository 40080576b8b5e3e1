//! Rollback: what is wanted is read from the history that the Deployment's ReplicaSets are.
//!
//! ```text
//! ReplicaSets   revision 1 ○   revision 2 ◐   revision 3 ●  (runs)
//! rollback      ● ● ● ─▶ ◐ ◐ ◐                              to the revision before, or to a given one
//! ```
//!
//! Exactly what `kubectl rollout undo` keeps and drops (kubectl `polymorphichelpers/rollback.go`):
//! the pod template of that ReplicaSet without the label `pod-template-hash`; its annotations, but
//! the Deployment's own where they are the controller's or kubectl's; all else of the Deployment
//! stays as it is, replicas included. Any strategy can carry such a release out; this crate's own
//! is straight to it.
//!
//! ```
//! use cutover_manifest::{Bundle, Manifest};
//! use cutover_planner::Strategy;
//! use cutover_release::Ends;
//! use cutover_rollback::Rollback;
//! use serde_json::json;
//!
//! let template = |image: &str| json!({"metadata": {"labels": {"app": "hello"}}, "spec": {"containers": [{"name": "hello", "image": image}]}});
//! let object = |kind: &str, name: &str, revision: &str, image: &str| Manifest::new(json!({
//!     "apiVersion": "apps/v1", "kind": kind,
//!     "metadata": {"name": name, "annotations": {"deployment.kubernetes.io/revision": revision},
//!         "ownerReferences": [{"apiVersion": "apps/v1", "kind": "Deployment", "name": "hello", "uid": "1", "controller": true}]},
//!     "spec": {"replicas": 3, "selector": {"matchLabels": {"app": "hello"}}, "template": template(image)},
//! }));
//! let from: Bundle = [
//!     object("Deployment", "hello", "2", "hello:2")?,
//!     object("ReplicaSet", "hello-a", "1", "hello:1")?,
//!     object("ReplicaSet", "hello-b", "2", "hello:2")?,
//! ].into_iter().collect();
//! let ends = Rollback::default().wanted(Ends::unchanged(from))?;
//! let hello = ends.to().of_kind("Deployment").next().unwrap();
//! assert_eq!(hello.pointer("/spec/template"), Some(&template("hello:1")));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod error;
mod history;
mod revisions;
mod spec;
mod waypoints;

pub use error::{MATCHES, NO_HISTORY, NO_REVISION};
pub use revisions::{Revision, revisions};
pub use spec::Rollback;

#[cfg(test)]
mod tests;
