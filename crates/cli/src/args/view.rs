//! The arguments of all commands that make no plan.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use clap_complete::Shell;
use cutover::manifest::Quantity;
use cutover::planning::Amount;
use cutover::traffic::Percent;

use crate::args::{PlanFile, SecretsArgs};

/// `cutover read`.
#[derive(Debug, Args)]
pub(crate) struct ReadArgs {
    /// A file, a directory, or `-` for the standard input; may be repeated.
    #[arg(short, long = "filename", value_name = "PATH", required = true)]
    pub(crate) filenames: Vec<PathBuf>,
    /// Read the directories below those that are named too.
    #[arg(short = 'R', long)]
    pub(crate) recursive: bool,
    /// As YAML documents, or as one JSON list.
    #[arg(short, long, value_name = "FORMAT", default_value = "yaml")]
    pub(crate) output: DocumentOutput,
}

/// `cutover show`.
#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    #[command(flatten)]
    pub(crate) file: PlanFile,
    /// The format (default: a table); `json` and `yaml` print the document.
    #[arg(short, long, value_name = "FORMAT")]
    pub(crate) output: Option<ShowOutput>,
    #[command(flatten)]
    pub(crate) markdown: MarkdownArgs,
}

/// How long Markdown may be.
#[derive(Debug, Args)]
pub(crate) struct MarkdownArgs {
    /// The most characters of Markdown, as many as a comment on GitHub may have; it tells what was
    /// left out for that.
    #[arg(long, value_name = "N", default_value_t = 65_536)]
    pub(crate) max_chars: usize,
}

/// `cutover check`.
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    pub(crate) file: PlanFile,
    /// The fewest pods of each workload that may be available at any moment, e.g. 3 or 90%.
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) min_available: Option<Amount>,
    /// The most pods of each workload at any moment, e.g. 14 or 150%.
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) max_pods: Option<Amount>,
    /// The most CPU that the pods of each workload may ask for at any moment, e.g. 12 or 500m.
    #[arg(long, value_name = "QUANTITY")]
    pub(crate) max_cpu: Option<Quantity>,
    /// The most memory that the pods of each workload may ask for at any moment, e.g. 24Gi.
    #[arg(long, value_name = "QUANTITY")]
    pub(crate) max_memory: Option<Quantity>,
    /// The largest share of requests that may reach the new version before a person or another
    /// system is asked, in percent.
    #[arg(long, value_name = "PERCENT")]
    pub(crate) max_exposure: Option<Percent>,
}

/// `cutover diff`.
#[derive(Debug, Args)]
pub(crate) struct DiffArgs {
    #[command(flatten)]
    pub(crate) file: PlanFile,
    /// The step, from 1 (default: all steps).
    #[arg(long, value_name = "N")]
    pub(crate) step: Option<usize>,
    /// The format (default: lines); `json` and `yaml` print a list of steps.
    #[arg(short, long, value_name = "FORMAT")]
    pub(crate) output: Option<DocumentOutput>,
    /// Exit 4 where a step changes something.
    #[arg(long)]
    pub(crate) exit_code: bool,
}

/// `cutover patches`.
#[derive(Debug, Args)]
pub(crate) struct PatchesArgs {
    #[command(flatten)]
    pub(crate) file: PlanFile,
    /// The step, from 1 (default: all steps).
    #[arg(long, value_name = "N")]
    pub(crate) step: Option<usize>,
    /// The whole way back from after the step instead (default: after the last one).
    #[arg(long)]
    pub(crate) undo: bool,
    /// The format (default: a JSON line a change); `dir` and `kustomize` write files.
    #[arg(short, long, value_name = "FORMAT", requires = "directory")]
    pub(crate) output: Option<PatchesOutput>,
    /// Where the files go; it is made where it is not there.
    #[arg(long, value_name = "DIR", requires = "output")]
    pub(crate) directory: Option<PathBuf>,
}

/// `cutover render`.
#[derive(Debug, Args)]
pub(crate) struct RenderArgs {
    #[command(flatten)]
    pub(crate) file: PlanFile,
    /// The step, from 1; 0 is before the first.
    #[arg(long, value_name = "N")]
    pub(crate) step: usize,
    /// The manifests that the plan was made from: all of them are printed, not only what the plan
    /// touches.
    #[arg(short, long = "filename", value_name = "PATH")]
    pub(crate) filenames: Vec<PathBuf>,
    /// Read the directories below those that are named too.
    #[arg(short = 'R', long)]
    pub(crate) recursive: bool,
    #[command(flatten)]
    pub(crate) secrets: SecretsArgs,
    /// As YAML documents, or as one JSON list.
    #[arg(short, long, value_name = "FORMAT", default_value = "yaml")]
    pub(crate) output: DocumentOutput,
}

/// `cutover write`.
#[derive(Debug, Args)]
pub(crate) struct WriteArgs {
    #[command(flatten)]
    pub(crate) file: PlanFile,
    /// The step whose state the files get, from 1; 0 is before the first.
    #[arg(long, value_name = "N")]
    pub(crate) step: usize,
    /// The files, which must stand at some state of the plan: files, or directories.
    #[arg(short, long = "filename", value_name = "PATH", required = true)]
    pub(crate) filenames: Vec<PathBuf>,
    /// Read the directories below those that are named too.
    #[arg(short = 'R', long)]
    pub(crate) recursive: bool,
    /// The files as they were before, as a copy or a worktree of git: what is to be as it was then
    /// comes back byte for byte.
    #[arg(long, value_name = "DIR")]
    pub(crate) originals: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) secrets: SecretsArgs,
}

/// `cutover schema`.
#[derive(Debug, Args)]
pub(crate) struct SchemaArgs {
    /// Of which document.
    pub(crate) of: Document,
}

/// `cutover completions`.
#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// For which shell.
    pub(crate) shell: Shell,
}

/// `cutover man`.
#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// One of the commands, e.g. `plan canary`.
    pub(crate) command: Vec<String>,
}

/// How manifests and other documents are printed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum DocumentOutput {
    /// As JSON; manifests as one `kind: List`.
    Json,
    /// As YAML; manifests as one document an object.
    Yaml,
}

/// What patches are written as.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum PatchesOutput {
    /// A file a patch and a new object, and the lines by which kubectl applies them.
    Dir,
    /// A kustomize Component a step.
    Kustomize,
}

/// How a plan is shown.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum ShowOutput {
    /// A page of its own, which needs nothing else.
    Html,
    /// The document as JSON.
    Json,
    /// The table for a pull request.
    Markdown,
    /// A picture.
    Svg,
    /// The document as YAML.
    Yaml,
}

/// A document that has a schema.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Document {
    /// The fleet file, as `fleet plan` takes it.
    Fleet,
    /// The fleet plan.
    FleetPlan,
    /// The plan file.
    Plan,
    /// The strategy file, as `plan --strategy` takes it.
    Strategy,
}
