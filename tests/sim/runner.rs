//! A runner, and what is under way between it and the cluster.

use std::collections::VecDeque;

use cutover_model::WatchId;
use cutover_run::{
    AcceptDrift, Answer, Effect, Event, Fault, Goal, Now, Options, Request, Run, Scope, Steady,
    Ticket,
};

use crate::scenario::Scenario;
use crate::stage::NAMESPACE;
use crate::trace::name_of;
use crate::{sealer, secrets};

/// A runner, and what is under way between it and the cluster.
pub(crate) struct Runner {
    /// By which it is told from others.
    pub(crate) number: u32,
    pub(crate) run: Run,
    pub(crate) watches: Vec<(Scope, WatchId)>,
    /// Requests that are on their way, and answers that are.
    pub(crate) requests: VecDeque<Sent>,
    pub(crate) answers: VecDeque<(Sent, Answer)>,
}

/// A request that is on its way.
pub(crate) struct Sent {
    pub(crate) ticket: Ticket,
    pub(crate) request: Request,
    pub(crate) deadline: Option<Steady>,
}

impl Runner {
    pub(crate) fn new(scenario: &Scenario<'_>, number: u32, goal: Goal) -> Self {
        Self {
            number,
            run: Run::new(scenario.plan.clone(), options(scenario, number, goal)),
            watches: Vec::new(),
            requests: VecDeque::new(),
            answers: VecDeque::new(),
        }
    }

    /// No connection is made, and time goes on.
    pub(crate) fn hear_nothing(&mut self, now: Now) {
        let due = self.run.poll_timeout();
        if due.is_some_and(|due| due <= now.wall) {
            self.run.handle_timeout(now);
        }
        let mut tickets: Vec<Ticket> = self.requests.drain(..).map(|sent| sent.ticket).collect();
        while let Some(effect) = self.run.poll_effect() {
            if let Effect::Ask { ticket, .. } = effect {
                tickets.push(ticket);
            }
        }
        for ticket in tickets {
            let fault = Fault {
                message: "connection refused".into(),
                ..Fault::default()
            };
            let event = Event::Answered(ticket, Err(fault));
            self.run.handle_event(event, now);
        }
    }

    /// Whether anything is on its way.
    pub(crate) fn is_heard(&self) -> bool {
        !self.requests.is_empty() || !self.answers.is_empty()
    }
}

fn options(scenario: &Scenario<'_>, runner: u32, goal: Goal) -> Options {
    let mut options = Options::new(NAMESPACE, name_of(runner))
        .goal(goal)
        .secrets(secrets().to_vec());
    options.on_failure = Some(scenario.on_failure);
    options.sealer = sealer();
    if scenario.accepts_drift {
        options.accept_drift = AcceptDrift::Every;
    }
    options
}
