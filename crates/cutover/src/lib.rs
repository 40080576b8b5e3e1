//! Cutover: Kubernetes deployment strategies as pure functions, from manifests to a plan that a
//! person can review.
//!
//! ```text
//! manifests ─▶ Bundle ─▶ Release (from, to) ─▶ Strategy ─▶ Waypoints ─▶ planner ─▶ Plan ─▶ patches, states, undo
//! ```
//!
//! This is the facade over the strategy crates, one Cargo feature a strategy: [`plan`] is all that
//! most programs need. It does no IO, and the same input gives the same bytes.
//!
//! # A plan in fifteen lines
//!
//! ```
//! use cutover::{Image, Options, Release, Strategy, manifest, plan};
//!
//! let yaml = br#"
//! apiVersion: apps/v1
//! kind: Deployment
//! metadata: { name: hello }
//! spec:
//!   replicas: 3
//!   selector: { matchLabels: { app: hello } }
//!   template:
//!     metadata: { labels: { app: hello } }
//!     spec: { containers: [{ name: hello, image: "hello:1.0.0" }] }
//! "#;
//! let from = manifest::bundle(vec![manifest::read("hello.yaml", yaml)?])?.bundle;
//! let to = cutover::set_image(&from, &"hello=hello:2.0.0".parse::<Image>()?, &[])?;
//! let strategy: Strategy = serde_json::from_str(r#"{"canary": {"steps": [{"setWeight": 25}, {"pause": {}}]}}"#)?;
//! let plan = plan(&Release::new(&from, &to, false)?, &strategy, &Options::default())?;
//! assert_eq!(plan.spec.steps[0].phase.to_string(), "canary-25");
//! assert_eq!(plan.state(plan.len())?, to);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#[cfg(feature = "affinity")]
pub use cutover_affinity as affinity;
#[cfg(feature = "blue-green")]
pub use cutover_blue_green as blue_green;
#[cfg(feature = "canary")]
pub use cutover_canary as canary;
#[cfg(feature = "rollback")]
pub use cutover_rollback as rollback;
#[cfg(feature = "rolling")]
pub use cutover_rolling as rolling;
#[cfg(feature = "scale")]
pub use cutover_scale as scale;

#[cfg(feature = "report")]
pub use cutover_report as report;
#[cfg(feature = "run")]
pub use cutover_run as run;

pub use cutover_manifest as manifest;
pub use cutover_patch as patch;
pub use cutover_traffic as traffic;

pub use cutover_plan::Plan;
pub use cutover_planner::Options;
pub use cutover_release::{
    BadChange, EnvironmentVariable, Image, Release, set_environment, set_image,
};
pub use cutover_strategy::{Error, Strategy, plan, wanted};

/// All that plans are made of.
pub mod planning {
    pub use cutover_plan::Error as PlanError;
    pub use cutover_plan::*;
    pub use cutover_planner::{MOST_STEPS, Options, Waypoint, Waypoints, plan, silence};
    pub use cutover_release::{
        BadName, Error as ReleaseError, Refusal, Release, WorkloadName, beside, discriminator,
        refuse, refuse_all, replicas, select, slot_label, with_pod_label, with_replicas,
        with_selector, workload,
    };
    pub use cutover_workload::*;
}
