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
/// A runner sees the wish at once. So where the journal says nothing new for as long as a Lease
/// lasts, nobody runs it.
///
/// # Errors
///
/// No run, or one that is over.
pub(crate) fn turn(
    plan: &Plan,
    online: &Online,
    patience: Duration,
    world: &mut World<'_>,
) -> Result<Turned, Error> {
    let name = &plan.metadata.name;
    let Some(journal) = online.journal(plan)? else {
        let hint = "`cutover status` tells how its objects stand";
        return Err(Error::failed(format!(
            "there is no run of plan {name} to abort\nhint: {hint}"
        )));
    };
    let position = Journal::parse(&journal).map_err(Error::failed)?.position;
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
            ask(&journal, &position, online, world)?;
            let events = Box::pin(online.cluster.watch(scope(&journal)));
            let mut follower = Follower {
                plan,
                cluster: &online.cluster,
                patience,
                renewed: None,
            };
            online
                .runtime
                .block_on(follower.follow(position, events, world))
        }
    }
}

fn ask(
    journal: &Manifest,
    position: &Position,
    online: &Online,
    world: &mut World<'_>,
) -> Result<(), Error> {
    if position.course.direction() == Direction::Back {
        return Ok(());
    }
    let fault = |fault| Error::failed(format!("the journal: {}", online.told(&fault)));
    let user = online
        .runtime
        .block_on(online.cluster.user())
        .map_err(fault)?;
    let write = Journal::abort(journal, &user, (world.now)()).map_err(Error::failed)?;
    online
        .ask(Request::Write {
            write,
            dry_run: false,
        })
        .map_err(fault)?;
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
        loop {
            let journal = match timeout(self.patience, events.next()).await {
                Err(_) if runs && self.is_alive().await => continue,
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
