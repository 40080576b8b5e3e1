//! What runs pods: controllers, pod templates, budgets, and the sets of a workload.

mod amount;
mod autoscaler;
mod bounds;
mod budget;
mod configuration;
mod deployment;
mod requests;
#[cfg(feature = "schema")]
pub mod schema;
mod selector;
mod templates;
mod texts;
mod version;
mod workload;

pub use amount::{Amount, BadAmount, MOST_PODS};
pub use autoscaler::Autoscaler;
pub use bounds::{Bounds, Fixed, Live};
pub use budget::{Allowance, Budget, Slack};
pub use configuration::{data_of, is_configuration, reconfigures};
pub use deployment::{Deployment, deployments};
pub use requests::{BadRequests, Requests};
pub use selector::{BadSelector, Selector};
pub use templates::TEMPLATES;
pub use texts::texts;
pub use version::{CONFIGURATION, RESTARTED_AT, ROLE_LABELS, Version};
pub use workload::{Role, Rollout, Routed, Set, Workload};
