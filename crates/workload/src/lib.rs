//! What runs pods: controllers, pod templates, budgets, and the sets of a workload.

mod amount;
mod bounds;
mod budget;
mod deployment;
#[cfg(feature = "schema")]
pub mod schema;
mod version;
mod workload;

pub use amount::{Amount, BadAmount};
pub use bounds::{Bounds, Fixed, Live};
pub use budget::{Allowance, Budget, Slack};
pub use deployment::{Deployment, deployments, texts};
pub use version::{RESTARTED_AT, ROLE_LABELS, Version};
pub use workload::{Role, Rollout, Routed, Set, Workload};
