//! The stage: runners, clusters, a journal, and the time between them.

use std::collections::BTreeMap;

use cutover::fleet::{
    CheckedFleet, Effect, Ending, Event, GateId, Goal, Name, Options, Position, Progress, Run, When,
};
use cutover::planning::Gate;
use cutover_model::Random;
use jiff::{SignedDuration, Timestamp};

use super::cluster::Cluster;
use super::laws::Judge;
use super::scenario::Scenario;
use super::trace::{Moment, What};

/// So much may happen in one scenario.
const MOST: u32 = 20_000;

pub(super) struct Stage {
    pub(super) scenario: Scenario,
    pub(super) aloud: bool,
    pub(super) now: Timestamp,
    /// What is to happen, in its order.
    pub(super) agenda: BTreeMap<(Timestamp, u64), Happening>,
    pub(super) count: u64,
    pub(super) clusters: BTreeMap<Name, Cluster>,
    pub(super) journal: Option<Position>,
    pub(super) runners: Vec<Runner>,
    /// The runner that has the Lease.
    pub(super) leader: usize,
    pub(super) judge: Judge,
    pub(super) kills: u32,
    pub(super) follow_ups: u32,
}

pub(super) struct Runner {
    pub(super) run: Run,
    pub(super) state: Life,
    /// Whether it has read the journal.
    pub(super) has_read: bool,
    /// What the journal says, as far as it knows.
    pub(super) known: Option<Position>,
    /// When it wants to be told the time.
    pub(super) alarm: Option<Timestamp>,
    /// What it hears once it wakes up.
    pub(super) missed: Vec<Event>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Life {
    Alive,
    Asleep,
    Gone,
}

pub(super) enum Happening {
    /// A runner begins, with this goal.
    Begin(Goal),
    /// A runner reads the journal.
    Recall(usize),
    /// A runner hears something.
    Hear(usize, Event),
    /// A runner is told the time.
    Alarm(usize),
    /// The write of a runner arrives.
    Write(usize, Box<Position>),
    /// A cluster is looked at.
    Look(usize, Name),
    /// What is under way in a cluster writes first, after it was asked for.
    First(Name, u64),
    /// It comes to its end.
    End(Name, u64, Ending),
    /// It has not been answered for as long as it tries.
    GiveUp(Name, u64, Ending),
    /// What is available in a cluster is otherwise, or it is cut off or back.
    Turn(Name, bool),
    /// A person lets a wave go on.
    Approve(Name, When),
    Abort,
    Stop,
    Sleep,
    Wake(usize),
}

impl Stage {
    pub(super) fn new(mut scenario: Scenario, aloud: bool) -> Self {
        let start: Timestamp = "2026-11-30T06:00:00Z".parse().unwrap();
        let at = |seconds: u64| start + seconds_of(seconds);
        let names: Vec<Name> = names(&scenario.fleet);
        let random = &mut scenario.random;
        let clusters = names
            .into_iter()
            .map(|name| (name, Cluster::new(random, at)));
        let clusters: BTreeMap<Name, Cluster> = clusters.collect();
        Self {
            judge: Judge::new(&scenario.fleet),
            clusters,
            scenario,
            aloud,
            now: start,
            agenda: BTreeMap::new(),
            count: 0,
            journal: None,
            runners: Vec::new(),
            leader: 0,
            kills: 0,
            follow_ups: 0,
        }
    }

    /// Plays it to its end; an error names the law that is broken.
    pub(super) fn play(mut self) -> Result<(), String> {
        self.plan_ahead();
        for _ in 0..MOST {
            let Some(((now, _), happening)) = self.agenda.pop_first() else {
                return self.is_over();
            };
            self.now = self.now.max(now);
            self.happen(happening)?;
        }
        Err("a run ends: it goes on and on".to_owned())
    }

    /// Whether nobody is left who waits for something that never happens.
    fn is_over(&self) -> Result<(), String> {
        let mut waiting = self.runners.iter().enumerate();
        match waiting.find(|(_, runner)| runner.state == Life::Alive) {
            Some((runner, _)) => Err(format!("a run ends: runner {runner} waits for nothing")),
            None => Ok(()),
        }
    }

    fn plan_ahead(&mut self) {
        self.later(0, Happening::Begin(Goal::Apply));
        let ahead = [
            (self.scenario.sleep, Happening::Sleep),
            (self.scenario.abort, Happening::Abort),
            (self.scenario.stop, Happening::Stop),
        ];
        for (after, happening) in ahead {
            if let Some(after) = after {
                self.later(u64::try_from(after).unwrap(), happening);
            }
        }
        let mut turns = Vec::new();
        for (name, cluster) in &self.clusters {
            let outages = cluster.outages.iter();
            let cuts = outages.flat_map(|(from, to)| [(*from, false), (*to, false)]);
            let flickers = cluster.flickers.iter().map(|moment| (*moment, true));
            turns.extend(cuts.chain(flickers).map(|turn| (name.clone(), turn)));
        }
        if self.scenario.hasty {
            self.approve_unasked();
        }
        for (name, (moment, flickers)) in turns {
            self.at(moment, Happening::Turn(name, flickers));
        }
    }

