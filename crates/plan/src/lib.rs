//! Plans: the document and nothing else.

mod analysis;
mod digest;
mod duration;
mod error;
mod plan;
#[cfg(feature = "schema")]
mod schema;
mod step;

pub use analysis::{
    Analysis, BadCondition, BadUrl, Condition, HttpUrl, Job, Limits, Metric, Observed, Smoke,
    Webhook,
};
pub use digest::{BadDigest, Digest, StateDigest};
pub use duration::{BadDuration, Duration};
pub use error::Error;
pub use plan::{API_VERSION, Entry, Metadata, OnFailure, Plan, Spec, Undo, apply};
#[cfg(feature = "schema")]
pub use schema::schema;
pub use step::{Change, Gate, Move, Step, Weight};
