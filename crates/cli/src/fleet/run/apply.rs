//! `cutover fleet apply` and `undo`: a fleet's run, driven to its end.

use std::collections::BTreeMap;
use std::path::Path;

use cutover::fleet::{CheckedFleet, Goal, Name, Options, Outcome, Reason};
use cutover::manifest::Digest;
use cutover_kube::{Cluster, Fleets, drive_fleet};
use cutover_run::Options as ClusterOptions;

use super::place::Place;
use super::progress::FleetTeller;
use crate::World;
use crate::args::{EventsOutput, FleetApplyArgs, FleetRunArgs, FleetUndoArgs};
use crate::error::Error;
use crate::online::{holder, interrupts};
use crate::secrets::Secrets;

/// Runs `cutover fleet apply`; a fleet that ends taken back is an error.
pub(in crate::fleet) fn apply(args: &FleetApplyArgs, world: &mut World<'_>) -> Result<(), Error> {
    let wave = args.wave.as_deref().map(Name::new).transpose();
    let wave = wave.map_err(|error| Error::Usage(error.to_string()))?;
    let goal = match args.again {
        true => Goal::Again,
        false => Goal::Apply,
    };
    match carry_out(goal, wave, &args.run, world)? {
        Outcome::Undone => Err(Error::failed(
            "the fleet was taken back\nhint: `cutover fleet apply --again` with the same fleet plan begins it anew",
        )),
        _ => Ok(()),
    }
}

/// Runs `cutover fleet undo`.
pub(in crate::fleet) fn undo(args: &FleetUndoArgs, world: &mut World<'_>) -> Result<(), Error> {
    carry_out(Goal::Undo, None, &args.run, world).map(drop)
}

/// Drives a run to its end, and tells of it.
fn carry_out(
    goal: Goal,
    wave: Option<Name>,
    args: &FleetRunArgs,
    world: &mut World<'_>,
) -> Result<Outcome, Error> {
    let place = Place::new(&args.place, true, world)?;
    let clusters = place.clusters(&args.place, world)?;
    let secrets = secrets(&place.fleet, args, world)?;
    let user = match place.store.lease() {
        Some((cluster, _)) => place.runtime.block_on(cluster.user()),
        None => Ok("somebody".to_owned()),
    };
    let holder = holder(user.as_deref().unwrap_or("somebody"), world);
    let options = |name: &Name, cluster: &Cluster| {
        let mut planned = place.fleet.clusters();
        let planned = planned.find(|planned| planned.name == *name);
        let secrets = planned.and_then(|planned| secrets.get(&planned.plan));
        of_cluster(
            ClusterOptions::new(cluster.namespace(), &holder),
            args,
            secrets,
        )
    };
    let is_json = args.output == Some(EventsOutput::Json);
    let fleets = Fleets {
        fleet: &place.fleet,
        clusters: &clusters,
        options: &options,
        store: &*place.store,
    };
    let file = &args.place.file.plan;
    let mut teller = FleetTeller::new(is_json, &place.fleet, &clusters, file);
    let asked = Options::new(&holder).goal(goal).wave(wave);
    let outcome = place.runtime.block_on(async {
        let tell = |progress: &_| teller.tell(progress, world);
        drive_fleet(&fleets, asked, tell, interrupts()?)
            .await
            .map_err(Error::failed)
    })?;
    ended(outcome, file)
}

/// How the run ended, where it did; an error where it is not as it was asked for.
fn ended(outcome: Option<Outcome>, file: &Path) -> Result<Outcome, Error> {
    match outcome {
        Some(Outcome::Stopped { reason }) => Err(Error::failed(stopped(&reason, file))),
        Some(Outcome::Refused { reason }) => Err(Error::failed(refused(&reason, file))),
        Some(outcome) => Ok(outcome),
        None => Err(Error::failed(format!(
            "the runs were left where they are\nhint: `cutover fleet apply {}` goes on from here",
            file.display()
        ))),
    }
}

/// What is asked of the run of a cluster, with the values of the Secrets that its plan writes.
fn of_cluster(
    mut options: ClusterOptions,
    args: &FleetRunArgs,
    secrets: Option<&Secrets>,
) -> ClusterOptions {
    options.settle = args.settle;
    options.managed = args.managed;
    if let Some(secrets) = secrets {
        options.secrets.clone_from(&secrets.known);
        options.sealer = secrets.sealer.clone();
    }
    options
}

/// The values of the Secrets that the plans write, by the digest of the plan.
fn secrets(
    fleet: &CheckedFleet,
    args: &FleetRunArgs,
    world: &mut World<'_>,
) -> Result<BTreeMap<Digest, Secrets>, Error> {
    let mut all = BTreeMap::new();
    for (digest, plan) in &fleet.spec.plans {
        all.insert(digest.clone(), Secrets::read(plan, &args.secrets, world)?);
    }
    Ok(all)
}

fn stopped(reason: &Reason, file: &Path) -> String {
    let file = file.display();
    let hint = match reason {
        Reason::NotBack { .. } => format!("`cutover fleet undo {file}` tries it again"),
        Reason::TakenOver { .. } => format!("`cutover fleet status {file}` tells where it is"),
        _ => format!(
            "`cutover fleet apply {file}` goes on from here, and `cutover fleet undo {file}` takes it back"
        ),
    };
    format!("the fleet stopped: {reason}\nhint: {hint}")
}

fn refused(reason: &Reason, file: &Path) -> String {
    let file = file.display();
    let hint = match reason {
        Reason::TakenBack { .. } => format!(
            "where that is meant, `cutover fleet apply {file} --again` carries it out again"
        ),
        Reason::OtherPlan { .. } => {
            "finish that one, or take it back, with its own fleet plan".to_owned()
        }
        Reason::NoWave { .. } => format!("`cutover fleet show {file}` lists the waves"),
        _ => format!("`cutover fleet status {file}` tells where the run is"),
    };
    format!("{reason}\nhint: {hint}")
}
