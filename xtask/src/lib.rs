//! The automation of this workspace, one module a task, as a library: `cargo test` drives the same golden cases.
//!
//! ```text
//!  cargo xtask golden   tests/golden/<strategy>/<case>: from, to, strategy ─▶ plan, steps, bounds, page
//!  cargo xtask console  the commands in README and docs ─▶ what they print
//!  cargo xtask schema   the types of plan and strategy files ─▶ docs/schema
//!  cargo xtask docs     the definition of the command ─▶ target/assets
//!  cargo xtask bench    how long planning and reading take, against other work on the same data;
//!                      `bench live`: carrying plans out, against kubectl
//!  cargo xtask cluster  a real Kubernetes for tests, without containers
//! ```
//!
//! What is committed is checked by `--check`, which writes nothing, and fails with a diff and the command to run.

pub mod bench;
pub mod cluster;
pub mod console;
pub mod docs;
pub mod golden;
pub mod schema;

mod outputs;
pub use outputs::{Mode, Outputs};

use std::path::{Path, PathBuf};

/// What a task gives, or why it does not.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// The folder of the workspace.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Into::into).unwrap_or_default()
}
