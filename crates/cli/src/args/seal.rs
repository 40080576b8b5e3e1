//! The key by which Secrets are sealed, and the files that have their values.

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

/// Where the values of Secrets are, and by which key they are known again.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct SecretsArgs {
    /// The Secrets that the plan writes: it has seals of their data only. A file, a directory, or
    /// `-`; may be repeated.
    #[arg(long, value_name = "PATH")]
    pub(crate) secrets_from: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) seal: SealArgs,
}
