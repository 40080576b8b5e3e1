//! A release: what runs and what is wanted, the passes over it, and what is refused.

mod adoption;
mod alike;
mod autoscalers;
mod change;
mod configuration;
mod deployment;
mod ends;
mod hint;
mod history;
mod image_text;
mod images;
mod jobs;
pub mod kinds;
mod live;
mod paused;
mod ports;
mod refusal;
mod refuse;
mod release;
mod restart;
mod secrets;
mod select;
mod services;
mod sets;
mod sibling;
mod templates;
mod types;
mod update_strategy;
mod without;

pub use adoption::Adoption;
pub use autoscalers::autoscalers;
pub use change::{BadChange, EnvironmentVariable, Image};
pub use deployment::check_made;
pub use ends::Ends;
pub use hint::Hint;
pub use images::{BadImageOverride, ImageOverride};
pub use paused::{paused, resumed};
pub use ports::ports;
pub use refusal::{Refusal, RefusalKind, Refusals, refuse};
pub use release::{Release, with_replicas};
pub use select::{BadName, WorkloadName, select};
pub use services::services;
pub use sets::{
    counted, discriminator, replicas, slot_label, with_pod_label, with_selector, workload,
    workload_name,
};
pub use sibling::{Sibling, sibling};
pub use without::{BadObjectName, ObjectName};
