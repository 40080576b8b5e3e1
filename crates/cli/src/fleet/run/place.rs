//! Where a fleet is carried out: the way to each cluster, and to the journal.

use std::collections::BTreeMap;

use cutover::fleet::{CheckedFleet, Journal, Name, PlannedCluster, Position, Wishes};
use cutover_kube::{Cluster, ConfigMapStore, Settings, Store};
use tokio::runtime::Runtime;

use super::file_store::FileStore;
use crate::World;
use crate::args::FleetPlace;
use crate::error::Error;
use crate::fleet::plan_file;
use crate::online::runtime;

/// A fleet plan, and where it is carried out.
pub(super) struct Place {
    pub(super) fleet: CheckedFleet,
    pub(super) store: Box<dyn Store>,
    pub(super) runtime: Runtime,
}

impl Place {
    /// Reads the fleet plan, and finds its journal: to write it, or to look at it alone.
    ///
    /// # Errors
    ///
    /// No fleet plan, no place for the journal, and one that cannot be reached or had.
    pub(super) fn new(
        args: &FleetPlace,
        is_runner: bool,
        world: &mut World<'_>,
    ) -> Result<Self, Error> {
        let fleet = plan_file::read(world, &args.file)?;
        let runtime = runtime()?;
        let store: Box<dyn Store> = match (&args.journal, &fleet.spec.journal) {
            (Some(_), Some(_)) => {
                return Err(Error::Usage(
                    "the fleet plan says where its journal is\nhint: leave --journal out"
                        .to_owned(),
                ));
            }
            (None, None) => {
                return Err(Error::Usage(
                    "the fleet plan does not say where its journal is\nhint: name a file: --journal fleet.journal"
                        .to_owned(),
                ));
            }
            (Some(path), None) => file(world, path, is_runner)?,
            (None, Some(Journal::File(path))) => file(world, path.as_ref(), is_runner)?,
            (None, Some(Journal::Cluster { cluster, namespace })) => {
                let planned = fleet.clusters().find(|known| &known.name == cluster);
                let planned =
                    planned.ok_or_else(|| Error::failed(format!("no cluster {cluster}")))?;
                let settings = settings(planned, args, world);
                let cluster = runtime.block_on(Cluster::connect(&settings))?;
                let name = &fleet.metadata.name;
                Box::new(ConfigMapStore::new(cluster, name, namespace.as_deref()))
            }
        };
        Ok(Self {
            fleet,
            store,
            runtime,
        })
    }

    /// The way to each cluster, or why there is none; no request is made.
    ///
    /// # Errors
    ///
    /// Clusters without a context.
    pub(super) fn clusters(
        &self,
        args: &FleetPlace,
        world: &World<'_>,
    ) -> Result<BTreeMap<Name, Result<Cluster, String>>, Error> {
        let all = self.fleet.clusters();
        let nowhere = all.filter(|cluster| cluster.context.is_none());
        let nowhere: Vec<&str> = nowhere.map(|cluster| &*cluster.name).collect();
        if !nowhere.is_empty() {
            return Err(Error::failed(format!(
                "clusters {}: they have no context by which they are reached\nhint: give each one in the fleet's file, and plan anew",
                nowhere.join(", ")
            )));
        }
        let mut clusters = BTreeMap::new();
        for planned in self.fleet.clusters() {
            let settings = settings(planned, args, world);
            let connected = self.runtime.block_on(Cluster::connect(&settings));
            let connected = connected.map_err(|error| first_line(&error.to_string()));
            clusters.insert(planned.name.clone(), connected);
        }
        Ok(clusters)
    }

    /// What the journal says of this very fleet plan's run, and what people ask of it.
    ///
    /// # Errors
    ///
    /// A journal that cannot be read, that is not there, or that is another fleet plan's.
    pub(super) fn journal(&self) -> Result<(Position, Option<String>), Error> {
        let stored = self.runtime.block_on(self.store.read());
        let stored = stored.map_err(Error::failed)?;
        let Some(text) = stored.position else {
            return Err(Error::failed(format!(
                "there is no run of fleet {}\nhint: `cutover fleet apply` begins one",
                self.fleet.metadata.name
            )));
        };
        let position = Position::parse(&text).map_err(Error::failed)?;
        if position.digest != self.fleet.digest {
            return Err(Error::failed(format!(
                "the journal is that of another fleet plan ({}…)\nhint: give the fleet plan that was applied",
                position.digest.short()
            )));
        }
        Ok((position, stored.wishes))
    }

    /// Puts what people ask beside the journal, with what they have asked of the same run before.
    ///
    /// # Errors
    ///
    /// Where it cannot be written, or somebody else has asked something at the same moment.
    pub(super) fn wish(
        &self,
        position: &Position,
        last: Option<&str>,
        ask: impl FnOnce(&mut Wishes),
    ) -> Result<(), Error> {
        let known = last.map(Wishes::parse).transpose().map_err(Error::failed)?;
        let mine = known.filter(|known| known.run == position.run);
        let mut wishes = mine.unwrap_or_else(|| Wishes::of(position));
        ask(&mut wishes);
        let text = wishes.text().map_err(Error::failed)?;
        let put = self.runtime.block_on(self.store.wish(last, &text));
        match put.map_err(Error::failed)? {
            true => Ok(()),
            false => Err(Error::failed(
                "somebody else has asked something of the run at this moment\nhint: ask again",
            )),
        }
    }
}

fn file(
    world: &World<'_>,
    path: &std::path::Path,
    is_runner: bool,
) -> Result<Box<dyn Store>, Error> {
    let path = world.directory.join(path);
    Ok(match is_runner {
        true => Box::new(FileStore::lock(path)?),
        false => Box::new(FileStore::open(path)),
    })
}

fn settings(planned: &PlannedCluster, args: &FleetPlace, world: &World<'_>) -> Settings {
    let kubeconfig = args.kubeconfig.as_ref();
    Settings {
        kubeconfig: kubeconfig.map(|path| world.directory.join(path)),
        context: planned.context.as_ref().map(ToString::to_string),
        ..Settings::default()
    }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}
