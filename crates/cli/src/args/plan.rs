//! The arguments of `cutover plan`: a strategy by name or by file, and what goes for every one.

use std::path::PathBuf;

use clap::Args;

use crate::args::{Common, Running, StrategyCommand, Wanted};

/// `cutover plan`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct PlanArgs {
    /// The strategy, by name.
    #[command(subcommand)]
    pub(crate) by: Option<StrategyCommand>,
    /// The strategy, from a file, e.g. `canary: { steps: [{ setWeight: 25 }, { pause: {} }] }`.
    #[arg(long = "strategy", value_name = "FILE", required = true)]
    pub(crate) file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(flatten)]
    pub(crate) wanted: Wanted,
    #[command(flatten)]
    pub(crate) running: Running,
}
