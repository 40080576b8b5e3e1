//! The arguments of `cutover fleet`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use cutover::planning::Duration;

use crate::args::{
    DocumentOutput, EventsOutput, MarkdownArgs, PlanFile, PlanOutput, Running, SealArgs,
    SecretsArgs, ShowOutput,
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
    /// Carry a fleet plan out, or go on with it.
    Apply(Box<FleetApplyArgs>),
    /// Tell where the run of a fleet plan is.
    Status(FleetStatusArgs),
    /// Let a wave go on that waits for a person.
    Approve(FleetApproveArgs),
    /// Ask the run of a fleet plan to go back.
    Abort(FleetAbortArgs),
    /// Take a fleet plan back: every cluster that was begun, wave by wave in reverse.
    Undo(Box<FleetUndoArgs>),
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
    #[command(flatten)]
    pub(crate) markdown: MarkdownArgs,
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

/// A fleet plan, and where the journal of its run is.
#[derive(Debug, Args)]
pub(crate) struct FleetPlace {
    #[command(flatten)]
    pub(crate) file: PlanFile,
    /// The file that keeps the journal, where the fleet plan names no place for it.
    #[arg(long, value_name = "FILE")]
    pub(crate) journal: Option<PathBuf>,
    /// The kubeconfig that has the contexts of the clusters (default: kubectl's own).
    #[arg(long, value_name = "FILE")]
    pub(crate) kubeconfig: Option<PathBuf>,
}

/// How a fleet plan is carried out.
#[derive(Debug, Args)]
pub(crate) struct FleetRunArgs {
    #[command(flatten)]
    pub(crate) place: FleetPlace,
    #[command(flatten)]
    pub(crate) secrets: SecretsArgs,
    /// For how long the endpoints must have been right where a load balancer or an Ingress stands
    /// before a Service.
    #[arg(long, value_name = "DURATION", default_value = "30s")]
    pub(crate) settle: Duration,
    /// Change objects that Argo CD or Flux manages all the same; they may take each step back.
    #[arg(long)]
    pub(crate) managed: bool,
    /// The format (default: lines for people); `json` prints each event as a line of JSON.
    #[arg(short, long, value_name = "FORMAT")]
    pub(crate) output: Option<EventsOutput>,
}

/// `cutover fleet apply`.
#[derive(Debug, Args)]
pub(crate) struct FleetApplyArgs {
    #[command(flatten)]
    pub(crate) run: FleetRunArgs,
    /// The wave after which it ends (default: the last).
    #[arg(long, value_name = "NAME")]
    pub(crate) wave: Option<String>,
    /// Carry a fleet plan out again that was taken back.
    #[arg(long)]
    pub(crate) again: bool,
}

/// `cutover fleet undo`.
#[derive(Debug, Args)]
pub(crate) struct FleetUndoArgs {
    #[command(flatten)]
    pub(crate) run: FleetRunArgs,
}

/// `cutover fleet status`.
#[derive(Debug, Args)]
pub(crate) struct FleetStatusArgs {
    #[command(flatten)]
    pub(crate) place: FleetPlace,
    /// The format (default: a table for people); `json` prints a document.
    #[arg(short, long, value_name = "FORMAT")]
    pub(crate) output: Option<EventsOutput>,
}

/// `cutover fleet approve`.
#[derive(Debug, Args)]
pub(crate) struct FleetApproveArgs {
    #[command(flatten)]
    pub(crate) place: FleetPlace,
    /// The wave that waits for a person, before or after its clusters.
    #[arg(long, value_name = "NAME")]
    pub(crate) wave: String,
}

/// `cutover fleet abort`.
#[derive(Debug, Args)]
pub(crate) struct FleetAbortArgs {
    #[command(flatten)]
    pub(crate) place: FleetPlace,
}
