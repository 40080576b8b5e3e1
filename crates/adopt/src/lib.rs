//! Adopt: the pods of a Deployment get a label that tells its set, and the Services before it pick
//! by it. A blue/green opens with the same; alone it goes at an hour of your choice.
//!
//! ```text
//!            hello                Service hello
//! start      ● ● ●                app: hello
//! adopt      ◐ ◐ ◐                app: hello                 a rolling update of the label
//! adopt      ◐ ◐ ◐                app: hello, track: blue    nobody is left out for a moment
//! ```
//!
//! The label is `track` where the pods have it, else `cutover.dev/track`, with the value that the
//! pods have, else `blue`. The selector of the Deployment is immutable and stays.
//!
//! ```
//! use cutover_adopt::Adopt;
//! use cutover_manifest::{Bundle, Manifest};
//! use cutover_planner::{Options, Strategy, plan};
//! use cutover_release::{Ends, Release};
//! use serde_json::json;
//!
//! let hello = Manifest::new(json!({
//!     "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "hello"},
//!     "spec": {"replicas": 3, "selector": {"matchLabels": {"app": "hello"}}, "template": {
//!         "metadata": {"labels": {"app": "hello"}}, "spec": {"containers": [{"name": "hello", "image": "hello:1"}]}}},
//! }))?;
//! let service = Manifest::new(json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "hello"},
//!     "spec": {"selector": {"app": "hello"}, "ports": [{"port": 80}]}}))?;
//! let adopt = Adopt::default();
//! let ends = adopt.wanted(Ends::unchanged(Bundle::from_iter([hello, service])))?;
//! let plan = plan(&Release::new(ends)?, &adopt, &Options::default())?;
//! let changed: Vec<String> = plan.spec.steps.iter().map(|step| step.changes[0].object().to_string()).collect();
//! assert_eq!(changed, ["Deployment hello", "Service hello"]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod error;
mod spec;
mod waypoints;

pub use error::{ADOPTED, NO_SERVICE_BEFORE};
pub use spec::Adopt;

#[cfg(test)]
mod tests;
