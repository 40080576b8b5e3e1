//! `cutover fleet apply`, `undo`, `status`, `approve` and `abort`: a fleet plan on its clusters.

mod apply;
mod file_store;
mod place;
mod progress;
mod status;
mod wish;

pub(super) use apply::{apply, undo};
pub(super) use status::status;
pub(super) use wish::{abort, approve};
