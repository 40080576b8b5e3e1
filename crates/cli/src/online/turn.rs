//! Asking the runner of a run to turn round, and following it back by its journal.

use std::mem;
use std::time::Duration;

use cutover::Plan;
use cutover::manifest::Manifest;
use cutover_kube::Cluster;
use cutover_run::{
    Direction, Event, Journal, Outcome, Position, Reply, Request, Scope, lease_objects,
};
use futures::{Stream, StreamExt};
use serde_json::Value;
use tokio::time::timeout;

use crate::error::Error;
use crate::online::Online;
use crate::online::status::standing;
use crate::online::subject::Found;
use crate::online::wish::ask_to_go_back;
use crate::{World, message};

/// Who took a run back.
pub(crate) enum Turned {
    /// Whoever carried it out, and how it ended.
    ByItsRunner(Outcome),
    /// Nobody carries it out.
    ByNobody,
}

/// Writes the wish into the journal, and waits for what comes of it.
///
/// A runner sees the wish at once. So where the journal says nothing new and no Lease is renewed for
/// as long as that lasts, nobody runs it.
///
/// # Errors
///
/// A run that is done or back, and a cluster that cannot be asked.
pub(crate) fn turn(
    found: &Found,
    online: &Online,
    patience: Duration,
    world: &mut World<'_>,
) -> Result<Turned, Error> {
    let (plan, position) = (found.plan(), &found.journal.position);
    let name = &plan.metadata.name;
    match &position.ended {
        Some(Outcome::Done) => {
            let hint = "`cutover undo` takes it back";
            Err(Error::failed(format!(
                "the run of plan {name} is done\nhint: {hint}"
            )))
        }
        Some(Outcome::Undone { to: 0 }) => {
            Err(Error::failed(format!("plan {name} is back at its start")))
        }
        Some(_) => Ok(Turned::ByNobody),
        None => {
            ask(found, online, world)?;
            let events = Box::pin(online.cluster.watch(scope(&found.manifest)));
            let mut follower = Follower {
                plan,
                cluster: &online.cluster,
                patience,
                renewed: None,
            };
            online
                .runtime
                .block_on(follower.follow(position.clone(), events, world))
        }
    }
}

fn ask(found: &Found, online: &Online, world: &mut World<'_>) -> Result<(), Error> {
    let position = &found.journal.position;
    if position.course.direction() == Direction::Back {
        return Ok(());
    }
    ask_to_go_back(&found.manifest, online, world)?;
    message::note(
        world,
        format!(
            "the run is asked to go back: it is carried out by {}",
            position.by
        ),
    );
    Ok(())
}

fn scope(journal: &Manifest) -> Scope {
    let object = journal.object().clone();
    Scope {
        api_version: object.api_version,
        kind: object.kind,
        namespace: object.namespace,
        name: Some(object.name),
    }
}

/// Follows a run by its journal.
struct Follower<'a> {
    plan: &'a Plan,
    cluster: &'a Cluster,
    patience: Duration,
    /// When its runner renewed its Lease, as it was seen last.
    renewed: Option<Value>,
}

impl Follower<'_> {
    async fn follow(
        &mut self,
        mut last: Position,
        mut events: impl Stream<Item = Event> + Unpin,
        world: &mut World<'_>,
    ) -> Result<Turned, Error> {
        let (mut runs, mut said) = (false, String::new());
        // A Lease that is renewed from now on is held by somebody who lives.
        self.is_alive().await;
        loop {
            let journal = match timeout(self.patience, events.next()).await {
                Err(_) if self.is_alive().await => continue,
                Err(_) | Ok(None) => return Ok(Turned::ByNobody),
                Ok(Some(event)) => journal_of(event)?,
            };
            let Some(journal) = journal else {
                return Ok(Turned::ByNobody);
            };
            let position = Journal::parse(&journal).map_err(Error::failed)?.position;
            if let Some(outcome) = position.ended {
                return Ok(Turned::ByItsRunner(outcome));
            }
            runs |= position != last;
            last = position;
            let says = standing(self.plan, &last)?;
            if runs && says != said {
                writeln!(world.output, "{}", message::visible(&says))
                    .and_then(|()| world.output.flush())?;
                said = says;
            }
        }
    }

    /// Whether the runner has renewed its Lease since this was asked last.
    async fn is_alive(&mut self) -> bool {
        let lease = lease_objects(self.plan, self.cluster.namespace())
            .into_iter()
            .next();
        let answer = match lease {
            Some(lease) => self.cluster.ask(Request::Get(lease)).await,
            None => return false,
        };
        let renewed = match answer {
            Ok(Reply::Object(lease)) => {
                lease.and_then(|lease| lease.pointer("/spec/renewTime").cloned())
            }
            _ => None,
        };
        let last = mem::replace(&mut self.renewed, renewed.clone());
        renewed.is_some() && renewed != last
    }
}

/// The journal that an event tells of; none where it is gone.
fn journal_of(event: Event) -> Result<Option<Manifest>, Error> {
    match event {
        Event::Listed(_, mut all) => Ok(all.pop()),
        Event::Changed(_, journal) => Ok(Some(journal)),
        Event::Unwatched(_, fault) => Err(Error::failed(format!("the journal: {}", fault.message))),
        _ => Ok(None),
    }
}
