//! One application on many clusters: hybrid, multi-cloud, at edges.
//!
//! ```text
//! fleet.yaml ─▶ Fleet ─▶ waves ─▶ Waves     which clusters change when, and how many at once
//!                                  │
//!      a Plan a cluster ───────────┴─▶ assemble ─▶ FleetPlan ─▶ check ─┬─▶ CheckedFleet
//!                                                                      └─▶ [Broken]
//!
//!  CheckedFleet ─▶ Run ◀──▶ an adapter       which cluster starts, stops or goes back when
//! ```
//!
//! # What it does not do
//!
//! It plans nothing, reads no file and talks to no cluster: it knows neither the planner nor `run`.
//! What happens inside a cluster is an effect of [`Run`], and how that ended an event.

mod amounts;
mod assemble;
mod broken;
mod budget;
mod check;
mod cluster;
mod document;
mod error;
mod file;
mod journal;
mod loss;
mod moments;
mod name;
mod order;
mod parse;
mod part;
mod policy;
mod run;
#[cfg(feature = "schema")]
mod schema;
mod selector;
mod waves;
#[cfg(feature = "yaml")]
mod yaml;

pub use amounts::{BadAmount, MaxConcurrency, MaxFailures};
pub use assemble::assemble;
pub use broken::Broken;
pub use budget::{BadMinAvailable, Budget, MinAvailable};
pub use check::{CheckedFleet, check};
pub use document::{FleetPlan, FleetSpec, KIND, PlannedCluster, PlannedWave};
pub use error::Error;
pub use file::{ApiVersion, Cluster, Fleet, Gates, Kind, Spec, Undo, Wave};
pub use journal::{BadJournal, Journal};
pub use moments::Moment;
pub use name::{BadName, Context, Name};
pub use part::Part;
pub use policy::{OnFailure, Unmatched, Unreachable};
pub use run::{
    Approval, BadPosition, BadWish, ClusterState, Course, Effect, Ending, Event, GateId, Goal,
    Options, Outcome, Position, Progress, Reason, Run, Scope, Stage, Standing, When, Wish, Wishes,
};
#[cfg(feature = "schema")]
pub use schema::{fleet_plan_schema, fleet_schema};
pub use selector::ClusterSelector;
pub use waves::{MOST_CLUSTERS, MOST_WAVES, ResolvedWave, Waves, waves};

#[cfg(test)]
mod tests;
