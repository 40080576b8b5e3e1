//! Runs of plans in this process, with a listener that may interfere and a person who approves.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::time::Duration;

use cutover::Checked;
use cutover_kube::{Machine, drive};
use cutover_run::{Awaited, Effect, Event, Now, Options, Outcome, Progress, Run};
use futures::channel::mpsc::{self, UnboundedReceiver, UnboundedSender};
use futures::{StreamExt, stream};
use jiff::Timestamp;
use tokio::time::timeout;

use crate::lab::Lab;

/// No run of a test takes so long.
const LONGEST: Duration = Duration::from_secs(240);

impl Lab {
    /// Carries a plan out. The listener hears all that is told, and may interfere with the run at
    /// that moment.
    pub(crate) async fn play(
        &self,
        plan: &Checked,
        options: Options,
        hear: impl FnMut(&mut Run, &Progress),
    ) -> Result<Outcome, String> {
        self.carry_out(
            plan,
            Heard {
                run: Run::new(plan.clone(), options),
                hear,
            },
        )
        .await
    }

    /// Drives a machine to its end; a person approves what waits for one.
    pub(crate) async fn carry_out(
        &self,
        plan: &Checked,
        machine: impl Machine,
    ) -> Result<Outcome, String> {
        let (waits, waiting) = mpsc::unbounded();
        let mut told = Vec::new();
        let tell = |progress: &Progress| {
            told.push(format!("{progress:?}"));
            call_a_person(&waits, progress);
        };
        // A run is large, and unoptimised each future around it would have it on its stack, twice.
        let run = Box::pin(drive(machine, &self.cluster, tell, stream::pending()));
        let ended = timeout(LONGEST, async {
            tokio::select! {
                outcome = run => outcome,
                () = self.approve_all(plan, waiting) => None,
            }
        })
        .await;
        match ended {
            Ok(Some(outcome)) => Ok(outcome),
            _ => Err(format!(
                "it does not end; the last of it: {:#?}",
                &told[told.len().saturating_sub(6)..]
            )),
        }
    }

    async fn approve_all(&self, plan: &Checked, mut waiting: UnboundedReceiver<()>) {
        while waiting.next().await.is_some() {
            self.approve(plan).await;
        }
    }
}

fn call_a_person(waits: &UnboundedSender<()>, progress: &Progress) {
    if let Progress::Waiting {
        gate: Awaited::Person,
        ..
    } = progress
    {
        waits.unbounded_send(()).unwrap();
    }
}

/// A run with a listener.
struct Heard<F> {
    run: Run,
    hear: F,
}

impl<F: FnMut(&mut Run, &Progress)> Machine for Heard<F> {
    fn handle_event(&mut self, event: Event, now: Now) {
        self.run.handle_event(event, now);
    }

    fn handle_timeout(&mut self, now: Now) {
        self.run.handle_timeout(now);
    }

    fn poll_effect(&mut self) -> Option<Effect> {
        let effect = self.run.poll_effect()?;
        if let Effect::Tell(progress) = &effect {
            (self.hear)(&mut self.run, progress);
        }
        Some(effect)
    }

    fn poll_timeout(&self) -> Option<Timestamp> {
        self.run.poll_timeout()
    }

    fn outcome(&self) -> Option<&Outcome> {
        self.run.outcome()
    }
}
