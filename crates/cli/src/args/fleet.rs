//! The arguments of `cutover fleet`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::args::{
    DocumentOutput, PlanFile, PlanOutput, Running, SealArgs, SecretsArgs, ShowOutput,
};

/// `cutover fleet`.
#[derive(Debug, Subcommand)]
pub(crate) enum FleetCommand {
    /// Print which clusters change when, and how many at once; no manifest is read.
    Waves(FleetWavesArgs),
    /// Plan a release for all clusters of a fleet.
    Plan(Box<FleetPlanArgs>),
    /// Show a fleet plan as its reviewer sees it.
    Show(FleetShowArgs),
    /// Recount what a fleet plan keeps, and what is left of the fleet at its worst moments.
    Check(FleetCheckArgs),
    /// Edit the files of a wave's clusters in place, so that they stand as after a step.
    Write(FleetWriteArgs),
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

/// `cutover fleet plan`.
#[derive(Debug, Args)]
pub(crate) struct FleetPlanArgs {
    /// The fleet's file, or `-` for the standard input: `from` and `to` lead from its folder.
    #[arg(value_name = "FLEET")]
    pub(crate) fleet: PathBuf,
    /// Read the directories below those that are named too.
    #[arg(short = 'R', long)]
    pub(crate) recursive: bool,
    /// Remove what a cluster's `to` lacks.
    #[arg(long)]
    pub(crate) prune: bool,
    #[command(flatten)]
    pub(crate) running: Running,
    /// Where the fleet plan goes: a file of that name, or `json` or `yaml` for the standard output.
    #[arg(short, long, value_name = "FILE|FORMAT")]
    pub(crate) output: Option<PlanOutput>,
    /// Make no fleet plan, and say whether this one is what the input gives; exit 4 where it is not.
    #[arg(long, value_name = "PLAN", conflicts_with_all = ["exit_code", "output"])]
    pub(crate) verify: Option<PathBuf>,
    /// Exit 4 where there is something to do.
    #[arg(long)]
    pub(crate) exit_code: bool,
    #[command(flatten)]
    pub(crate) seal: SealArgs,
    /// The kubeconfig that has the contexts of clusters without `from` (default: kubectl's own).
    #[arg(long, value_name = "FILE")]
    pub(crate) kubeconfig: Option<PathBuf>,
}

/// `cutover fleet show`.
#[derive(Debug, Args)]
pub(crate) struct FleetShowArgs {
    #[command(flatten)]
    pub(crate) file: PlanFile,
    /// The format (default: tables); `json` and `yaml` print the document.
    #[arg(short, long, value_name = "FORMAT")]
    pub(crate) output: Option<ShowOutput>,
}

/// `cutover fleet check`.
#[derive(Debug, Args)]
pub(crate) struct FleetCheckArgs {
    #[command(flatten)]
    pub(crate) file: PlanFile,
}

/// `cutover fleet write`.
#[derive(Debug, Args)]
pub(crate) struct FleetWriteArgs {
    #[command(flatten)]
    pub(crate) file: PlanFile,
    /// The fleet's file, which says where the files of each cluster are: its `from`, which is edited.
    #[arg(value_name = "FLEET")]
    pub(crate) fleet: PathBuf,
    /// The wave whose clusters' files are edited.
    #[arg(long, value_name = "NAME")]
    pub(crate) wave: String,
    /// The step whose state the files get, from 1; 0 is before the first. A plan with fewer steps is
    /// at its end then.
    #[arg(long, value_name = "N")]
    pub(crate) step: usize,
    /// Read the directories below those that are named too.
    #[arg(short = 'R', long)]
    pub(crate) recursive: bool,
    #[command(flatten)]
    pub(crate) secrets: SecretsArgs,
}
