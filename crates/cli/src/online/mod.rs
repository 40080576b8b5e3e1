//! The commands that talk to a cluster.

use std::process;

use cutover::Plan;
use cutover::manifest::Manifest;
use cutover_kube::{Cluster, Settings};
use cutover_run::{Answer, Fault, Journal, Reply, Request};
use futures::{Stream, StreamExt, stream};
use jiff::{Timestamp, Unit};
use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::World;
use crate::error::Error;

mod live;
pub(crate) mod progress;
mod reason;
mod rights;
mod run;
mod status;
mod subject;
mod turn;
mod wait;
mod wish;

pub(crate) use live::{live, no_comparison};
pub(crate) use rights::rights;
pub(crate) use run::{abort, apply, undo};
pub(crate) use status::status;
pub(crate) use wait::wait;
pub(crate) use wish::{approve, pause, resume};

/// A connection, and what drives it: there only while a command needs them.
pub(crate) struct Online {
    pub(crate) runtime: Runtime,
    pub(crate) cluster: Cluster,
}

impl Online {
    /// Prepares the connection.
    ///
    /// # Errors
    ///
    /// A kubeconfig that is not there or cannot be used.
    pub(crate) fn new(settings: &Settings) -> Result<Self, Error> {
        let runtime = runtime()?;
        let cluster = runtime.block_on(Cluster::connect(settings))?;
        Ok(Self { runtime, cluster })
    }

    /// Asks the API server one thing.
    pub(crate) fn ask(&self, request: Request) -> Answer {
        self.runtime.block_on(self.cluster.ask(request))
    }

    /// Who the API server takes this user for.
    ///
    /// # Errors
    ///
    /// A cluster that cannot be asked.
    pub(crate) fn user(&self) -> Result<String, Error> {
        let user = self.runtime.block_on(self.cluster.user());
        user.map_err(|fault| Error::failed(self.told(&fault)))
    }

    /// The journal of this very plan's run, where there is one.
    ///
    /// # Errors
    ///
    /// A journal that cannot be read, and another plan of the same name that is under way.
    pub(crate) fn journal(&self, plan: &Plan) -> Result<Option<Manifest>, Error> {
        let object = Journal::object(plan, self.cluster.namespace());
        let found = match self.ask(Request::Get(object.clone())) {
            Ok(Reply::Object(Some(found))) => found,
            Ok(_) => return Ok(None),
            Err(fault) => return Err(Error::failed(format!("{object}: {}", self.told(&fault)))),
        };
        let position = Journal::parse(&found).map_err(Error::failed)?.position;
        if position.digest == plan.digest {
            return Ok(Some(found));
        }
        if position.ended.is_some() {
            return Ok(None);
        }
        let (name, digest) = (&plan.metadata.name, position.digest.short());
        let hint = "give the plan's file that was applied";
        Err(Error::failed(format!(
            "another plan named {name} ({digest}…) is under way\nhint: {hint}"
        )))
    }

    /// A fault, with the server that it is about where none answered.
    pub(crate) fn told(&self, fault: &Fault) -> String {
        if fault.code == 0 {
            let hint = "check the context, and that the server can be reached from here";
            return format!("{}: {}\nhint: {hint}", self.cluster.server(), fault.message);
        }
        let causes: Vec<String> = fault
            .causes
            .iter()
            .map(|(field, message)| format!("\n  {field}: {message}"))
            .collect();
        format!("{} ({}){}", fault.message, fault.code, causes.concat())
    }
}

/// What drives a connection.
pub(crate) fn runtime() -> Result<Runtime, Error> {
    Ok(Builder::new_current_thread().enable_all().build()?)
}

/// An item each time that somebody wants the program to end: Ctrl-C, or what a pod gets when it is
/// deleted.
pub(crate) fn interrupts() -> Result<impl Stream<Item = ()> + Unpin, Error> {
    let signals = (
        signal(SignalKind::interrupt())?,
        signal(SignalKind::terminate())?,
    );
    let next = async |(mut interrupt, mut terminate): (Signal, Signal)| {
        tokio::select! {
            heard = interrupt.recv() => heard,
            heard = terminate.recv() => heard,
        }
        .map(|()| ((), (interrupt, terminate)))
    };
    Ok(Box::pin(stream::unfold(signals, next).fuse()))
}

/// Who this process of a user is, for people who find it in a Lease. The time makes it unique where
/// process numbers come again.
pub(crate) fn holder(user: &str, world: &World<'_>) -> String {
    let host = gethostname::gethostname();
    let (host, since) = (host.to_string_lossy(), to_the_second((world.now)()));
    format!("{user} on {host}, process {} since {since}", process::id())
}

/// A time as people want it.
pub(crate) fn to_the_second(time: Timestamp) -> Timestamp {
    time.round(Unit::Second).unwrap_or(time)
}
