//! The command line: one file a group of commands.

use clap::{Args, ColorChoice, Parser, Subcommand};

mod common;
mod fleet;
mod on_failure;
mod online;
mod plan;
mod plan_file;
mod plan_output;
mod request;
mod seal;
mod strategies;
mod view;

pub(crate) use common::{Common, Named, Running, Wanted};
pub(crate) use fleet::{
    FleetAbortArgs, FleetApplyArgs, FleetApproveArgs, FleetCheckArgs, FleetCommand, FleetPlace,
    FleetPlanArgs, FleetRunArgs, FleetShowArgs, FleetStatusArgs, FleetUndoArgs, FleetWavesArgs,
    FleetWriteArgs,
};
pub(crate) use on_failure::OnFailure;
pub(crate) use online::{
    AbortArgs, ApplyArgs, ApproveArgs, ClusterArgs, DryRun, EventsOutput, PauseArgs, ResumeArgs,
    RightsArgs, RunArgs, RunPlace, StatusArgs, UndoArgs, WaitArgs,
};
pub(crate) use plan::PlanArgs;
pub(crate) use plan_file::PlanFile;
pub(crate) use plan_output::PlanOutput;
pub(crate) use request::Request;
pub(crate) use seal::{SealArgs, SecretsArgs};
pub(crate) use strategies::StrategyCommand;
pub(crate) use view::{
    CheckArgs, CompletionsArgs, DiffArgs, Document, DocumentOutput, ManArgs, MarkdownArgs,
    PatchesArgs, PatchesOutput, ReadArgs, RenderArgs, SchemaArgs, ShowArgs, ShowOutput, WriteArgs,
};

/// Plan, review and write Kubernetes releases step by step: canary, blue/green, rolling updates and
/// more.
///
/// A plan is an ordered list of small JSON patches, each with its exact inverse and with what to
/// wait for before the next one. It is made of manifests alone, from files or as a cluster has
/// them.
#[derive(Debug, Parser)]
#[command(name = "cutover", version, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) shown: Shown,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// How all that is printed is shown.
#[derive(Debug, Args)]
#[command(next_help_heading = "How it is shown")]
pub(crate) struct Shown {
    /// Whether the output has colours (default: where it goes to a terminal).
    #[arg(long, global = true, value_name = "WHEN")]
    pub(crate) color: Option<ColorChoice>,
    /// How many columns tables take (default: those of the terminal, and 100 elsewhere).
    #[arg(long, global = true, value_name = "COLUMNS")]
    pub(crate) width: Option<usize>,
    /// Print no notes beside the output; warnings and errors stay.
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
}

/// What the command does.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Print the manifests as kubectl would read them.
    Read(ReadArgs),
    /// Plan a release by a strategy.
    Plan(Box<PlanArgs>),
    /// Show a plan as its reviewer sees it.
    Show(ShowArgs),
    /// Recount what a plan keeps, and hold it against bounds of your own.
    Check(CheckArgs),
    /// Show what the steps of a plan change, line by line.
    Diff(DiffArgs),
    /// Print the patches of all steps or one, or write them as files for kubectl or kustomize.
    Patches(PatchesArgs),
    /// Print the manifests as they stand after a step.
    Render(RenderArgs),
    /// Edit the files in place, so that they stand as after a step.
    Write(WriteArgs),
    /// The same for one application on many clusters, wave by wave.
    #[command(subcommand)]
    Fleet(FleetCommand),
    /// Carry a plan out on a cluster, or go on with it where an earlier run stopped.
    Apply(ApplyArgs),
    /// Say where the run of a plan is, what it waits for, and who carries it out.
    Status(StatusArgs),
    /// Let a run go on that waits for a person.
    Approve(ApproveArgs),
    /// Let a run begin no further step, and hold what it is rolling.
    Pause(PauseArgs),
    /// Let a run go on that is paused.
    Resume(ResumeArgs),
    /// Take a run back while it goes on, from wherever it is: by the plan's name its runner is asked,
    /// and with the plan's file it is taken back here where nobody carries it out.
    Abort(AbortArgs),
    /// Take a plan back that was carried out, or part of it.
    Undo(UndoArgs),
    /// Wait for the gates of a step that somebody else makes, and write nothing.
    Wait(WaitArgs),
    /// Print what a run of a plan needs to be allowed, as Roles to apply.
    Rights(RightsArgs),
    /// Print the JSON Schema of a plan or of a strategy file.
    Schema(SchemaArgs),
    /// Print what a shell needs to complete the command.
    Completions(CompletionsArgs),
    /// Print the manual page, of the command or of one of its commands.
    Man(ManArgs),
}
