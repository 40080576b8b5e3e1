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
//! # #[cfg(feature = "canary")] {
//! use cutover::canary::{Canary, Step};
//! use cutover::traffic::Percent;
//! use cutover::manifest::Bundle;
//! use cutover::{Ends, Options, Release, plan};
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
//! let from = Bundle::from_yaml("hello.yaml", yaml)?;
//! let ends = Ends::unchanged(from).image(&"hello=hello:2.0.0".parse()?, &[])?;
//! let release = Release::new(ends)?;
//! let canary = Canary::new([Step::SetWeight(Percent::new(25)?), Step::person()]);
//! let plan = plan(&release, &canary, &Options::default())?;
//! assert_eq!(plan.spec.steps[0].phase.to_string(), "canary-25");
//! assert_eq!(&plan.state(plan.len())?, release.to());
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod plan;
#[cfg(feature = "report")]
pub mod snapshot;

#[cfg(feature = "adopt")]
pub use cutover_adopt as adopt;
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

#[cfg(feature = "fleet")]
pub use cutover_fleet as fleet;
#[cfg(feature = "report")]
pub use cutover_report as report;
#[cfg(feature = "run")]
pub use cutover_run as run;

pub use cutover_manifest as manifest;
pub use cutover_patch as patch;
pub use cutover_traffic as traffic;

pub use cutover_check::{Broken, Checked, check};
pub use cutover_plan::Plan;
pub use cutover_planner::{Options, Strategy};
pub use cutover_release::{
    After, BadAfter, BadChange, BadImageOverride, BadReplicas, Configuration, Ends,
    EnvironmentVariable, Image, ImageOverride, Release, Replicas,
};
#[cfg(feature = "schema")]
pub use cutover_strategy::strategy_schema;
pub use cutover_strategy::{AnyStrategy, StrategyFile};
#[cfg(feature = "yaml")]
pub use cutover_strategy::{BadFile, BadFileKind};
pub use plan::{Error, plan};
#[cfg(feature = "report")]
#[doc(inline)]
pub use snapshot::snapshot;

/// All that plans and strategies are made of.
pub mod planning {
    pub use cutover_check::Place;
    pub use cutover_plan::Error as PlanError;
    #[cfg(feature = "schema")]
    pub use cutover_plan::schema;
    pub use cutover_plan::{
        API_VERSION, Analysis, Asked, Available, BadCondition, BadDay, BadDuration, BadPhase,
        BadTimeOfDay, BadTimeZone, BadUrl, BadWindow, Change, Condition, Counted, Day, Drained,
        Duration, Endpoints, Gate, Held, HttpUrl, Job, KIND, Limits, MOST_STEPS, Metadata, Metric,
        Note, Observed, OnFailure, Outdated, PatchChange, Pause, Phase, Replace, RoutedGate,
        Settled, Smoke, Spec, Step, TimeOfDay, TimeZone, Undo, Walk, Webhook, Window, apply,
        state_digest, take_back, walk,
    };
    pub use cutover_planner::kinds as planner_kinds;
    pub use cutover_planner::{
        Error as PlannerError, Followed, Waypoint, Waypoints, from_fn, outage, succession,
    };
    pub use cutover_release::kinds;
    pub use cutover_release::{
        Adoption, BadName, BadObjectName, Hint, ObjectName, OnAutoscaler, Refusal, RefusalKind,
        Refusals, Sibling, WorkloadName, counted, discriminator, refuse, replicas, select, sibling,
        slot_label, with_pod_label, with_selector, workload,
    };
    pub use cutover_workload::*;
}
