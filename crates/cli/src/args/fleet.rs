//! The arguments of `cutover fleet`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::args::DocumentOutput;

/// `cutover fleet`.
#[derive(Debug, Subcommand)]
pub(crate) enum FleetCommand {
    /// Print which clusters change when, and how many at once; no manifest is read.
    Waves(FleetWavesArgs),
}

/// `cutover fleet waves`.
#[derive(Debug, Args)]
pub(crate) struct FleetWavesArgs {
    /// The fleet's file, or `-` for the standard input.
    #[arg(value_name = "FLEET")]
    pub(crate) fleet: PathBuf,
    /// The format (default: a table).
    #[arg(short, long, value_name = "FORMAT")]
    pub(crate) output: Option<DocumentOutput>,
}
