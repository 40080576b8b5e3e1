//! A release: what runs and what is wanted, the passes over it, and what is refused.

mod change;
mod deployment;
mod error;
mod history;
mod ports;
mod refuse;
mod release;
mod select;
mod sets;
mod types;
mod update_strategy;

pub use change::{BadChange, EnvironmentVariable, Image, set_environment, set_image};
pub use deployment::check_made;
pub use error::{Error, Refusal, refuse, refuse_all};
pub use ports::ports;
pub use refuse::{autoscalers, paused, resumed, services};
pub use release::{Release, with_replicas};
pub use select::{BadName, WorkloadName, select};
pub use sets::{
    beside, discriminator, replicas, slot_label, with_pod_label, with_selector, workload,
};
