//! Rolling update, recreate and restart of Deployments by their own controller, and pause and
//! resume.
//!
//! ```text
//!              rolling                      recreate                          pause      resume
//! start        ● ● ●                        ● ● ●                             ● ● ●      paused
//! update       ○ ○ ○ (one by one)           Recreate, then all at once ○ ○ ○
//!                                            then its own update strategy      paused     ● ● ●
//! ```
//!
//! Each is a release and where to stand on its way. A *restart* is an update that changes only the
//! annotation that `kubectl rollout restart` writes; pause and resume change only `spec.paused`.
//!
//! ```
//! use cutover_manifest::{Bundle, Manifest};
//! use cutover_planner::{Options, plan};
//! use cutover_release::{Ends, Release};
//! use cutover_rolling::Rolling;
//! use serde_json::json;
//!
//! let hello = |image: &str| Manifest::new(json!({
//!     "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "hello"},
//!     "spec": {"replicas": 3, "selector": {"matchLabels": {"app": "hello"}}, "template": {
//!         "metadata": {"labels": {"app": "hello"}}, "spec": {"containers": [{"name": "hello", "image": image}]}}},
//! }));
//! let (from, to): (Bundle, Bundle) = ([hello("hello:1")?].into_iter().collect(), [hello("hello:2")?].into_iter().collect());
//! let release = Release::new(Ends::new(from, to))?;
//! let plan = plan(&release, &Rolling::default(), &Options::default())?;
//! assert_eq!(plan.len(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod error;
mod spec;
mod wanted;
mod waypoints;

pub use error::{AS_IT_IS, BadTimestamp, JUST_RESTARTED};
pub use spec::{Pause, Recreate, Restart, Resume, Rolling, Timestamp};

#[cfg(test)]
mod tests;