    /// People approve what nobody has asked them for yet.
    fn approve_unasked(&mut self) {
        let waves = self.scenario.fleet.spec.waves.iter();
        let waves: Vec<Name> = waves.map(|wave| wave.name.clone()).collect();
        for wave in waves {
            for when in [When::Before, When::After] {
                let after = self.random().below(3_000);
                self.later(after, Happening::Approve(wave.clone(), when));
            }
        }
    }

    fn happen(&mut self, happening: Happening) -> Result<(), String> {
        match happening {
            Happening::Begin(goal) => self.begin(goal),
            Happening::Recall(runner) => self.recall(runner),
            Happening::Hear(runner, event) => self.hear(runner, event),
            Happening::Alarm(runner) => self.alarm(runner),
            Happening::Write(runner, position) => self.write(runner, *position),
            Happening::Look(runner, cluster) => self.look(runner, cluster),
            Happening::First(cluster, id) => self.first(&cluster, id),
            Happening::End(cluster, id, ending) => self.end(cluster, id, ending),
            Happening::GiveUp(cluster, id, ending) => self.give_up(&cluster, id, ending),
            Happening::Turn(cluster, flickers) => self.turn(&cluster, flickers),
            Happening::Approve(wave, when) => {
                let by = "a person".to_owned();
                self.ask_leader(Event::Approved { wave, when, by })
            }
            Happening::Abort => {
                let by = "a person".to_owned();
                self.ask_leader(Event::Abort { by })
            }
            Happening::Stop => self.hear(self.leader, Event::Stop),
            Happening::Sleep => self.sleep(),
            Happening::Wake(runner) => self.wake(runner),
        }
    }

    /// People ask by what stands beside the journal, which a runner looks at once it has read it.
    fn ask_leader(&mut self, event: Event) -> Result<(), String> {
        let leader = self.runners.get(self.leader);
        match leader.is_some_and(|leader| leader.has_read) {
            true => self.hear(self.leader, event),
            false => Ok(()),
        }
    }

    fn begin(&mut self, goal: Goal) -> Result<(), String> {
        let is_led = self.runners.get(self.leader);
        if is_led.is_some_and(|runner| runner.state == Life::Alive) {
            return Ok(());
        }
        let id = self.runners.len();
        let mut options = Options::new(format!("runner-{id}")).goal(goal);
        if id == 0 {
            options = options.wave(self.scenario.wave.clone());
        }
        let run = Run::new(&self.scenario.fleet, options);
        self.runners.push(Runner {
            run,
            state: Life::Alive,
            has_read: false,
            known: None,
            alarm: None,
            missed: Vec::new(),
        });
        self.leader = id;
        self.say(&format!("runner {id} begins: {goal:?}"));
        self.soon(Happening::Recall(id));
        Ok(())
    }

    fn recall(&mut self, runner: usize) -> Result<(), String> {
        let found = self.journal.clone();
        self.runners[runner].known.clone_from(&found);
        self.runners[runner].has_read = true;
        self.hear(runner, Event::Recalled(found.map(Box::new)))
    }

    /// A runner hears something, unless it is no more.
    pub(super) fn hear(&mut self, runner: usize, event: Event) -> Result<(), String> {
        let Some(listener) = self.runners.get_mut(runner) else {
            return Ok(());
        };
        match listener.state {
            Life::Gone => return Ok(()),
            Life::Asleep => {
                listener.missed.push(event);
                return Ok(());
            }
            Life::Alive => {}
        }
        if let Some(what) = heard(&event) {
            self.see(runner, what)?;
        }
        self.runners[runner].run.handle_event(event, self.now);
        self.carry_out(runner)
    }

    fn alarm(&mut self, runner: usize) -> Result<(), String> {
        let due = self.runners[runner].alarm;
        if self.runners[runner].state != Life::Alive || due.is_none_or(|due| due > self.now) {
            return Ok(());
        }
        self.runners[runner].alarm = None;
        self.runners[runner].run.handle_timeout(self.now);
        self.carry_out(runner)
    }

    /// Carries out what a runner wants done, unless it is killed before.
    fn carry_out(&mut self, runner: usize) -> Result<(), String> {
        while let Some(effect) = self.runners[runner].run.poll_effect() {
            if self.is_killed() {
                return self.kill(runner);
            }
            self.carry_out_one(runner, effect)?;
        }
        if let Some(outcome) = self.runners[runner].run.outcome().cloned() {
            return self.over(runner, outcome);
        }
        let wake = self.runners[runner].run.poll_timeout();
        let runner_now = &mut self.runners[runner];
        if let Some(wake) = wake
            && runner_now.alarm.is_none_or(|alarm| wake < alarm)
        {
            runner_now.alarm = Some(wake);
            self.at(wake, Happening::Alarm(runner));
        }
        Ok(())
    }

