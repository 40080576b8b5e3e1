//! The arguments of `cutover plan`, whatever the strategy.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::str::FromStr;

use clap::builder::{EnumValueParser, TypedValueParser};
use clap::{Args, ValueEnum};
use cutover::planning::{self, ObjectName, Window, WorkloadName};
use cutover::{After, AnyStrategy, EnvironmentVariable, Image, ImageOverride, Options, Replicas};

use crate::args::{ClusterArgs, SealArgs, StrategyCommand};

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

/// What a run does where a gate does not hold in time.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(crate) enum OnFailure {
    /// It stops and says why.
    #[default]
    Stop,
    /// It takes itself back.
    Undo,
}

impl From<OnFailure> for planning::OnFailure {
    fn from(what: OnFailure) -> Self {
        match what {
            OnFailure::Stop => Self::Stop,
            OnFailure::Undo => Self::Undo,
        }
    }
}

/// Where a plan goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PlanOutput {
    /// To a file.
    File(PathBuf),
    /// To the standard output, as JSON.
    Json,
    /// To the standard output, as YAML.
    Yaml,
}

/// A text is no place for a plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is neither a format nor a file for a plan\nhint: write json or yaml, or a name that ends in .yaml, .yml or .json"
)]
pub(crate) struct BadOutput(String);

impl FromStr for PlanOutput {
    type Err = BadOutput;

    fn from_str(text: &str) -> Result<Self, BadOutput> {
        let file = [".yaml", ".yml", ".json"]
            .iter()
            .any(|end| text.ends_with(end));
        match text {
            "json" => Ok(Self::Json),
            "yaml" => Ok(Self::Yaml),
            name if file => Ok(Self::File(name.into())),
            other => Err(BadOutput(other.into())),
        }
    }
}

/// A plan as it is asked for, by subcommand or by file.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) strategy: AnyStrategy,
    pub(crate) common: Common,
    pub(crate) wanted: Wanted,
    pub(crate) running: Running,
    /// Whether only the revisions are asked for.
    pub(crate) list: bool,
}

impl Request {
    /// The request, where the flags that go for every strategy say what its own fields leave open.
    pub(crate) fn new(
        strategy: AnyStrategy,
        common: impl Into<Common>,
        wanted: Wanted,
        running: Running,
    ) -> Self {
        let mut request = Self {
            strategy,
            common: common.into(),
            wanted,
            running,
            list: false,
        };
        request.place();
        request
    }

    /// The request, in a namespace.
    pub(crate) fn place_in(&mut self, namespace: &str) {
        self.common.namespace = Some(namespace.to_owned());
        self.place();
    }

    fn place(&mut self) {
        let Self {
            strategy, common, ..
        } = self;
        let unplaced = common
            .workloads
            .iter_mut()
            .filter(|workload| workload.namespace.is_none());
        unplaced.for_each(|workload| workload.namespace.clone_from(&common.namespace));
        let unplaced = common
            .without
            .iter_mut()
            .filter(|object| object.namespace.is_none());
        unplaced.for_each(|object| object.namespace.clone_from(&common.namespace));
        strategy.narrow(&common.workloads, common.namespace.as_deref());
    }

    /// What holds for the plan whatever its strategy.
    pub(crate) fn options(&self) -> Options {
        let mut options = Options::default()
            .on_failure(self.common.on_failure.into())
            .after(self.after());
        options.name.clone_from(&self.common.name);
        options.max_concurrent = self.common.max_concurrent.map(Into::into);
        options.window.clone_from(&self.common.window);
        options
    }

    /// The order that is asked for, in the namespace that is meant.
    fn after(&self) -> After {
        let all = self.common.after.iter().cloned();
        let after = all.fold(After::default(), After::and);
        match &self.common.namespace {
            Some(namespace) => after.within(namespace),
            None => after,
        }
    }
}
