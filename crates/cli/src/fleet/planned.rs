//! The plan of each cluster of a fleet, made as a plan by itself is.

use std::collections::{BTreeMap, BTreeSet};

use cutover::fleet::{Cluster, Name, Wave};
use cutover::manifest::{Digest, Sealer, Warning};
use cutover::{AnyStrategy, Checked, Plan, Strategy};

use crate::args::{ClusterArgs, Common, FleetPlanArgs, Request, Running, Wanted};
use crate::error::Error;
use crate::fleet::file::FleetFile;
use crate::input::Input;
use crate::plan::{planned, read_from, read_to, told};
use crate::walk::File;
use crate::{World, message};

/// The plans of a fleet's clusters, and the files that they are made of.
#[derive(Default)]
pub(crate) struct Planned {
    pub(crate) plans: BTreeMap<Name, Plan>,
    pub(crate) files: Vec<File>,
    /// The plans of which is told already what a reviewer should know.
    told: BTreeSet<Digest>,
}

impl Planned {
    /// Plans all clusters of a fleet that are in a wave.
    ///
    /// # Errors
    ///
    /// All clusters at once that cannot be planned, each with its reasons.
    pub(crate) fn of(
        fleet: &FleetFile,
        args: &FleetPlanArgs,
        sealer: &Sealer,
        world: &mut World<'_>,
    ) -> Result<Self, Error> {
        let clusters = fleet.fleet.spec.clusters.iter();
        let clusters: BTreeMap<&Name, &Cluster> =
            clusters.map(|cluster| (&cluster.name, cluster)).collect();
        let mut plans = Self::default();
        let mut reasons = Vec::new();
        for resolved in &fleet.waves.waves {
            let Some(wave) = fleet.fleet.spec.waves.get(resolved.like) else {
                continue;
            };
            for cluster in resolved
                .clusters
                .iter()
                .filter_map(|name| clusters.get(name))
            {
                let request = request(fleet, wave, cluster, args);
                let made = request.and_then(|request| plans.add(cluster, request, sealer, world));
                if let Err(error) = made {
                    reasons.extend(named(cluster, error)?);
                }
            }
        }
        Error::unless_empty(reasons).map(|()| plans)
    }

    fn add(
        &mut self,
        cluster: &Cluster,
        mut request: Request,
        sealer: &Sealer,
        world: &mut World<'_>,
    ) -> Result<(), Error> {
        let from = read_from(&mut request, world)?;
        let to = read_to(&request, &from, world)?;
        let plan = planned(&request, &from, to.as_ref(), sealer.clone(), world)?;
        let inputs: Vec<&Input> = to.iter().chain([&from]).collect();
        if self.told.insert(plan.digest.clone()) {
            warn(cluster, &plan, &inputs, world)?;
        }
        let files = inputs.iter().flat_map(|input| input.files.clone());
        self.files.extend(files);
        self.plans.insert(cluster.name.clone(), plan.into_plan());
        Ok(())
    }
}

/// What is asked for in a cluster.
///
/// # Errors
///
/// A cluster of which nobody says what runs, or what is wanted; one that both its strategy and its
/// `to` say what is wanted of.
fn request(
    fleet: &FleetFile,
    wave: &Wave,
    cluster: &Cluster,
    args: &FleetPlanArgs,
) -> Result<Request, Error> {
    let Some(file) = fleet.fleet.strategy(wave) else {
        let hint = "write `strategy: { rolling: {} }` beside the waves, or in its wave";
        return Err(Error::failed(format!("it has no strategy\nhint: {hint}")));
    };
    refuse_unsaid(cluster, &file.strategy)?;
    let filenames = cluster
        .from
        .iter()
        .map(|path| fleet.path(path))
        .collect::<Result<_, _>>()?;
    let to = cluster
        .to
        .iter()
        .map(|path| fleet.path(path))
        .collect::<Result<_, _>>()?;
    let common = Common {
        filenames,
        recursive: args.recursive,
        after: vec![file.after],
        window: file.window,
        cluster: reached(cluster, args)?,
        ..Common::default()
    };
    let wanted = Wanted {
        to,
        prune: args.prune,
        configuration: Some(file.configuration),
        ..Wanted::default()
    };
    let running = Running {
        replicas: args.running.replicas.clone(),
    };
    Ok(Request::new(file.strategy, common, wanted, running))
}

/// Refuses a cluster of which nobody says what is wanted, or two do.
fn refuse_unsaid(cluster: &Cluster, strategy: &AnyStrategy) -> Result<(), Error> {
    let name = strategy.name();
    match (&cluster.to, strategy.says_what_is_wanted()) {
        (None, false) => {
            let hint = "write `to`: the folder with the manifests that are wanted";
            Err(Error::failed(format!(
                "nothing says what is wanted, and the strategy {name} does not\nhint: {hint}"
            )))
        }
        (Some(_), true) => Err(Error::failed(format!(
            "the strategy {name} says itself what is wanted\nhint: leave `to` out"
        ))),
        (None, true) | (Some(_), false) => Ok(()),
    }
}

/// How a cluster is reached, where no file says what runs in it.
fn reached(cluster: &Cluster, args: &FleetPlanArgs) -> Result<ClusterArgs, Error> {
    if cluster.from.is_none() && cluster.context.is_none() {
        let hint = "write `from`, the folder with the manifests, or `context`, where it is reached";
        return Err(Error::failed(format!(
            "nothing says what runs in it\nhint: {hint}"
        )));
    }
    Ok(ClusterArgs {
        kubeconfig: args.kubeconfig.clone(),
        context: cluster.context.as_ref().map(ToString::to_string),
        user: None,
    })
}

/// The reasons why a cluster has no plan, with its name.
///
/// # Errors
///
/// An output that cannot be written to, which is not the cluster's fault.
fn named(cluster: &Cluster, error: Error) -> Result<Vec<String>, Error> {
    let reasons = match error {
        Error::Failed(reasons) => reasons,
        Error::Output(_) => return Err(error),
        other => vec![other.to_string()],
    };
    let name = &cluster.name;
    Ok(reasons
        .iter()
        .map(|reason| format!("cluster {name}: {reason}"))
        .collect())
}

/// Says what a reviewer should know of a plan and its tables do not say.
fn warn(
    cluster: &Cluster,
    plan: &Checked,
    inputs: &[&Input],
    world: &mut World<'_>,
) -> Result<(), Error> {
    for warning in told(plan)? {
        let object = warning.object.as_ref();
        let place =
            object.and_then(|object| inputs.iter().find_map(|input| input.place(object, "")));
        let warning = Warning {
            place: warning.place.or(place),
            ..warning
        };
        message::warning(world, format!("cluster {}: {warning}", cluster.name));
    }
    Ok(())
}
