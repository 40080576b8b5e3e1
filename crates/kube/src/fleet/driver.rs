//! The loop: effects out, events in, the clock and the Lease.

use std::collections::BTreeMap;
use std::time::Duration;

use cutover_check::Checked;
use cutover_fleet::{
    CheckedFleet, Effect, Ending, Event, Name, Options, Outcome, Position, Progress, Run, Wishes,
};
use cutover_run::{
    Answer, Goal as ClusterGoal, Options as ClusterOptions, Outcome as ClusterOutcome,
    Progress as ClusterProgress, Run as ClusterRun,
};
use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures::future::{AbortHandle, BoxFuture, LocalBoxFuture};
use futures::stream::{FuturesUnordered, LocalBoxStream, SelectAll, abortable};
use futures::{FutureExt, Stream, StreamExt};
use jiff::{SignedDuration, Timestamp};
use tokio::time::{sleep, timeout};

use super::availability::watch;
use super::connection::Connection;
use super::gates::judge;
use super::look::{journal, look};
use super::store::{Store, Stored};
use super::tenure::{Held, Tenure};
use crate::ask::LIMIT;
use crate::clock::now;
use crate::cluster::Cluster;
use crate::drive::drive;

/// How often it is seen what people ask of the run.
const WISHES: Duration = Duration::from_secs(2);

/// A journal that could not be written is written again after so long.
const AGAIN: Duration = Duration::from_secs(2);

/// What a fleet's run is carried out with.
pub struct Fleets<'a> {
    /// The fleet plan.
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
    /// Of the fleet.
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

struct Driver<'a, T> {
    fleets: &'a Fleets<'a>,
    run: Run,
    tell: T,
    /// Where the runs of clusters tell of themselves.
    news: UnboundedSender<(Name, ClusterProgress)>,
    tenure: Tenure<'a>,
    /// The Lease is not held, or the journal was not read since it is again: nothing is begun.
    lapsed: bool,
    /// It is being read.
    is_reading: bool,
    /// What the journal says, once it was read.
    known: Option<Option<String>>,
    /// What is on its way to it.
    sent: Option<String>,
    under_way: FuturesUnordered<LocalBoxFuture<'a, Happened>>,
    watches: SelectAll<LocalBoxStream<'a, Event>>,
    watched: BTreeMap<Name, AbortHandle>,
    stops: BTreeMap<Name, UnboundedSender<()>>,
    /// What people were warned of last.
    warned: Option<String>,
}

/// What came of something that was under way.
enum Happened {
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

impl<'a, T: FnMut(&FleetProgress)> Driver<'a, T> {
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

    /// Keeps the Lease; where it ran out nothing is begun before the journal was read anew.
    fn lead(&mut self) -> Result<(), Held> {
        let now = now();
        if let Some(reason) = self.tenure.take_refusal() {
            if self.known.is_none() {
                return Err(Held(reason));
            }
            self.run
                .handle_event(Event::Superseded { by: reason }, now.wall);
        }
        if self.known.is_none()
            && let Some(rival) = self.tenure.rival()
        {
            self.warn(format!(
                "{rival}: waiting until it is given back or not renewed"
            ));
        }
        while let Some(asked) = self.tenure.ask(now) {
            let leased = asked.map(|(lease, answer)| Happened::Leased(lease, answer));
            self.under_way.push(leased.boxed_local());
        }
        if self.known.is_some() && !self.tenure.is_held(now) {
            self.lapsed = true;
        }
        Ok(())
    }

