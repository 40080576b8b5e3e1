//! The arguments of a plan that strategies share: what goes for every one, what is wanted, and what
//! the manifests leave open.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::builder::{EnumValueParser, TypedValueParser};
use clap::{Args, ValueEnum};
use cutover::planning::{ObjectName, Window, WorkloadName};
use cutover::{After, EnvironmentVariable, Image, ImageOverride, Replicas};

use crate::args::{ClusterArgs, OnFailure, PlanOutput, SealArgs};

/// What every plan is asked for with.
#[derive(Debug, Default, Args)]
pub(crate) struct Common {
    /// What runs: a file, a directory, or `-` for the standard input; may be repeated (default: what
    /// runs in the cluster).
    #[arg(short, long = "filename", value_name = "PATH")]
    pub(crate) filenames: Vec<PathBuf>,
    /// Read the directories below those that are named too.
    #[arg(short = 'R', long)]
    pub(crate) recursive: bool,
    /// The Deployment that is meant, e.g. `deployment/hello`: what belongs to others stays as it runs; may
    /// be repeated.
    #[arg(long = "workload", value_name = "NAME")]
    pub(crate) workloads: Vec<WorkloadName>,
    /// Leave an object out, e.g. `job/migrate` or `cm/settings`: it is neither changed nor judged; may be
    /// repeated.
    #[arg(long, value_name = "KIND/NAME")]
    pub(crate) without: Vec<ObjectName>,
    /// The namespace that is meant, where names repeat; manifests that name none are in it.
    #[arg(short, long, value_name = "NAME")]
    pub(crate) namespace: Option<String>,
    /// What a run does where a gate does not hold in time.
    #[arg(long, value_name = "WHAT", default_value = "stop")]
    pub(crate) on_failure: OnFailure,
    /// How many workloads move in one step at most.
    #[arg(long, value_name = "N")]
    pub(crate) max_concurrent: Option<NonZeroUsize>,
    /// Which Deployments come after which, e.g. `web=api,db`: the first step of web comes after the last
    /// ones of api and db; may be repeated.
    #[arg(long, value_name = "NAME=NAME,…")]
    pub(crate) after: Vec<After>,
    /// When the plan may begin, and when it may give the new version more requests, e.g.
    /// `Mon-Fri 09:00-16:00 Europe/Berlin` or `22:00-04:00 UTC`.
    #[arg(long, value_name = "[DAYS] FROM-TO ZONE")]
    pub(crate) window: Option<Window>,
    /// The plan's name (default: the application's, by the labels `app.kubernetes.io/instance` and
    /// `app.kubernetes.io/part-of`, else that of the only workload, else the strategy's).
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Where the plan goes: a file of that name, or `json` or `yaml` for the standard output.
    #[arg(short, long, value_name = "FILE|FORMAT")]
    pub(crate) output: Option<PlanOutput>,
    /// Make no plan, and say whether this one is what the input gives; exit 4 where it is not.
    #[arg(long, value_name = "PLAN", conflicts_with_all = ["exit_code", "output"])]
    pub(crate) verify: Option<PathBuf>,
    /// Exit 4 where there is something to do.
    #[arg(long)]
    pub(crate) exit_code: bool,
    #[command(flatten)]
    pub(crate) seal: SealArgs,
    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,
}

/// The same, for a strategy by name: after it the Deployments can be named as kubectl has them
/// named.
#[derive(Debug, Default, Args)]
pub(crate) struct Named {
    /// The Deployments that are meant, e.g. `deployment/hello`.
    #[arg(value_name = "DEPLOYMENT")]
    deployments: Vec<WorkloadName>,
    #[command(flatten)]
    common: Common,
}

impl From<Named> for Common {
    fn from(named: Named) -> Self {
        let Named {
            deployments,
            mut common,
        } = named;
        common.workloads.extend(deployments);
        common
    }
}

/// What is wanted, for strategies that only say how to get there.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "What is wanted")]
pub(crate) struct Wanted {
    /// The manifests that are wanted: a file, a directory, or `-`; may be repeated.
    #[arg(long, value_name = "PATH")]
    pub(crate) to: Vec<PathBuf>,
    /// Another image for a container; may be repeated.
    #[arg(long = "image", value_name = "CONTAINER=IMAGE")]
    pub(crate) images: Vec<Image>,
    /// Another name, tag or digest for an image, in every container that has it; may be repeated.
    #[arg(long = "images", value_name = "NAME[=NEW][:TAG][@DIGEST]")]
    pub(crate) overrides: Vec<ImageOverride>,
    /// Another environment variable for a container; may be repeated.
    #[arg(long = "set-env", value_name = "[CONTAINER:]NAME=VALUE")]
    pub(crate) environment: Vec<EnvironmentVariable>,
    /// The pods of an earlier revision, 0 for the one before the newest; needs the ReplicaSets in
    /// the input.
    #[arg(long, value_name = "REVISION")]
    pub(crate) to_revision: Option<u64>,
    /// Remove what `--to` lacks.
    #[arg(long, requires = "to")]
    pub(crate) prune: bool,
    /// Replace the pods of Deployments that read a ConfigMap or Secret whose data changes, where
    /// nothing else of them does.
    #[arg(long, requires = "to")]
    pub(crate) restart_for_configuration: bool,
    /// What becomes of a ConfigMap or Secret whose data changes and that pods read (default:
    /// `change`).
    #[arg(long, value_name = "WHAT", requires = "to", value_parser = configuration())]
    pub(crate) configuration: Option<cutover::Configuration>,
}

impl Wanted {
    /// Whether anything is said.
    pub(crate) fn is_empty(&self) -> bool {
        self.to.is_empty()
            && self.images.is_empty()
            && self.overrides.is_empty()
            && self.environment.is_empty()
            && self.to_revision.is_none()
            && self.configuration.is_none()
    }
}

/// What becomes of a ConfigMap or Secret whose data changes and that pods read.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Configuration {
    /// It changes, right before the pods that read it are replaced.
    Change,
    /// It stays, and its new data gets a name of its own, for good.
    Version,
}

fn configuration() -> impl TypedValueParser<Value = cutover::Configuration> {
    EnumValueParser::<Configuration>::new().map(cutover::Configuration::from)
}

impl From<Configuration> for cutover::Configuration {
    fn from(what: Configuration) -> Self {
        match what {
            Configuration::Change => Self::Change,
            Configuration::Version => Self::Version,
        }
    }
}

/// What the manifests do not say of what runs.
#[derive(Debug, Default, Args)]
pub(crate) struct Running {
    /// How many pods run, where the manifest leaves `replicas` out; may be repeated, e.g. `hello=3` for
    /// one Deployment.
    #[arg(long, alias = "current-replicas", value_name = "[DEPLOYMENT=]N")]
    pub(crate) replicas: Vec<Replicas>,
}
