//! Plans: the document and nothing else.
//!
//! A plan is made by `cutover-planner` and read from a file with [`Plan::parse`]. It holds the
//! objects that it starts from, and steps of JSON patches, each with its exact inverse and with the
//! gates that must hold before the next one. Every state is derived: [`Plan::walk`] visits them one
//! after the other.
//!
//! # What it does not do
//!
//! It plans nothing, words nothing and promises nothing: what a plan does is read from its changes.

mod analysis;
mod change;
mod check;
mod duration;
mod error;
mod gate;
mod limits;
mod operations;
mod parse;
mod phase;
mod plan;
#[cfg(feature = "schema")]
mod schema;
mod seals;
mod step;
mod version;
mod walk;

pub use analysis::{
    Analysis, BadCondition, BadUrl, Condition, HttpUrl, Job, Limits, Metric, Observed, Smoke,
    Webhook,
};
pub use change::{Change, Outdated, PatchChange, Replace};
pub use check::state_digest;
pub use duration::{BadDuration, Duration};
pub use error::Error;
pub use gate::{
    Available, BadDay, BadTimeOfDay, BadTimeZone, BadWindow, Counted, Day, Drained, Endpoints,
    Gate, Held, Pause, RoutedGate, Settled, TimeOfDay, TimeZone, Window,
};
pub use limits::{MOST_STEPS, refuse_excessive};
pub use parse::one_line;
pub use phase::{BadPhase, Phase};
pub use plan::{Metadata, OnFailure, Plan, Spec, Undo};
#[cfg(feature = "schema")]
pub use schema::schema;
pub use step::{Asked, Note, Step};
pub use version::{API_VERSION, KIND};
pub use walk::{Walk, apply, take_back, walk};
