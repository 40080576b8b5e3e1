//! A runner and a cluster side by side: who acts next comes from the seed.

use std::collections::BTreeSet;

use cutover::manifest::{Bundle, Field};
use cutover_model::{Model, WatchEvent};
use cutover_run::{
    Answer, Awaited, Effect, Event, Fault, Goal, Hint, Now, Outcome, Progress, Reply, Request,
};
use jiff::{SignedDuration, Timestamp};

use crate::beside::Beside;
use crate::checks::Checks;
use crate::laws::{Course, Judge};
use crate::runner::{Runner, Sent};
use crate::scenario::{Deafness, Failing, Restart, Scenario};
use crate::trace::{self, What, object_of};
use crate::wire::{call, fault, found, scope_of, write_of};
use crate::witness::Witness;

/// How many decisions a run may take before it counts as endless.
const LONGEST: u64 = 400_000;

/// The namespace of objects whose manifests name none.
pub(crate) const NAMESPACE: &str = "default";

/// A runner and a cluster side by side.
pub(crate) struct Stage<'p> {
    pub(crate) scenario: Scenario<'p>,
    pub(crate) model: Model,
    pub(crate) runner: Runner,
    /// Another runner, which hears nothing from the cluster.
    pub(crate) cut_off: Option<Runner>,
    /// Who carries the same plan out beside it.
    pub(crate) beside: Beside,
    pub(crate) runners: u32,
    pub(crate) checks: Checks,
    pub(crate) witness: Witness,
    pub(crate) turns: u64,
    /// Whom the API server refuses what has been granted, and until when.
    cold: Option<(u32, Timestamp)>,
    /// Until when no watch tells anything.
    deaf: Option<Timestamp>,
    /// Until when writes to the plan's objects fail.
    failing: Option<Timestamp>,
    /// The runners that have been granted all that they need.
    granted: BTreeSet<u32>,
    aborted: bool,
    paused: bool,
    aloud: bool,
}