    /// Reads the journal, where the Lease is held and it is to be read.
    fn regain(&mut self) {
        let is_due = self.lapsed && self.sent.is_none() && !self.is_reading;
        if is_due && self.tenure.is_held(now()) {
            self.is_reading = true;
            let store = self.fleets.store;
            let read = async move { Happened::Read(store.read().await) };
            self.under_way.push(read.boxed_local());
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

    /// The journal was read: at the start, or after the Lease had run out.
    fn read(&mut self, read: Result<Stored, String>) -> Result<(), Held> {
        self.is_reading = false;
        let stored = match (read, &self.known) {
            (Ok(stored), _) => stored,
            (Err(reason), None) => return Err(Held(reason)),
            (Err(reason), Some(_)) => {
                self.warn(reason);
                return Ok(());
            }
        };
        match &self.known {
            None => self.recall(stored),
            Some(known) if stored.position == *known => {
                self.lapsed = false;
                Ok(())
            }
            Some(_) => {
                self.give_way(stored.position.as_deref());
                Ok(())
            }
        }
    }

    fn recall(&mut self, stored: Stored) -> Result<(), Held> {
        let found = stored.position.as_deref().map(Position::parse).transpose();
        let found = found.map_err(|error| Held(error.to_string()))?;
        self.known = Some(stored.position);
        self.lapsed = false;
        let recalled = Event::Recalled(found.map(Box::new));
        self.run.handle_event(recalled, now().wall);
        self.watch_wishes();
        Ok(())
    }

    /// Another runner has written the journal.
    fn give_way(&mut self, found: Option<&str>) {
        let by = match found.map(Position::parse) {
            Some(Ok(position)) => position.by,
            Some(Err(_)) | None => "somebody who edited the journal".to_owned(),
        };
        self.lapsed = false;
        self.run.handle_event(Event::Superseded { by }, now().wall);
    }

    fn watch_wishes(&mut self) {
        let store = self.fleets.store;
        let look = async move {
            sleep(WISHES).await;
            Happened::Wished(store.read().await)
        };
        self.under_way.push(look.boxed_local());
    }

    fn hear_wishes(&mut self, stored: Result<Stored, String>) {
        self.watch_wishes();
        let wishes = match stored {
            Ok(stored) => stored.wishes,
            Err(reason) => return self.warn(reason),
        };
        let wishes = match wishes.as_deref().map(Wishes::parse) {
            Some(Ok(wishes)) => wishes,
            Some(Err(error)) => return self.warn(error.to_string()),
            None => return,
        };
        for event in wishes.events(self.run.position().run) {
            self.run.handle_event(event, now().wall);
        }
    }

    /// Tells of trouble once, while it is the same.
    fn warn(&mut self, reason: String) {
        if self.warned.as_ref() != Some(&reason) {
            (self.tell)(&FleetProgress::Warned(reason.clone()));
            self.warned = Some(reason);
        }
    }

    fn carry_out(&mut self) {
        while !self.lapsed
            && let Some(effect) = self.run.poll_effect()
        {
            self.carry_out_one(effect);
        }
    }

    fn carry_out_one(&mut self, effect: Effect) {
        match effect {
            Effect::Ask(id, gate) => {
                let wave = &self.fleets.fleet.spec.waves[id.wave].name;
                let fleet = self.fleets.fleet.metadata.name.clone();
                self.begin(judge(id, gate, fleet, wave.to_string()).boxed_local());
            }
            Effect::Look(cluster) => {
                if let Some((connection, plan)) = self.of(&cluster) {
                    self.begin(look(cluster, connection, plan).boxed_local());
                }
            }
            Effect::Start { cluster, again } => {
                let goal = match again {
                    true => ClusterGoal::Again,
                    false => ClusterGoal::Apply,
                };
                self.start(cluster, goal);
            }
            Effect::Stop(cluster) => {
                if let Some(stop) = self.stops.get(&cluster) {
                    // Where nobody listens it has ended already.
                    drop(stop.unbounded_send(()));
                }
            }
            Effect::Undo(cluster) => self.start(cluster, ClusterGoal::Back { to: 0 }),
            Effect::Watch(cluster) => self.watch(cluster),
            Effect::Unwatch(cluster) => {
                if let Some(watched) = self.watched.remove(&cluster) {
                    watched.abort();
                }
            }
            Effect::Write(position) => self.write(&position),
            Effect::Tell(progress) => (self.tell)(&FleetProgress::Fleet(progress)),
        }
    }

    fn begin(&mut self, future: LocalBoxFuture<'a, Event>) {
        self.under_way
            .push(future.map(Happened::Event).boxed_local());
    }

    /// The way to a cluster, and its plan.
    fn of(&self, cluster: &Name) -> Option<(&'a Connection, &'a Checked)> {
        let fleets = self.fleets;
        let planned = fleets
            .fleet
            .clusters()
            .find(|known| known.name == *cluster)?;
        Some((fleets.clusters.get(cluster)?, fleets.fleet.plan(planned)?))
    }

    fn start(&mut self, cluster: Name, goal: ClusterGoal) {
        let Some((connection, plan)) = self.of(&cluster) else {
            return;
        };
        let options = |connected: &Cluster| (self.fleets.options)(&cluster, connected).goal(goal);
        let connected = connection.as_ref().map(|found| (found, options(found)));
        let connected = connected.map_err(Clone::clone);
        let (stop, stops) = unbounded();
        self.stops.insert(cluster.clone(), stop);
        let news = self.news.clone();
        self.begin(carried_out(cluster, connected, plan, news, stops).boxed_local());
    }

    fn watch(&mut self, cluster: Name) {
        if let Some((connection, plan)) = self.of(&cluster) {
            let (events, handle) = abortable(watch(cluster.clone(), connection, plan));
            self.watches.push(events.boxed_local());
            self.watched.insert(cluster, handle);
        }
    }

    fn write(&mut self, position: &Position) {
        let text = match position.text() {
            Ok(text) => text,
            Err(error) => return self.warn(error.to_string()),
        };
        self.sent = Some(text.clone());
        let last = self.known.clone().flatten();
        let store = self.fleets.store;
        self.under_way.push(written(store, last, text).boxed());
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

/// Writes the journal until it is known what it says.
fn written(store: &dyn Store, last: Option<String>, text: String) -> BoxFuture<'_, Happened> {
    async move {
        loop {
            if let Ok(true) = store.replace(last.as_deref(), &text).await {
                return Happened::Wrote(text);
            }
            match store.read().await {
                // This very write was made, and its answer lost.
                Ok(stored) if stored.position.as_ref() == Some(&text) => {
                    return Happened::Wrote(text);
                }
                Ok(stored) if stored.position != last => {
                    return Happened::Superseded(stored.position);
                }
                Ok(_) | Err(_) => sleep(AGAIN).await,
            }
        }
    }
    .boxed()
}

/// Carries the plan of a cluster out, in either direction, and says how that ended.
async fn carried_out(
    name: Name,
    connected: Result<(&Cluster, ClusterOptions), String>,
    plan: &Checked,
    news: UnboundedSender<(Name, ClusterProgress)>,
    stops: UnboundedReceiver<()>,
) -> Event {
    let (cluster, options) = match connected {
        Ok(connected) => connected,
        Err(reason) => return Event::Ended(name, Ending::Lost(reason)),
    };
    let tell = |progress: &ClusterProgress| {
        // Where nobody listens any more the run goes on all the same.
        drop(news.unbounded_send((name.clone(), progress.clone())));
    };
    let run = ClusterRun::new(plan.clone(), options);
    let ending = match drive(run, cluster, tell, stops).await {
        Some(ClusterOutcome::Done) => Ending::Done,
        Some(ClusterOutcome::Undone { to: 0 }) => Ending::Undone,
        Some(ClusterOutcome::Stopped { reason, .. } | ClusterOutcome::Refused { reason }) => {
            failed(reason.message(), cluster, plan).await
        }
        Some(other) => Ending::Failed(format!("it ended as {other:?}")),
        None => Ending::Failed("it was left where it is".to_owned()),
    };
    Event::Ended(name, ending)
}

/// A run that ended since its cluster does not answer is lost; any other one has failed.
async fn failed(reason: &str, cluster: &Cluster, plan: &Checked) -> Ending {
    match journal(cluster, plan).await {
        Ok(_) => Ending::Failed(reason.to_owned()),
        Err(silence) => Ending::Lost(format!("{reason}; {silence}")),
    }
}
