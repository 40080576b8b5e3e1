//! The key by which Secrets are sealed.

use std::path::PathBuf;

use clap::Args;

/// By which key the data of Secrets is sealed, and known again.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct SealArgs {
    /// The key that the plan's Secrets are sealed with: a file of 16 random bytes or more. Without
    /// one they are sealed by a slow function, by which a short password can be guessed.
    #[arg(long, value_name = "FILE")]
    pub(crate) seal_key: Option<PathBuf>,
}
