//! `cutover fleet write`: a step of a wave as an edit of its clusters' files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::slice;

use cutover::Checked;
use cutover::fleet::{CheckedFleet, Name, PlannedCluster, PlannedWave};

use crate::args::FleetWriteArgs;
use crate::error::Error;
use crate::fleet::file::FleetFile;
use crate::fleet::plan_file;
use crate::input::Input;
use crate::walk::Folders;
use crate::write::{Edit, put};
use crate::{World, message};

pub(crate) fn run(args: &FleetWriteArgs, world: &mut World<'_>) -> Result<(), Error> {
    let fleet = plan_file::read(world, &args.file)?;
    let file = FleetFile::read(world, &args.fleet)?;
    let wave = fleet
        .wave(&args.wave)
        .ok_or_else(|| no_wave(&fleet, &args.wave))?;
    refuse_beyond(&fleet, wave, args.step)?;
    let targets = Target::all(&fleet, &file, wave)?;
    let folders = Folders::recursive(args.recursive);
    let mut inputs = Vec::new();
    for target in &targets {
        inputs.push(Input::read(world, slice::from_ref(&target.path), folders)?);
    }
    let mut edits = Vec::new();
    for (target, input) in targets.iter().zip(&inputs) {
        let step = args.step.min(target.plan.len());
        let edit = Edit::new(target.plan, input, step, &args.secrets, None, world);
        edits.push(edit.map_err(|error| target.named(error))?);
    }
    put(world, &edits.iter().collect::<Vec<_>>())?;
    for (target, edit) in targets.iter().zip(&edits) {
        message::note(world, format!("{}: {}", target.title(), edit.note()));
    }
    Ok(())
}

/// Files that are edited, and the clusters that they are of.
struct Target<'a> {
    clusters: Vec<&'a Name>,
    path: PathBuf,
    plan: &'a Checked,
}

impl<'a> Target<'a> {
    /// The files of a wave's clusters, each once.
    ///
    /// # Errors
    ///
    /// All clusters at once that the fleet file does not have, that have no files, or that share them
    /// with a cluster that has another plan.
    fn all(
        fleet: &'a CheckedFleet,
        file: &FleetFile,
        wave: &'a PlannedWave,
    ) -> Result<Vec<Self>, Error> {
        let owners = owners(fleet, file);
        let mut targets: BTreeMap<PathBuf, Self> = BTreeMap::new();
        let mut reasons = Vec::new();
        for cluster in &wave.clusters {
            let Some(plan) = fleet.plan(cluster) else {
                continue;
            };
            let path = match folder(file, &cluster.name) {
                Ok(path) => path,
                Err(reason) => {
                    reasons.push(format!("cluster {}: {reason}", cluster.name));
                    continue;
                }
            };
            let owners = owners.get(&path).map(Vec::as_slice);
            reasons.extend(shared(owners.unwrap_or_default(), cluster, &path));
            let target = targets.entry(path.clone()).or_insert_with(|| Self {
                clusters: Vec::new(),
                path,
                plan,
            });
            target.clusters.push(&cluster.name);
        }
        Error::unless_empty(reasons)?;
        Ok(targets.into_values().collect())
    }

    fn title(&self) -> String {
        let names: Vec<&str> = self.clusters.iter().map(|name| name.as_ref()).collect();
        match names.as_slice() {
            [only] => format!("cluster {only}"),
            several => format!("clusters {}", several.join(", ")),
        }
    }

    /// The same error, with the clusters whose files it is about.
    fn named(&self, error: Error) -> Error {
        match error {
            Error::Failed(reasons) => {
                let named = reasons
                    .iter()
                    .map(|reason| format!("{}: {reason}", self.title()));
                Error::Failed(named.collect())
            }
            other => other,
        }
    }
}

/// The clusters of a fleet plan, by where their files are.
fn owners<'a>(
    fleet: &'a CheckedFleet,
    file: &FleetFile,
) -> BTreeMap<PathBuf, Vec<&'a PlannedCluster>> {
    let mut owners: BTreeMap<PathBuf, Vec<&PlannedCluster>> = BTreeMap::new();
    for cluster in fleet.clusters() {
        // Whoever has no files shares none.
        if let Ok(path) = folder(file, &cluster.name) {
            owners.entry(path).or_default().push(cluster);
        }
    }
    owners
}

/// Clusters with another plan, whose files are the same: no edit would be right for both.
fn shared(owners: &[&PlannedCluster], cluster: &PlannedCluster, path: &Path) -> Vec<String> {
    let others = owners.iter().filter(|other| other.plan != cluster.plan);
    let (name, path) = (&cluster.name, path.display());
    let hint = "give each a folder of its own";
    let told = others.map(|other| {
        let other = &other.name;
        format!(
            "cluster {name}: {path} is of cluster {other} too, which has another plan\nhint: {hint}"
        )
    });
    told.collect()
}

/// Where the files of a cluster are.
fn folder(file: &FleetFile, name: &Name) -> Result<PathBuf, String> {
    let mut clusters = file.fleet.spec.clusters.iter();
    let Some(cluster) = clusters.find(|cluster| cluster.name == *name) else {
        let hint = "name the fleet file that the fleet plan was made of, or make it anew";
        return Err(format!("the fleet file does not have it\nhint: {hint}"));
    };
    let Some(from) = &cluster.from else {
        return Err("it has no `from`, so that there is no file to edit".to_owned());
    };
    file.path(from).map_err(|error| error.to_string())
}

fn no_wave(fleet: &CheckedFleet, name: &str) -> Error {
    let names: Vec<&str> = fleet.spec.waves.iter().map(|wave| &*wave.name).collect();
    let hint = format!("there are {}", names.join(", "));
    Error::failed(format!("the fleet plan has no wave {name}\nhint: {hint}"))
}

/// Refuses a step that no plan of the wave has.
fn refuse_beyond(fleet: &CheckedFleet, wave: &PlannedWave, step: usize) -> Result<(), Error> {
    let plans = wave
        .clusters
        .iter()
        .filter_map(|cluster| fleet.plan(cluster));
    let most = plans.map(|plan| plan.len()).max().unwrap_or(0);
    if step <= most {
        return Ok(());
    }
    let hint = format!("steps go from 0 to {most}; 0 is the state before the first");
    let name = &wave.name;
    Err(Error::failed(format!(
        "wave {name}: no plan of it has a step {step}\nhint: {hint}"
    )))
}
