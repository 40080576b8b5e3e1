//! The loop around a run: effects out, events in, and the clock.

use std::time::Duration;

use cutover_run::{Effect, Event, Now, Outcome, Progress, Run};
use futures::future::BoxFuture;
use futures::stream::{BoxStream, FuturesUnordered, SelectAll};
use futures::{FutureExt, Stream, StreamExt};
use jiff::{SignedDuration, Timestamp};
use tokio::time::{sleep, timeout};

use crate::ask::LIMIT;
use crate::clock::now;
use crate::cluster::Cluster;

/// A state machine that says what it wants done, and is told what came of it.
pub trait Machine {
    /// Tells it what happened.
    fn handle_event(&mut self, event: Event, now: Now);
    /// Tells it the time: at the start, and when it asked to be told.
    fn handle_timeout(&mut self, now: Now);
    /// What it wants done next, until there is nothing more.
    fn poll_effect(&mut self) -> Option<Effect>;
    /// When it wants to be told the time, by the wall clock.
    fn poll_timeout(&self) -> Option<Timestamp>;
    /// How it ended, once it has.
    fn outcome(&self) -> Option<&Outcome>;
}

impl Machine for Run {
    fn handle_event(&mut self, event: Event, now: Now) {
        self.handle_event(event, now);
    }

    fn handle_timeout(&mut self, now: Now) {
        self.handle_timeout(now);
    }

    fn poll_effect(&mut self) -> Option<Effect> {
        self.poll_effect()
    }

    fn poll_timeout(&self) -> Option<Timestamp> {
        self.poll_timeout()
    }

    fn outcome(&self) -> Option<&Outcome> {
        self.outcome()
    }
}

/// Carries a run out, until it is over.
///
/// `tell` gets what people should know. The first of `interrupts` asks the run to stop where it is;
/// the second leaves it at once. What the run still has under way when it is over, as giving its
/// Leases back, is waited for.
///
/// It is one future with no task or thread of its own; dropping it ends its watches and abandons
/// its requests.
///
/// None is that it was left before it was over.
pub async fn drive(
    run: impl Machine,
    cluster: &Cluster,
    tell: impl FnMut(&Progress),
    interrupts: impl Stream<Item = ()> + Unpin,
) -> Option<Outcome> {
    let (asks, watches) = (FuturesUnordered::new(), SelectAll::new());
    Drive {
        run,
        cluster,
        tell,
        asks,
        watches,
        stopping: false,
    }
    .until_over(interrupts)
    .await
}

struct Drive<'c, M, T> {
    run: M,
    cluster: &'c Cluster,
    tell: T,
    asks: FuturesUnordered<BoxFuture<'c, Event>>,
    watches: SelectAll<BoxStream<'c, Event>>,
    stopping: bool,
}

impl<M: Machine, T: FnMut(&Progress)> Drive<'_, M, T> {
    async fn until_over(
        mut self,
        mut interrupts: impl Stream<Item = ()> + Unpin,
    ) -> Option<Outcome> {
        self.run.handle_timeout(now());
        loop {
            self.carry_out();
            if let Some(outcome) = self.run.outcome().cloned() {
                self.let_end().await;
                return Some(outcome);
            }
            let pause = self.pause();
            tokio::select! {
                Some(event) = self.asks.next() => self.run.handle_event(event, now()),
                Some(event) = self.watches.next() => self.run.handle_event(event, now()),
                () = sleep(pause.unwrap_or_default()), if pause.is_some() => self.run.handle_timeout(now()),
                Some(()) = interrupts.next() => {
                    if self.stopping {
                        return None;
                    }
                    self.stopping = true;
                    self.run.handle_event(Event::Stop, now());
                }
                // Nothing is under way, nothing is waited for, and nobody can interrupt: it would
                // last for ever.
                else => return None,
            }
        }
    }

    fn carry_out(&mut self) {
        let cluster = self.cluster;
        while let Some(effect) = self.run.poll_effect() {
            match effect {
                Effect::Ask {
                    ticket,
                    request,
                    deadline,
                } => {
                    let answer = cluster
                        .ask_before(request, deadline)
                        .map(move |answer| Event::Answered(ticket, answer));
                    self.asks.push(answer.boxed());
                }
                Effect::Watch(scope) => self.watches.push(cluster.watch(scope).boxed()),
                Effect::Tell(progress) => (self.tell)(&progress),
            }
        }
    }

    /// For how long nothing is to be done but to wait; none is without a limit.
    fn pause(&self) -> Option<Duration> {
        let pause = self
            .run
            .poll_timeout()?
            .duration_since(now().wall)
            .max(SignedDuration::from_millis(1));
        Some(pause.unsigned_abs())
    }

    async fn let_end(self) {
        #[expect(
            clippy::let_underscore_must_use,
            reason = "each request has a limit of its own; past this one for all of them nobody waits any more"
        )]
        let _ = timeout(LIMIT, self.asks.collect::<Vec<_>>()).await;
    }
}

#[cfg(test)]
mod tests;
