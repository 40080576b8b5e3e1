//! The stage: runners, clusters, a journal, and the time between them.

use std::collections::BTreeMap;

use cutover::fleet::{
    CheckedFleet, Effect, Ending, Event, GateId, Goal, Name, Options, Outcome, Position, Progress,
    Run, Standing, When,
};
use cutover::planning::Gate;
use cutover_model::Random;
use jiff::{SignedDuration, Timestamp};

use super::cluster::{Cluster, Fate, Work};
use super::laws::Judge;
use super::scenario::Scenario;
use super::trace::{Moment, What};

/// So much may happen in one scenario.
const MOST: u32 = 20_000;

/// For how long a run in a cluster that does not answer tries.
const PATIENCE: u64 = 300;

pub(super) struct Stage {
    scenario: Scenario,
    aloud: bool,
    now: Timestamp,
    /// What is to happen, in its order.
    agenda: BTreeMap<(Timestamp, u64), Happening>,
    count: u64,
    clusters: BTreeMap<Name, Cluster>,
    journal: Option<Position>,
    runners: Vec<Runner>,
    /// The runner that has the Lease.
    leader: usize,
    judge: Judge,
    kills: u32,
    follow_ups: u32,
}

struct Runner {
    run: Run,
    state: Life,
    /// Whether it has read the journal.
    has_read: bool,
    /// What the journal says, as far as it knows.
    known: Option<Position>,
    /// When it wants to be told the time.
    alarm: Option<Timestamp>,
    /// What it hears once it wakes up.
    missed: Vec<Event>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Life {
    Alive,
    Asleep,
    Gone,
}

enum Happening {
    /// A runner begins.
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
    fn hear(&mut self, runner: usize, event: Event) -> Result<(), String> {
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

    fn put_to_work(&mut self, runner: usize, cluster: Name, back: bool, again: bool) {
        self.count += 1;
        let id = self.count;
        self.cluster(&cluster).work = Some(Work {
            id,
            runner,
            back,
            again,
        });
        self.soon(Happening::First(cluster, id));
    }

    fn ask_to_stop(&mut self, runner: usize, cluster: Name) {
        let work = self.cluster(&cluster).work.as_ref();
        let id = work
            .filter(|work| work.runner == runner)
            .map(|work| work.id);
        if let Some(id) = id {
            let ending = Ending::Failed("it was stopped by hand".to_owned());
            let after = 1 + self.random().below(8);
            self.later(after, Happening::GiveUp(cluster, id, ending));
        }
    }

    /// Whether this is still what is under way there.
    fn is_under_way(&mut self, cluster: &Name, id: u64) -> bool {
        let work = self.cluster(cluster).work.as_ref();
        work.is_some_and(|work| work.id == id)
    }

    fn first(&mut self, name: &Name, id: u64) -> Result<(), String> {
        if !self.is_under_way(name, id) {
            return Ok(());
        }
        let now = self.now;
        let cluster = self.cluster(name);
        if !cluster.answers(now) {
            return self.try_until(name.clone(), id, None);
        }
        let (back, again) = cluster
            .work
            .as_ref()
            .map_or((false, false), |work| (work.back, work.again));
        if let Some(ending) = cluster.refusal(back, again) {
            self.later(2, Happening::End(name.clone(), id, ending));
            return Ok(());
        }
        cluster.standing = Standing::Begun;
        let cluster = self.clusters.get_mut(name).unwrap();
        let fate = cluster.begin(back, &mut self.scenario.random);
        let well = if back { Ending::Undone } else { Ending::Done };
        let (after, ending) = match fate {
            Fate::Ends(after) => (after, well),
            Fate::Fails(after) => (after, Ending::Failed("a gate did not hold".to_owned())),
            Fate::Hangs => return Ok(()),
        };
        self.later(after, Happening::End(name.clone(), id, ending));
        Ok(())
    }

    /// It is not answered: it goes on once it is, or gives up.
    fn try_until(&mut self, name: Name, id: u64, ending: Option<Ending>) -> Result<(), String> {
        let (now, until) = (self.now, self.now + seconds_of(PATIENCE));
        let mut outages = self.clusters[&name].outages.iter();
        let back = outages.find(|(from, to)| *from <= now && now < *to);
        let back = back.map_or(now, |(_, to)| *to);
        match (back < until, ending) {
            (true, None) => self.at(back, Happening::First(name, id)),
            (true, Some(ending)) => self.at(back, Happening::End(name, id, ending)),
            (false, _) => {
                let lost = Ending::Lost("no answer".to_owned());
                self.at(until, Happening::GiveUp(name, id, lost));
            }
        }
        Ok(())
    }

    fn end(&mut self, name: Name, id: u64, ending: Ending) -> Result<(), String> {
        if !self.is_under_way(&name, id) {
            return Ok(());
        }
        if !self.clusters[&name].answers(self.now) {
            return self.try_until(name, id, Some(ending));
        }
        match &ending {
            Ending::Done => self.cluster(&name).standing = Standing::Done,
            Ending::Undone => self.cluster(&name).standing = Standing::Undone,
            Ending::Failed(_) | Ending::Lost(_) => {}
        }
        self.give_up(&name, id, ending)
    }

    fn give_up(&mut self, name: &Name, id: u64, ending: Ending) -> Result<(), String> {
        if !self.is_under_way(name, id) {
            return Ok(());
        }
        let Some(work) = self.cluster(name).work.take() else {
            return Ok(());
        };
        self.hear(work.runner, Event::Ended(name.clone(), ending))
    }

    fn look(&mut self, runner: usize, name: Name) -> Result<(), String> {
        let cluster = &self.clusters[&name];
        let event = match cluster.answers(self.now) {
            true => Event::Looked(name.clone(), cluster.standing.clone()),
            false => Event::Unreached(name.clone(), "no answer".to_owned()),
        };
        self.hear(runner, event)
    }

    fn turn(&mut self, name: &Name, flickers: bool) -> Result<(), String> {
        let cluster = self.cluster(name);
        if flickers {
            cluster.is_available = !cluster.is_available;
        }
        self.tell_availability(name);
        Ok(())
    }

    fn tell_availability(&mut self, name: &Name) {
        let cluster = &self.clusters[name];
        let Some(watcher) = cluster.watcher else {
            return;
        };
        let event = match cluster.is_available && cluster.answers(self.now) {
            true => Event::Available(name.clone()),
            false => Event::Unavailable(name.clone(), "a pod is not ready".to_owned()),
        };
        self.later(0, Happening::Hear(watcher, event));
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

    fn is_killed(&mut self) -> bool {
        let kills = self.scenario.kills;
        let is_killed = self.kills < self.scenario.most_kills && self.random().chance(kills);
        self.kills += u32::from(is_killed);
        is_killed
    }

    /// A runner is killed, and another one comes.
    fn kill(&mut self, runner: usize) -> Result<(), String> {
        self.say(&format!("runner {runner} is killed"));
        self.runners[runner].state = Life::Gone;
        self.abandon(runner)?;
        if runner != self.leader {
            return Ok(());
        }
        let goal = match self.random().chance(150) {
            true => Goal::Undo,
            false => Goal::Apply,
        };
        self.meddle();
        let after = 20 + self.random().below(200);
        self.later(after, Happening::Begin(goal));
        Ok(())
    }

    /// Somebody takes a cluster back by its own means, while nobody looks.
    fn meddle(&mut self) {
        if !self.random().chance(100) {
            return;
        }
        let mut clusters = self.clusters.values_mut();
        if let Some(cluster) = clusters
            .find(|cluster| cluster.standing == Standing::Done && cluster.outages.is_empty())
        {
            cluster.standing = Standing::Undone;
        }
    }

    /// What a runner has under way ends with it, or without it.
    fn abandon(&mut self, runner: usize) -> Result<(), String> {
        for cluster in self.clusters.values_mut() {
            if cluster
                .work
                .as_ref()
                .is_some_and(|work| work.runner == runner)
            {
                cluster.work = None;
            }
            if cluster.watcher == Some(runner) {
                cluster.watcher = None;
            }
        }
        self.see(runner, What::Gone)
    }

    /// The runner falls asleep for so long that its Leases run out.
    fn sleep(&mut self) -> Result<(), String> {
        let runner = self.leader;
        if self
            .runners
            .get(runner)
            .is_none_or(|found| found.state != Life::Alive)
        {
            return Ok(());
        }
        self.say(&format!("runner {runner} sleeps"));
        self.runners[runner].state = Life::Asleep;
        self.abandon(runner)?;
        let after = 20 + self.random().below(60);
        self.later(after, Happening::Begin(Goal::Apply));
        let after = after + 1 + self.random().below(600);
        self.later(after, Happening::Wake(runner));
        Ok(())
    }

    /// It wakes up, and hears first of all that it has lost its Lease.
    fn wake(&mut self, runner: usize) -> Result<(), String> {
        self.runners[runner].state = Life::Alive;
        let by = format!("runner-{}", self.leader);
        self.hear(runner, Event::Superseded { by })?;
        let missed = std::mem::take(&mut self.runners[runner].missed);
        let working: Vec<Name> = self.clusters.keys().cloned().collect();
        for event in missed {
            self.hear(runner, event)?;
        }
        for cluster in working {
            let ending = Ending::Failed("its Lease was taken".to_owned());
            self.hear(runner, Event::Ended(cluster, ending))?;
        }
        Ok(())
    }

    /// A run is over: mostly somebody goes on from there.
    fn over(&mut self, runner: usize, outcome: Outcome) -> Result<(), String> {
        if self.runners[runner].state != Life::Alive {
            return Ok(());
        }
        self.runners[runner].state = Life::Gone;
        let standings = self.clusters.iter();
        let standings = standings.map(|(name, cluster)| (name.clone(), cluster.standing.clone()));
        let what = What::Over {
            outcome: outcome.clone(),
            standings: standings.collect(),
        };
        self.see(runner, what)?;
        self.abandon(runner)?;
        self.follow_ups += 1;
        if self.follow_ups > 4 || runner != self.leader {
            return Ok(());
        }
        let goal = match self.random().below(6) {
            0 | 1 => Goal::Undo,
            2 => Goal::Again,
            _ => Goal::Apply,
        };
        let after = 30 + self.random().below(600);
        self.later(after, Happening::Begin(goal));
        Ok(())
    }

    fn see(&mut self, runner: usize, what: What) -> Result<(), String> {
        self.say(&format!("{runner}: {what:?}"));
        let now = self.now;
        self.judge.see(&Moment { now, runner, what })
    }

    fn cluster(&mut self, name: &Name) -> &mut Cluster {
        self.clusters.get_mut(name).unwrap()
    }

    fn random(&mut self) -> &mut Random {
        &mut self.scenario.random
    }

    fn soon(&mut self, happening: Happening) {
        let after = 1 + self.random().below(4);
        self.later(after, happening);
    }

    fn later(&mut self, seconds: u64, happening: Happening) {
        self.at(self.now + seconds_of(seconds), happening);
    }

    fn at(&mut self, moment: Timestamp, happening: Happening) {
        self.count += 1;
        self.agenda.insert((moment, self.count), happening);
    }

    fn say(&self, words: &str) {
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

fn seconds_of(seconds: u64) -> SignedDuration {
    SignedDuration::from_secs(i64::try_from(seconds).unwrap())
}
