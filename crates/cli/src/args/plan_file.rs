//! A plan's file, as each command names it.

use std::path::{Path, PathBuf};

use clap::Args;
use cutover::manifest::{BadDigest, Digest};

/// A plan's file, and under which digest it was approved.
#[derive(Debug, Args)]
pub(crate) struct PlanFile {
    /// The plan's file, or `-` for the standard input.
    #[arg(value_name = "PLAN")]
    pub(crate) plan: PathBuf,
    /// The plan that was approved: refuse any other. All 64 digits, with or without `sha256:`.
    #[arg(long, value_name = "SHA256", value_parser = digest)]
    pub(crate) digest: Option<Digest>,
}

impl PlanFile {
    /// The plan that is in a file, under whatever digest.
    pub(crate) fn any(plan: &Path) -> Self {
        Self {
            plan: plan.to_owned(),
            digest: None,
        }
    }
}

/// A digest as people copy it.
pub(super) fn digest(text: &str) -> Result<Digest, BadDigest> {
    let digits = text.strip_prefix("sha256:").unwrap_or(text);
    format!("sha256:{}", digits.to_ascii_lowercase()).try_into()
}
