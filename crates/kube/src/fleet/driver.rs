//! The loop: effects out, events in, the clock and the Lease.

use std::collections::BTreeMap;
use std::time::Duration;

use cutover_fleet::{CheckedFleet, Event, Name, Options, Outcome, Progress, Run};
use cutover_run::{Answer, Options as ClusterOptions, Progress as ClusterProgress};
use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures::future::{AbortHandle, LocalBoxFuture};
use futures::stream::{FuturesUnordered, LocalBoxStream, SelectAll};
use futures::{Stream, StreamExt};
use jiff::{SignedDuration, Timestamp};
use tokio::time::{sleep, timeout};

use super::store::{Store, Stored};
use super::tenure::{Held, Tenure};
use crate::ask::LIMIT;
use crate::clock::now;
use crate::cluster::Cluster;

/// What a fleet's run is carried out with.
pub struct Fleets<'a> {
    /// The fleet plan, whose promises were recounted.
    pub fleet: &'a CheckedFleet,
    /// The way to each cluster, or why there is none.
    pub clusters: &'a BTreeMap<Name, Result<Cluster, String>>,
    /// What each cluster's own run is asked for; where it leads is decided here.
    pub options: &'a dyn Fn(&Name, &Cluster) -> ClusterOptions,
    /// Where the journal is.
    pub store: &'a dyn Store,
}

/// What is told while a fleet's run goes.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum FleetProgress {
    /// What the fleet's own run tells.
    Fleet(Progress),
    /// Of a cluster's own run.
    Cluster(Name, ClusterProgress),
    /// Something that the person should know and that does not stop the run.
    Warned(String),
}

/// Carries a fleet's run out, until it is over: each cluster's own run by [`drive`](crate::drive),
/// side by side in one future.
///
/// `tell` gets what people should know. The first of `interrupts` asks all runs to stop where they
/// are; the second leaves them at once. None is that it was left before it was over.
///
/// # Errors
///
/// [`Held`] where another runner has the Lease, and a journal that cannot be read.
pub async fn drive_fleet(
    fleets: &Fleets<'_>,
    options: Options,
    tell: impl FnMut(&FleetProgress),
    interrupts: impl Stream<Item = ()> + Unpin,
) -> Result<Option<Outcome>, Held> {
    let (news, told) = unbounded();
    let tenure = Tenure::new(fleets.store.lease(), &options.holder);
    let mut driver = Driver {
        fleets,
        run: Run::new(fleets.fleet, options),
        tell,
        news,
        tenure,
        lapsed: true,
        is_reading: false,
        known: None,
        sent: None,
        under_way: FuturesUnordered::new(),
        watches: SelectAll::new(),
        watched: BTreeMap::new(),
        stops: BTreeMap::new(),
        warned: None,
    };
    let outcome = driver.until_over(told, interrupts).await;
    let Driver { tenure, .. } = driver;
    drop(timeout(LIMIT, tenure.release()).await);
    outcome
}

/// A fleet's run and all that is under way for it.
pub(super) struct Driver<'a, T> {
    pub(super) fleets: &'a Fleets<'a>,
    pub(super) run: Run,
    pub(super) tell: T,
    /// Where the runs of clusters tell of themselves.
    pub(super) news: UnboundedSender<(Name, ClusterProgress)>,
    pub(super) tenure: Tenure<'a>,
    /// The Lease is not held, or the journal was not read since it is again: nothing is begun.
    pub(super) lapsed: bool,
    /// It is being read.
    pub(super) is_reading: bool,
    /// What the journal says, once it was read.
    pub(super) known: Option<Option<String>>,
    /// What is on its way to it.
    pub(super) sent: Option<String>,
    pub(super) under_way: FuturesUnordered<LocalBoxFuture<'a, Happened>>,
    pub(super) watches: SelectAll<LocalBoxStream<'a, Event>>,
    pub(super) watched: BTreeMap<Name, AbortHandle>,
    pub(super) stops: BTreeMap<Name, UnboundedSender<()>>,
    /// What people were warned of last.
    pub(super) warned: Option<String>,
}

/// What came of something that was under way.
pub(super) enum Happened {
    /// An event for the run.
    Event(Event),
    /// The journal says this.
    Wrote(String),
    /// It says something else than was written.
    Superseded(Option<String>),
    /// The Lease was asked about.
    Leased(usize, Answer),
    /// The journal was read after the Lease was had.
    Read(Result<Stored, String>),
    /// It was seen what people ask.
    Wished(Result<Stored, String>),
}

impl<T: FnMut(&FleetProgress)> Driver<'_, T> {
    async fn until_over(
        &mut self,
        mut told: UnboundedReceiver<(Name, ClusterProgress)>,
        mut interrupts: impl Stream<Item = ()> + Unpin,
    ) -> Result<Option<Outcome>, Held> {
        let mut stopping = false;
        self.regain();
        loop {
            self.lead()?;
            self.carry_out();
            if let Some(outcome) = self.run.outcome().cloned() {
                while let Ok((cluster, progress)) = told.try_recv() {
                    (self.tell)(&FleetProgress::Cluster(cluster, progress));
                }
                return Ok(Some(outcome));
            }
            let pause = self.pause();
            tokio::select! {
                Some((cluster, progress)) = told.next() => {
                    (self.tell)(&FleetProgress::Cluster(cluster, progress));
                }
                Some(happened) = self.under_way.next() => self.take(happened)?,
                Some(event) = self.watches.next() => self.run.handle_event(event, now().wall),
                () = sleep(pause) => self.run.handle_timeout(now().wall),
                Some(()) = interrupts.next() => {
                    if stopping {
                        return Ok(None);
                    }
                    stopping = true;
                    self.run.handle_event(Event::Stop, now().wall);
                }
            }
        }
    }

    /// Takes in what came of something.
    fn take(&mut self, happened: Happened) -> Result<(), Held> {
        let wall = now().wall;
        match happened {
            Happened::Event(event) => {
                if let Event::Ended(cluster, _) = &event {
                    self.stops.remove(cluster);
                }
                self.run.handle_event(event, wall);
            }
            Happened::Wrote(text) => {
                self.known = Some(Some(text));
                self.sent = None;
                self.run.handle_event(Event::Written, wall);
                self.regain();
            }
            Happened::Superseded(found) => self.give_way(found.as_deref()),
            Happened::Leased(lease, answer) => {
                self.tenure.answer(lease, answer, now());
                self.regain();
            }
            Happened::Read(read) => return self.read(read),
            Happened::Wished(stored) => self.hear_wishes(stored),
        }
        Ok(())
    }

    /// For how long nothing is to be done but to wait.
    fn pause(&self) -> Duration {
        let now = now();
        let lease = self.tenure.wake(now);
        let wake = self.run.poll_timeout().into_iter().chain(lease).min();
        let pause = wake.map_or(SignedDuration::from_mins(1), |wake: Timestamp| {
            wake.duration_since(now.wall)
        });
        pause.max(SignedDuration::from_millis(20)).unsigned_abs()
    }
}
