//! The arguments of the commands that talk to a cluster.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use cutover::manifest::Digest;
use cutover::planning::Duration;
use cutover_kube::Settings;
use cutover_run::{AcceptDrift, DriftedField};

use crate::World;
use crate::args::plan_file::digest;
use crate::args::{DocumentOutput, OnFailure, PlanFile, SealArgs, SecretsArgs};

/// Which cluster, by kubectl's flags of the same names.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct ClusterArgs {
    /// The kubeconfig (default: kubectl's own).
    #[arg(long, value_name = "FILE")]
    pub(crate) kubeconfig: Option<PathBuf>,
    /// The context of the kubeconfig (default: its current one).
    #[arg(long, value_name = "NAME")]
    pub(crate) context: Option<String>,
    /// The user of the kubeconfig (default: the context's).
    #[arg(long, value_name = "NAME")]
    pub(crate) user: Option<String>,
}

impl ClusterArgs {
    /// The cluster, and the namespace of objects that name none.
    pub(crate) fn settings(&self, namespace: Option<&str>, world: &World<'_>) -> Settings {
        let Self {
            kubeconfig,
            context,
            user,
        } = self.clone();
        let kubeconfig = kubeconfig.map(|path| world.directory.join(path));
        Settings {
            kubeconfig,
            context,
            user,
            namespace: namespace.map(str::to_owned),
        }
    }
}

/// A plan, and where it is carried out.
#[derive(Debug, Args)]
pub(crate) struct Place {
    #[command(flatten)]
    pub(crate) file: PlanFile,
    /// The namespace that is meant, where names repeat; manifests that name none are in it
    /// (default: the context's).
    #[arg(short, long, value_name = "NAME")]
    pub(crate) namespace: Option<String>,
    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,
}

impl Place {
    pub(crate) fn settings(&self, world: &World<'_>) -> Settings {
        self.cluster.settings(self.namespace.as_deref(), world)
    }
}

/// How a plan is carried out.
#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    pub(crate) place: Place,
    #[command(flatten)]
    pub(crate) secrets: SecretsArgs,
    /// What to do where a gate does not hold in time (default: what the plan says).
    #[arg(long, value_name = "WHAT")]
    pub(crate) on_failure: Option<OnFailure>,
    /// For how long the endpoints must have been right where a load balancer or an Ingress stands
    /// before a Service.
    #[arg(long, value_name = "DURATION", default_value = "30s")]
    pub(crate) settle: Duration,
    /// After how long another runner may take over from one that no longer answers.
    #[arg(long, value_name = "DURATION", default_value = "15s", value_parser = lasting)]
    pub(crate) lease_duration: Duration,
    /// Change objects that Argo CD or Flux manages all the same; they may take each step back.
    #[arg(long)]
    pub(crate) managed: bool,
    /// Go on over what somebody else has written into the plan's fields, and give it back at the end of
    /// a way back: in every field, or in this one, as the refusal names it; may be repeated.
    #[arg(
        long,
        value_name = "FIELD",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = EVERY,
        value_parser = Drifted::parse
    )]
    pub(crate) accept_drift: Vec<Drifted>,
    /// The format (default: lines for people); `json` prints each event as a line of JSON.
    #[arg(short, long, value_name = "FORMAT")]
    pub(crate) output: Option<EventsOutput>,
}

impl RunArgs {
    /// Over which drift the run goes on.
    pub(crate) fn accept_drift(&self) -> AcceptDrift {
        if self.accept_drift.is_empty() {
            return AcceptDrift::None;
        }
        let fields = self.accept_drift.iter().map(|drifted| match drifted {
            Drifted::Every => None,
            Drifted::Field(field) => Some(field.clone()),
        });
        match fields.collect() {
            Some(fields) => AcceptDrift::Fields(fields),
            None => AcceptDrift::Every,
        }
    }
}

/// Where drift is accepted.
#[derive(Clone, Debug)]
pub(crate) enum Drifted {
    Every,
    Field(DriftedField),
}

/// Where no field is named.
const EVERY: &str = "*";

impl Drifted {
    fn parse(text: &str) -> Result<Self, String> {
        match text {
            EVERY => Ok(Self::Every),
            field => field.parse().map(Self::Field),
        }
    }
}

/// `cutover apply`.
#[derive(Debug, Args)]
pub(crate) struct ApplyArgs {
    #[command(flatten)]
    pub(crate) run: RunArgs,
    /// Carry a plan out again that was taken back.
    #[arg(long)]
    pub(crate) again: bool,
    /// Change nothing: ask the server only what it would say to each write.
    #[arg(long, value_name = "WHERE", require_equals = true)]
    pub(crate) dry_run: Option<DryRun>,
}

/// `cutover undo`.
#[derive(Debug, Args)]
pub(crate) struct UndoArgs {
    #[command(flatten)]
    pub(crate) run: RunArgs,
    /// The step whose state it goes back to; 0 is the start.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) to_step: usize,
}

/// `cutover abort`.
#[derive(Debug, Args)]
pub(crate) struct AbortArgs {
    #[command(flatten)]
    pub(crate) run: RunArgs,
}