/// A cluster that stands where a plan starts.
pub(crate) fn standing(seed: u64, start: &Bundle) -> Model {
    let mut model = Model::new(seed, "2026-11-25T10:00:00Z".parse().unwrap());
    // A Deployment that is paused has pods from before.
    for manifest in start {
        model
            .server
            .create(
                &manifest.without(Field::new("/spec/paused")),
                call(model.now),
            )
            .unwrap();
    }
    model.drive_bounded(20_000);
    let paused = start
        .iter()
        .filter(|manifest| manifest.pointer("/spec/paused") == Some(&true.into()));
    for manifest in paused {
        let pause =
            serde_json::from_str(r#"[{"op": "add", "path": "/spec/paused", "value": true}]"#)
                .unwrap();
        model
            .server
            .patch(manifest.object(), &pause, call(model.now))
            .unwrap();
    }
    model.drive_bounded(20_000);
    model
}

impl<'p> Stage<'p> {
    pub(crate) fn new(scenario: Scenario<'p>, aloud: bool) -> Self {
        let mut model = standing(scenario.seed, &scenario.start());
        let fates = scenario
            .new_images()
            .into_iter()
            .map(|image| (image, scenario.fate));
        model.nodes.fates = fates.collect();
        let checks = Checks::new(
            &model,
            scenario.plan,
            scenario.seed,
            scenario.is_left_alone(),
        );
        let mut start = checks.known(&model);
        if let Some(autoscaler) = &scenario.autoscaler {
            let call = call(model.now);
            start.insert(model.server.create(autoscaler, call).unwrap());
        }
        let judge = Judge::new(Course::of(scenario.plan), &start);
        Self {
            witness: Witness::new(judge),
            runner: Runner::new(&scenario, 0, Goal::Apply),
            cut_off: None,
            beside: Beside::default(),
            model,
            scenario,
            runners: 0,
            checks,
            turns: 0,
            cold: None,
            deaf: None,
            failing: None,
            granted: BTreeSet::new(),
            aborted: false,
            paused: false,
            aloud,
        }
    }

    /// Plays the run to its end, and looks at what is left.
    pub(crate) fn play(mut self) -> Result<(), String> {
        self.let_things_go_wrong();
        let mut outcome = self.go()?;
        if let Some(goal) = self.scenario.overrules.filter(|_| is_drift(&outcome)) {
            outcome = self.overrule(goal)?;
        }
        if self.scenario.undo && outcome == Outcome::Done {
            self.begin(Goal::Back { to: 0 });
            outcome = self.go()?;
        }
        self.judge(&outcome)
    }

    /// A person lets the run go on over drift, forward or back.
    fn overrule(&mut self, goal: Goal) -> Result<Outcome, String> {
        self.say(format_args!("drift is accepted: {goal:?}"));
        self.scenario.accepts_drift = true;
        self.note(What::Overruled);
        self.begin(goal);
        self.go()
    }

    pub(crate) fn let_things_go_wrong(&mut self) {
        let start = self.model.steps();
        for edit in &mut self.scenario.faults.edits {
            edit.step += start;
        }
        self.model.faults = self.scenario.faults.clone();
    }

    /// Lets the runner and the cluster act until the run is over.
    pub(crate) fn go(&mut self) -> Result<Outcome, String> {
        loop {
            if let Some(outcome) = self.go_on(LONGEST)? {
                return Ok(outcome);
            }
        }
    }

    /// Lets them act for so many turns; none where the run is not over then.
    pub(crate) fn go_on(&mut self, turns: u64) -> Result<Option<Outcome>, String> {
        let now = self.now();
        self.runner.run.handle_timeout(now);
        for _ in 0..turns {
            self.take_turns();
            self.take_effects();
            if let Some(outcome) = self.runner.run.outcome().cloned() {
                self.note_end(&outcome);
                self.witness.is_content()?;
                if self.outlived(&outcome) {
                    continue;
                }
                return Ok(Some(self.telling(outcome)));
            }
            self.witness.is_content()?;
            self.turns += 1;
            if self.turns > LONGEST {
                return Err("every run ends: this one goes on and on".into());
            }
            self.interrupt();
            self.act()?;
        }
        Ok(None)
    }

    pub(crate) fn now(&self) -> Now {
        let now = Now::simulated(self.model.now);
        let wall = now.wall + self.scenario.ahead;
        Now { wall, ..now }
    }

    fn interrupt(&mut self) {
        if self.scenario.kills.remove(&self.turns) {
            let goal = self.run_goal();
            self.say("killed");
            self.begin(goal);
            let now = self.now();
            self.runner.run.handle_timeout(now);
            self.take_effects();
        }
        if self.scenario.abort.is_some_and(|abort| abort <= self.turns) && !self.aborted {
            self.aborted = true;
            self.say("abort");
            if self.scenario.random.chance(500) || !self.wish_to_go_back() {
                self.abort();
            }
        }
        self.let_server_restart();
        self.let_watches_be_deaf();
        self.let_writes_fail();
        self.pause_for_a_while();
        self.let_rival_begin();
    }

    /// The API server starts anew while the run writes.
    fn let_server_restart(&mut self) {
        let is_due = |restart: &mut Restart| restart.begins <= self.turns;
        if self.granted.contains(&self.runner.number)
            && let Some(restart) = self.scenario.restart.take_if(is_due)
        {
            self.say("the API server starts anew");
            self.cold = Some((self.runner.number, self.model.now + restart.lasts));
        }
    }

    /// Watches tell nothing for a while, and requests are answered.
    fn let_watches_be_deaf(&mut self) {
        let is_due = |deafness: &mut Deafness| deafness.begins <= self.turns;
        if let Some(deafness) = self.scenario.deafness.take_if(is_due) {
            self.say("watches are deaf");
            self.deaf = Some(self.model.now + deafness.lasts);
        }
    }

    /// Writes to the plan's objects fail for a while.
    fn let_writes_fail(&mut self) {
        let is_due = |failing: &mut Failing| failing.begins <= self.turns;
        if self.granted.contains(&self.runner.number)
            && let Some(failing) = self.scenario.failing.take_if(is_due)
        {
            self.say("writes fail");
            self.failing = Some(self.model.now + failing.lasts);
        }
    }

    /// Whether a write fails for now.
    fn fails(&self, request: &Request) -> bool {
        let is_failing = self.failing.is_some_and(|until| self.model.now < until);
        let object = trace::write_of(request).map(object_of);
        is_failing && object.is_some_and(|object| self.checks.has(object))
    }

    /// Somebody pauses the run, and lets it go on later.
    fn pause_for_a_while(&mut self) {
        let Some(pause) = self.scenario.pause else {
            return;
        };
        if !self.paused && pause.begins <= self.turns && self.pause() {
            self.paused = true;
            self.say("paused");
        }
        if self.paused && pause.ends <= self.turns {
            self.resume_at_last();
        }
    }

    /// Somebody lets a run go on that is paused; false where none is.
    fn resume_at_last(&mut self) -> bool {
        let resumed = self.resume();
        if resumed {
            self.say("resumed");
        }
        resumed
    }

    fn abort(&mut self) {
        let (now, runner) = (self.now(), self.runner.number);
        self.note(What::Aborted { runner });
        self.runner.run.handle_event(Event::Abort, now);
    }

    fn run_goal(&self) -> Goal {
        if self.runners >= 1000 {
            Goal::Back { to: 0 }
        } else {
            Goal::Apply
        }
    }

    /// Another runner, which knows nothing of the one before.
    pub(crate) fn begin(&mut self, goal: Goal) {
        self.runners += if matches!(goal, Goal::Back { .. }) && self.runners < 1000 {
            1000
        } else {
            1
        };
        let next = Runner::new(&self.scenario, self.runners, goal);
        let killed = std::mem::replace(&mut self.runner, next);
        // What was on its way may still arrive at the server; its answers reach nobody.
        let mut lost: Vec<Request> = killed
            .requests
            .into_iter()
            .map(|sent| sent.request)
            .collect();
        lost.retain(|_| self.scenario.random.chance(500));
        let runner = killed.number;
        lost.into_iter()
            .for_each(|request| drop(self.answer(runner, &request)));
        if self.aborted {
            self.abort();
        }
    }

    pub(crate) fn take_effects(&mut self) {
        while let Some(effect) = self.runner.run.poll_effect() {
            match effect {
                Effect::Ask {
                    ticket,
                    request,
                    deadline,
                } => {
                    self.note_request(&request);
                    self.runner.requests.push_back(Sent {
                        ticket,
                        request,
                        deadline,
                    });
                }
                Effect::Watch(scope) => {
                    let watch = self.model.watch(scope_of(&scope));
                    self.runner.watches.push((scope, watch));
                }
                Effect::Tell(progress) => self.hear(&progress),
            }
        }
    }

    /// A person reads what is told, and approves what waits for a person.
    fn hear(&mut self, progress: &Progress) {
        self.say(format_args!("{progress:?}"));
        if matches!(progress, Progress::Started { .. }) {
            self.granted.insert(self.runner.number);
        }
        if let Progress::Waiting {
            gate: Awaited::Person,
            ..
        } = progress
        {
            self.approve();
        }
    }

    /// One of those who can act does: a request arrives, an answer, something of a watch, or the
    /// cluster goes on.
    fn act(&mut self) -> Result<(), String> {
        let now = self.now();
        self.refuse_connections();
        let due = self.runner.run.poll_timeout();
        if due.is_some_and(|due| due <= now.wall) {
            self.runner.run.handle_timeout(now);
            return Ok(());
        }
        match self.scenario.random.below(4) {
            0 if !self.runner.requests.is_empty() => self.arrive()?,
            1 if !self.runner.answers.is_empty() => {
                let (sent, answer) = self.runner.answers.pop_front().unwrap();
                self.note(What::Answered {
                    runner: self.runner.number,
                    request: sent.request,
                    answer: answer.clone(),
                });
                let event = Event::Answered(sent.ticket, answer);
                self.runner.run.handle_event(event, now);
            }
            2 => self.deliver(),
            _ => self.pass_time()?,
        }
        Ok(())
    }

    /// The first request arrives, unless it is late.
    pub(crate) fn arrive(&mut self) -> Result<(), String> {
        let now = self.now();
        let sent = self.runner.requests.pop_front().unwrap();
        let answer = match sent.deadline {
            Some(deadline) if deadline <= now.steady => Err(Fault::late()),
            _ => self.answer(self.runner.number, &sent.request),
        };
        self.checks.count(&sent.request, &answer);
        self.runner.answers.push_back((sent, answer));
        self.checks.look(&self.model)
    }

    /// Who is cut off goes on asking.
    pub(crate) fn refuse_connections(&mut self) {
        let now = self.now();
        if let Some(runner) = &mut self.cut_off {
            runner.hear_nothing(now);
        }
    }

    fn deliver(&mut self) {
        let now = self.now();
        if self.deaf.is_some_and(|until| self.model.now < until) {
            return;
        }
        let opinion = self.scenario.opinion;
        for (scope, watch) in self.runner.watches.clone() {
            let Some(event) = self.model.poll_watch(watch) else {
                continue;
            };
            let event = match event {
                WatchEvent::Listed(manifests) => {
                    let found = manifests.into_iter().map(|found| opinion.shown(found));
                    Event::Listed(scope, found.collect())
                }
                WatchEvent::Changed(manifest) => Event::Changed(scope, opinion.shown(manifest)),
                WatchEvent::Gone(manifest) => Event::Gone(scope, manifest),
            };
            self.note_watched(&event);
            self.runner.run.handle_event(event, now);
        }
    }

    fn pass_time(&mut self) -> Result<(), String> {
        let soon = self
            .model
            .now
            .checked_add(SignedDuration::from_secs(5))
            .unwrap();
        let (due, open) = (self.due(), self.is_heard());
        // Requests and answers do not take long.
        let limit = if open {
            self.model.now
        } else {
            due.unwrap_or(soon).min(soon)
        };
        let happened = self.step(limit);
        self.checks.look(&self.model)?;
        if happened.is_none() && !open && due.is_none() {
            self.deaf = None;
            self.deliver();
            self.take_effects();
            let Runner { run, requests, .. } = &self.runner;
            let is_alone = self.beside.is_nobody();
            let idle = is_alone && requests.is_empty() && run.poll_timeout().is_none();
            let is_over = run.outcome().is_some();
            if idle && !is_over && self.resume_at_last() {
                return Ok(());
            }
            if idle && !is_over && self.model.step(self.model.now).is_none() {
                return Err(
                    "every run ends: nothing will happen any more, and it is not over".into(),
                );
            }
        }
        Ok(())
    }

    fn answer(&mut self, runner: u32, request: &Request) -> Answer {
        if let Request::Http(request) = request {
            let answer = self
                .scenario
                .opinion
                .answer(request, &mut self.scenario.random);
            self.say(format_args!("{request:?} -> {answer:?}"));
            return answer;
        }
        if self.is_cold(runner) {
            return Err(Fault {
                code: 403,
                reason: "Forbidden".into(),
                message: "no role is known".into(),
                ..Fault::default()
            });
        }
        if self.fails(request) {
            return Err(Fault {
                code: 500,
                reason: "InternalError".into(),
                message: "a webhook does not answer".into(),
                ..Fault::default()
            });
        }
        let answer = match request {
            Request::Get(object) => found(self.model.get(object)),
            Request::List(scope) => self.model.list(&scope_of(scope)).map(Reply::Objects),
            Request::Write {
                write,
                dry_run: true,
            } => {
                let answer = self.model.write(&write_of(write), "cutover", true);
                answer.map(Reply::Object)
            }
            Request::Write {
                write,
                dry_run: false,
            } => self.carry_out(runner, write).map(Reply::Object),
            Request::Review(right) => self
                .model
                .review(&right.verb, &right.resource)
                .map(Reply::Allowed),
            other => panic!("{other:?} is asked of a cluster"),
        };
        if self.aloud
            && !matches!(
                request,
                Request::Review(_) | Request::Write { dry_run: true, .. }
            )
        {
            self.say(format_args!(
                "{request:?} -> {:?}",
                answer.as_ref().map(|_| "ok")
            ));
        }
        answer.map(|reply| self.shown(reply)).map_err(fault)
    }

    /// Whether a request comes before the role that allows it is known.
    fn is_cold(&mut self, runner: u32) -> bool {
        let now = self.model.now;
        let is_refused = self
            .cold
            .is_some_and(|(refused, until)| refused == runner && now < until);
        is_refused && self.scenario.random.chance(700)
    }

    /// A Job looks the same to whoever sees it.
    fn shown(&self, reply: Reply) -> Reply {
        match reply {
            Reply::Object(Some(manifest)) => {
                Reply::Object(Some(self.scenario.opinion.shown(manifest)))
            }
            other => other,
        }
    }

    pub(crate) fn say(&self, what: impl std::fmt::Display) {
        if self.aloud {
            println!("{:>6} {} {what}", self.turns, self.model.now);
        }
    }
}

/// Whether a run stopped at fields that somebody else has written.
fn is_drift(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Stopped { reason, .. } | Outcome::Refused { reason } => {
            reason.advice() == Some(&Hint::AcceptDrift)
        }
        _ => false,
    }
}
