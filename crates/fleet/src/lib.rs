//! One application on many clusters: hybrid, multi-cloud, at edges.
//!
//! ```text
//! fleet.yaml ─▶ Fleet ─▶ waves ─▶ Waves     which clusters change when, and how many at once
//! ```
//!
//! # What it does not do
//!
//! It plans nothing, carries nothing out and reads no file: it knows neither the planner nor `run`.

mod amounts;
mod budget;
mod error;
mod file;
mod journal;
mod name;
mod order;
mod policy;
mod selector;
mod waves;
#[cfg(feature = "yaml")]
mod yaml;

pub use amounts::{BadAmount, MaxConcurrency, MaxFailures};
pub use budget::{BadMinAvailable, Budget, MinAvailable};
pub use error::Error;
pub use file::{ApiVersion, Cluster, Fleet, Gates, Kind, Spec, Undo, Wave};
pub use journal::{BadJournal, Journal};
pub use name::{BadName, Context, Name};
pub use policy::{OnFailure, Unmatched, Unreachable};
pub use selector::ClusterSelector;
pub use waves::{MOST_CLUSTERS, MOST_WAVES, ResolvedWave, Waves, waves};

#[cfg(test)]
mod tests;
