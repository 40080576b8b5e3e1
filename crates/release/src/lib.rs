//! A release: what runs and what is wanted, the passes over it, and what is refused.

mod adoption;
mod after;
mod alike;
mod autoscalers;
mod change;
mod configuration;
mod deployment;
mod ends;
mod given;
mod hint;
mod history;
mod image_text;
mod images;
mod jobs;
pub mod kinds;
mod live;
mod on_autoscaler;
mod only;
mod paused;
mod ports;
mod refusal;
mod refuse;
mod release;
mod restart;
mod sealing;
mod secrets;
mod select;
mod selectors;
mod services;
mod sets;
mod sibling;
mod stages;
mod templates;
mod types;
mod update_strategy;
mod versions;
mod without;

pub use adoption::Adoption;
pub use after::{After, BadAfter};
pub use autoscalers::{autoscalers, autoscalers_of};
pub use change::{BadChange, EnvironmentVariable, Image};
pub use deployment::check_made;
pub use ends::Ends;
pub use given::{BadReplicas, Replicas};
pub use hint::Hint;
pub use images::{BadImageOverride, ImageOverride};
pub use on_autoscaler::OnAutoscaler;
pub use paused::{paused, resumed};
pub use ports::ports;
pub use refusal::{Refusal, RefusalKind, Refusals, refuse};
pub use release::Release;
pub use select::{BadName, WorkloadName, select};
pub use selectors::selectors;
pub use services::services;
pub use sets::{
    counted, discriminator, replicas, slot_label, with_pod_label, with_selector, workload,
    workload_name,
};
pub use sibling::{Sibling, sibling};
pub use stages::Stages;
pub use versions::Configuration;
pub use without::{BadObjectName, ObjectName};