/// A plan that has a run, and where that is.
#[derive(Debug, Args)]
pub(crate) struct RunPlace {
    /// The plan's name, or its file, or `-` for the standard input.
    #[arg(value_name = "PLAN")]
    plan: PathBuf,
    /// The plan that was approved: refuse any other. All 64 digits, with or without `sha256:`.
    #[arg(long, value_name = "SHA256", value_parser = digest)]
    digest: Option<Digest>,
    /// The namespace that is meant (default: the context's).
    #[arg(short, long, value_name = "NAME")]
    namespace: Option<String>,
    #[command(flatten)]
    cluster: ClusterArgs,
}

impl RunPlace {
    /// The plan as it is named.
    pub(crate) fn file(&self) -> PlanFile {
        PlanFile {
            plan: self.plan.clone(),
            digest: self.digest.clone(),
        }
    }

    pub(crate) fn settings(&self, world: &World<'_>) -> Settings {
        self.cluster.settings(self.namespace.as_deref(), world)
    }
}

/// `cutover approve`.
#[derive(Debug, Args)]
pub(crate) struct ApproveArgs {
    #[command(flatten)]
    pub(crate) place: RunPlace,
    /// The step that is approved: refuse where the run waits at another one (default: the one that
    /// it waits at).
    #[arg(long, value_name = "N")]
    pub(crate) step: Option<usize>,
}

/// `cutover pause`.
#[derive(Debug, Args)]
pub(crate) struct PauseArgs {
    #[command(flatten)]
    pub(crate) place: RunPlace,
}

/// `cutover resume`.
#[derive(Debug, Args)]
pub(crate) struct ResumeArgs {
    #[command(flatten)]
    pub(crate) place: RunPlace,
}

/// `cutover status`.
#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    /// The plan's name, or its file, or `-` for the standard input (default: all runs of the
    /// namespace, a row each).
    #[arg(value_name = "PLAN")]
    pub(crate) plan: Option<PathBuf>,
    /// The plan that was approved: refuse any other. All 64 digits, with or without `sha256:`.
    #[arg(long, value_name = "SHA256", value_parser = digest, requires = "plan")]
    pub(crate) digest: Option<Digest>,
    /// The runs of all namespaces, whatever -n says.
    #[arg(short = 'A', long, conflicts_with = "plan")]
    pub(crate) all_namespaces: bool,
    /// Tell how the run is each time that it is otherwise, until it ends.
    #[arg(short, long, requires = "plan")]
    pub(crate) watch: bool,
    /// For how long it is watched at most (default: until it ends).
    #[arg(long, value_name = "DURATION", requires = "watch")]
    pub(crate) timeout: Option<Duration>,
    /// The namespace that is meant (default: the context's).
    #[arg(short, long, value_name = "NAME")]
    pub(crate) namespace: Option<String>,
    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,
    #[command(flatten)]
    pub(crate) seal: SealArgs,
    /// The format (default: lines for people); `json` prints a document, and with `--watch` one a
    /// line.
    #[arg(short, long, value_name = "FORMAT")]
    pub(crate) output: Option<EventsOutput>,
}

/// `cutover wait`.
#[derive(Debug, Args)]
pub(crate) struct WaitArgs {
    #[command(flatten)]
    pub(crate) place: Place,
    #[command(flatten)]
    pub(crate) seal: SealArgs,
    /// The step, which is to be made by then, and whose gates are to hold.
    #[arg(long, value_name = "N")]
    pub(crate) step: usize,
    /// For how long at most (default: as long as the step may take in a run).
    #[arg(long, value_name = "DURATION", value_parser = lasting)]
    pub(crate) timeout: Option<Duration>,
    /// For how long the endpoints of a load balancer must have been right.
    #[arg(long, value_name = "DURATION", default_value = "30s")]
    pub(crate) settle: Duration,
    /// Wait for what the cluster shows alone, where the step has a pause, a person or a measurement
    /// too.
    #[arg(long)]
    pub(crate) observed: bool,
}

impl StatusArgs {
    /// The plan as it is named.
    pub(crate) fn file(&self, plan: &Path) -> PlanFile {
        PlanFile {
            plan: plan.to_owned(),
            digest: self.digest.clone(),
        }
    }
}

/// `cutover rights`.
#[derive(Debug, Args)]
pub(crate) struct RightsArgs {
    #[command(flatten)]
    pub(crate) place: Place,
    /// As YAML documents, or as one JSON list.
    #[arg(short, long, value_name = "FORMAT", default_value = "yaml")]
    pub(crate) output: DocumentOutput,
}

/// How what happens is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum EventsOutput {
    /// As JSON.
    Json,
}

/// Who says what would happen.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum DryRun {
    /// The API server, with all its checks.
    Server,
}

/// A duration of a second or more.
fn lasting(text: &str) -> Result<Duration, String> {
    let duration: Duration = text.parse().map_err(|error| format!("{error}"))?;
    if duration.seconds() > 0 {
        Ok(duration)
    } else {
        Err("it has to last for a second at least".to_owned())
    }
}
