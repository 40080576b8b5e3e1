//! The analyses of a step: what other systems are asked, and what their answers mean.

mod asked;
mod check;
mod job;
mod prometheus;
mod question;

pub use self::asked::Asking;
pub use self::check::Check;
pub(crate) use self::check::{CheckState, Measured};
pub(crate) use self::job::{Location, job_at, job_manifest, jobs, verdict};
pub(crate) use self::question::{question, read};