    fn carry_out_one(&mut self, runner: usize, effect: Effect) -> Result<(), String> {
        self.say(&format!("{runner}: {effect:?}"));
        match effect {
            Effect::Ask(id, gate) => self.ask(runner, id, &gate),
            Effect::Look(cluster) => self.soon(Happening::Look(runner, cluster)),
            Effect::Start { cluster, again } => {
                let what = What::Started {
                    cluster: cluster.clone(),
                };
                self.see(runner, what)?;
                self.put_to_work(runner, cluster, false, again);
            }
            Effect::Stop(cluster) => {
                let what = What::StopAsked {
                    cluster: cluster.clone(),
                };
                self.see(runner, what)?;
                self.ask_to_stop(runner, cluster);
            }
            Effect::Undo(cluster) => {
                let what = What::UndoStarted {
                    cluster: cluster.clone(),
                };
                self.see(runner, what)?;
                self.put_to_work(runner, cluster, true, false);
            }
            Effect::Watch(cluster) => {
                self.cluster(&cluster).watcher = Some(runner);
                self.tell_availability(&cluster);
            }
            Effect::Unwatch(cluster) => self.cluster(&cluster).watcher = None,
            Effect::Write(position) => self.soon(Happening::Write(runner, position)),
            Effect::Tell(progress) => self.told(runner, progress)?,
        }
        Ok(())
    }

    fn told(&mut self, runner: usize, progress: Progress) -> Result<(), String> {
        let Progress::Waiting {
            wave, when, person, ..
        } = progress
        else {
            return Ok(());
        };
        if person {
            let what = What::PersonAsked {
                wave: wave.clone(),
                when,
            };
            self.see(runner, what)?;
            let after = 1 + self.random().below(1_500);
            self.later(after, Happening::Approve(wave, when));
        }
        Ok(())
    }

    fn ask(&mut self, runner: usize, id: GateId, gate: &Gate) {
        let event = match gate {
            Gate::Window(_) => match opening(self.now) {
                Some(until) => Event::Closed(id, until),
                None => Event::Held(id),
            },
            _ if self.scenario.random.chance(self.scenario.failing_gates) => {
                Event::Failed(id, "it is not so".to_owned())
            }
            _ => Event::Held(id),
        };
        let after = match gate {
            Gate::Window(_) => 0,
            _ => 1 + self.random().below(90),
        };
        self.later(after, Happening::Hear(runner, event));
    }

    /// The write of a runner arrives, also where it was killed since.
    fn write(&mut self, runner: usize, position: Position) -> Result<(), String> {
        if self.runners[runner].known != self.journal {
            let by = self.journal.as_ref().map(|found| found.by.clone());
            let by = by.unwrap_or_default();
            return self.hear(runner, Event::Superseded { by });
        }
        self.journal = Some(position.clone());
        self.runners[runner].known = Some(position.clone());
        let position = Box::new(position);
        self.see(runner, What::Wrote { position })?;
        self.hear(runner, Event::Written)
    }

    pub(super) fn see(&mut self, runner: usize, what: What) -> Result<(), String> {
        self.say(&format!("{runner}: {what:?}"));
        let now = self.now;
        self.judge.see(&Moment { now, runner, what })
    }

    pub(super) fn cluster(&mut self, name: &Name) -> &mut Cluster {
        self.clusters.get_mut(name).unwrap()
    }

    pub(super) fn random(&mut self) -> &mut Random {
        &mut self.scenario.random
    }

    pub(super) fn soon(&mut self, happening: Happening) {
        let after = 1 + self.random().below(4);
        self.later(after, happening);
    }

    pub(super) fn later(&mut self, seconds: u64, happening: Happening) {
        self.at(self.now + seconds_of(seconds), happening);
    }

    pub(super) fn at(&mut self, moment: Timestamp, happening: Happening) {
        self.count += 1;
        self.agenda.insert((moment, self.count), happening);
    }

    pub(super) fn say(&self, words: &str) {
        if self.aloud {
            println!("{} {words}", self.now);
        }
    }
}

/// What a law hears of an event.
fn heard(event: &Event) -> Option<What> {
    Some(match event.clone() {
        Event::Recalled(found) => What::Began { found },
        Event::Unreached(cluster, _) => What::Unreached { cluster },
        Event::Ended(cluster, ending) => What::Ended { cluster, ending },
        Event::Available(cluster) => What::Available { cluster },
        Event::Unavailable(cluster, _) => What::Unavailable { cluster },
        Event::Held(gate) => What::Held { gate },
        Event::Closed(gate, _) => What::Closed { gate },
        Event::Approved { wave, when, .. } => What::Approved { wave, when },
        Event::Abort { .. } => What::Aborted,
        Event::Superseded { .. } => What::Superseded,
        _ => return None,
    })
}

fn names(fleet: &CheckedFleet) -> Vec<Name> {
    fleet
        .clusters()
        .map(|cluster| cluster.name.clone())
        .collect()
}

/// When the windows of this fleet open next: they are open every other half an hour.
fn opening(now: Timestamp) -> Option<Timestamp> {
    let half = 1_800;
    let seconds = now.as_second();
    let is_closed = seconds / half % 2 == 1;
    is_closed.then(|| Timestamp::from_second((seconds / half + 1) * half).unwrap())
}

pub(super) fn seconds_of(seconds: u64) -> SignedDuration {
    SignedDuration::from_secs(i64::try_from(seconds).unwrap())
}
