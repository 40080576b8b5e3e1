//! What runs pods: controllers, pod templates, budgets, and the sets of a workload.

mod amount;
mod budget;
mod deployment;
mod workload;

pub use amount::{Amount, BadAmount};
pub use budget::{Allowance, Budget, Slack};
pub use deployment::{Deployment, deployments, texts};
pub use workload::{Role, Workload, service_ref};
