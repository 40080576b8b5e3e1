//! Scale: more pods or fewer, at once or as a ramp.
//!
//! ```text
//! start      ● ● ●
//! scale-5    ● ● ● ● ●          with maxStep 2, each waited for
//! scale-6    ● ● ● ● ● ●
//! ```
//!
//! ```
//! use cutover_manifest::{Bundle, Manifest};
//! use cutover_planner::{Options, Strategy, plan};
//! use cutover_release::{Ends, Release};
//! use cutover_scale::Scale;
//! use serde_json::json;
//!
//! let hello = Manifest::new(json!({
//!     "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "hello"},
//!     "spec": {"replicas": 3, "selector": {"matchLabels": {"app": "hello"}}, "template": {
//!         "metadata": {"labels": {"app": "hello"}}, "spec": {"containers": [{"name": "hello", "image": "hello:1"}]}}},
//! }))?;
//! let from: Bundle = [hello].into_iter().collect();
//! let scale = Scale::new(6).max_step(2.try_into()?);
//! let ends = scale.wanted(Ends::unchanged(from))?;
//! let plan = plan(&Release::new(ends)?, &scale, &Options::default())?;
//! assert_eq!(plan.spec.steps.iter().map(|step| step.phase.to_string()).collect::<Vec<_>>(), ["scale-5", "scale-6"]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod error;
mod spec;
mod waypoints;

pub use spec::Scale;

#[cfg(test)]
mod tests;
