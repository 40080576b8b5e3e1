//! `cutover status -w`: how a run is, each time that it is otherwise, until it ends.

use std::collections::BTreeMap;
use std::time::Duration;

use cutover::manifest::{Manifest, ObjectRef};
use cutover::planning::Duration as Limit;
use cutover_kube::Cluster;
use cutover_run::{Event, Inspection, Outcome, Runner, Scope, lease_objects};
use futures::StreamExt;
use futures::stream::{BoxStream, SelectAll};
use jiff::{SignedDuration, Timestamp};
use tokio::time::{Instant, timeout, timeout_at};

use super::print;
use super::run::{RunStatus, inspect, of_step};
use crate::World;
use crate::error::Error;
use crate::online::Online;
use crate::online::subject::Found;

/// How long news is gathered before it is told.
const GATHERS: Duration = Duration::from_millis(250);

/// How long at most nobody looks whether the runner still lives.
const LOOKS: Duration = Duration::from_secs(5);

/// Tells how a run is until it ends.
///
/// # Errors
///
/// A run that stopped or was taken back, one that goes on for longer than it may, and a cluster that
/// cannot be asked.
pub(super) fn watch(
    found: Found,
    limit: Option<Limit>,
    is_json: bool,
    online: &Online,
    world: &mut World<'_>,
) -> Result<(), Error> {
    let status = RunStatus::look(&found, online, (world.now)())?;
    print(&found, &status, is_json, world)?;
    let mut watch = Watch::new(found, online)?;
    let deadline = limit.map(|limit| Duration::from_secs(limit.seconds().into()));
    let outcome = online.runtime.block_on(async {
        let deadline = deadline.map(|limit| Instant::now() + limit);
        watch.until_over(status, deadline, is_json, world).await
    })?;
    match (outcome, limit) {
        (Some(Outcome::Done), _) => Ok(()),
        (Some(Outcome::Undone { .. }), _) => Err(Error::failed("the run was taken back")),
        (Some(_), _) => Err(Error::failed("the run stopped")),
        (None, Some(limit)) => Err(Error::failed(format!("the run is not over within {limit}"))),
        (None, None) => Err(Error::failed("the journal is gone")),
    }
}

/// A run that is watched.
struct Watch<'o> {
    online: &'o Online,
    found: Found,
    leases: BTreeMap<ObjectRef, Option<Manifest>>,
    inspection: Inspection,
    news: SelectAll<BoxStream<'static, Event>>,
    is_gone: bool,
}

impl<'o> Watch<'o> {
    fn new(found: Found, online: &'o Online) -> Result<Self, Error> {
        let leases = lease_objects(found.plan(), found.namespace());
        let mut watch = Self {
            online,
            inspection: inspect(&found, online)?,
            leases: leases.into_iter().map(|lease| (lease, None)).collect(),
            news: SelectAll::new(),
            found,
            is_gone: false,
        };
        watch.listen();
        Ok(watch)
    }

    /// Watches the journal, the Leases, and what is behind the gates of the present step.
    fn listen(&mut self) {
        let cluster: &Cluster = &self.online.cluster;
        let mut scopes = vec![just(self.found.manifest.object())];
        scopes.extend(self.leases.keys().map(just));
        scopes.extend(self.inspection.scopes().cloned());
        self.news = SelectAll::new();
        for scope in scopes {
            self.news.push(cluster.watch(scope).boxed());
        }
    }

    /// Tells what is new until the run is over; none where it is not within its limit, or where
    /// nobody can say any more.
    async fn until_over(
        &mut self,
        mut last: RunStatus,
        deadline: Option<Instant>,
        is_json: bool,
        world: &mut World<'_>,
    ) -> Result<Option<Outcome>, Error> {
        loop {
            if let Some(outcome) = &self.found.journal.position.ended {
                return Ok(Some(outcome.clone()));
            }
            if self.is_gone || deadline.is_some_and(|deadline| deadline <= Instant::now()) {
                return Ok(None);
            }
            let soon = Instant::now() + LOOKS;
            let until = deadline.map_or(soon, |deadline| deadline.min(soon));
            self.gather(until).await?;
            let status = self.status((world.now)());
            if status.is_news_after(&last) {
                print(&self.found, &status, is_json, world)?;
                last = status;
            }
        }
    }

    /// Hears what happens until then, and what comes right behind it.
    async fn gather(&mut self, until: Instant) -> Result<(), Error> {
        let mut next = timeout_at(until, self.news.next()).await;
        while let Ok(Some(event)) = next {
            self.hear(event)?;
            next = timeout(GATHERS, self.news.next()).await;
            if Instant::now() >= until {
                break;
            }
        }
        Ok(())
    }

    fn hear(&mut self, event: Event) -> Result<(), Error> {
        let journal = just(self.found.manifest.object());
        match event {
            Event::Listed(scope, mut all) if scope == journal => match all.pop() {
                Some(manifest) => return self.read(manifest),
                None => self.is_gone = true,
            },
            Event::Changed(scope, manifest) if scope == journal => return self.read(manifest),
            Event::Gone(scope, _) if scope == journal => self.is_gone = true,
            Event::Listed(scope, mut all) if scope.kind == "Lease" => {
                if let Some(lease) = all.pop() {
                    self.leases.insert(lease.object().clone(), Some(lease));
                }
            }
            Event::Changed(scope, lease) if scope.kind == "Lease" => {
                self.leases.insert(lease.object().clone(), Some(lease));
            }
            event => self.inspection.handle_event(event),
        }
        Ok(())
    }

    /// The journal is another: where it names another step, that one's gates are watched.
    fn read(&mut self, manifest: Manifest) -> Result<(), Error> {
        let found = Found::read(manifest)?;
        let (was, is) = (&self.found.journal.position, &found.journal.position);
        let is_elsewhere = (was.course, was.step) != (is.course, is.step);
        self.found = found;
        if is_elsewhere {
            self.inspection = of_step(&self.found)?;
            self.listen();
        }
        Ok(())
    }

    fn status(&self, now: Timestamp) -> RunStatus {
        let leases: Vec<Option<Manifest>> = self.leases.values().cloned().collect();
        // A Lease is renewed before it runs out; a watch may tell of it a moment later.
        let heard = now.checked_sub(LAG).unwrap_or(now);
        let runner = Runner::of(&leases, heard);
        RunStatus::of(&self.found, runner, &self.inspection, now)
    }
}

/// How late a watch may tell of a Lease.
const LAG: SignedDuration = SignedDuration::from_secs(2);

fn just(object: &ObjectRef) -> Scope {
    let object = object.clone();
    Scope {
        api_version: object.api_version,
        kind: object.kind,
        namespace: object.namespace,
        name: Some(object.name),
    }
}
