//! Plans: from a strategy's waypoints to steps of JSON patches, each with its inverse and its
//! gates.
//!
//! ```text
//! Release (from, to) ─▶ strategy ─▶ Waypoints ─▶ plan ─▶ Plan ─▶ states, steps, the way back from each
//! ```
//!
//! A strategy is a pure function from a [`Release`] to [`Waypoints`]: named bundles to stand at. It
//! never writes a patch and never thinks about order. [`plan()`] makes every leg between two of
//! them safe, forward and back; how is told in the documentation of its module, `planner`.
//!
//! # What it does not do
//!
//! It knows no strategy, no cluster, no clock and no file. It plans for Deployments and the
//! Services before them; all other objects are carried along in the order in which they must exist.
//!
//! # Example
//!
//! A strategy of one's own, a single waypoint:
//!
//! ```
//! use cutover_manifest::{Bundle, Manifest};
//! use cutover_plan::{Budget, Options, Release, Waypoint, Waypoints, Workload, plan};
//! use serde_json::json;
//!
//! let deployment = |image: &str| Manifest::new(json!({
//!     "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "hello"},
//!     "spec": {"replicas": 3, "selector": {"matchLabels": {"app": "hello"}}, "template": {
//!         "metadata": {"labels": {"app": "hello"}}, "spec": {"containers": [{"name": "hello", "image": image}]}}},
//! }));
//! let from: Bundle = [deployment("hello:1")?].into_iter().collect();
//! let to: Bundle = [deployment("hello:2")?].into_iter().collect();
//! let release = Release::new(&from, &to, false)?;
//!
//! let waypoints = Waypoints {
//!     workloads: vec![Workload::new("hello", None, Budget::default(), 3, 3)],
//!     points: vec![Waypoint::new("update", release.to().clone())],
//!     warnings: vec![],
//! };
//! let plan = plan(&release, "own", waypoints, &Options::default())?;
//! assert_eq!(plan.spec.steps[0].name, "image of Deployment hello 1 → 2");
//! assert_eq!(plan.state(1)?, to);
//! assert_eq!(plan.way_back(1)?.len(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod amount;
mod analysis;
mod assemble;
mod budget;
mod deployment;
mod digest;
mod duration;
mod error;
mod plan;
mod planner;
mod pods;
mod ports;
mod rebase;
mod refuse;
mod release;
#[cfg(feature = "schema")]
mod schema;
mod select;
mod sets;
mod step;
mod types;
mod warn;
mod waypoint;
mod workload;

pub use amount::{Amount, BadAmount};
pub use analysis::{
    Analysis, BadCondition, BadUrl, Condition, HttpUrl, Job, Limits, Metric, Observed, Smoke,
    Webhook,
};
pub use assemble::{Options, plan};
pub use budget::{Allowance, Budget, Slack};
pub use deployment::{Deployment, deployments};
pub use digest::{BadDigest, Digest};
pub use duration::{BadDuration, Duration};
pub use error::{Error, Refusal, refuse, refuse_all};
pub use plan::{API_VERSION, Entry, Metadata, OnFailure, Plan, Spec, Undo, apply};
pub use planner::MOST_STEPS;
pub use rebase::Rebase;
pub use release::{Release, with_replicas};
#[cfg(feature = "schema")]
pub use schema::schema;
pub use select::{BadName, WorkloadName, select};
pub use sets::{
    beside, discriminator, replicas, slot_label, with_pod_label, with_selector, workload,
};
pub use step::{Change, Gate, Move, Step, Weight};
pub use waypoint::{Waypoint, Waypoints, silence};
pub use workload::{Role, Workload, service_ref};

#[cfg(test)]
mod tests;
