//! The steps: their changes are made, their gates are waited for, and the run turns round where it must.

use cutover_manifest::{Manifest, ObjectRef};
use cutover_plan::{Change, Deployment, Gate, OnFailure};
use jiff::{SignedDuration, Timestamp};

use crate::analysis::Analysed;
use crate::direction::Direction;
use crate::effect::Request;
use crate::event::{Answer, Reply};
use crate::gates::{Verdict, judge, name, shrunk};
use crate::journal::Stage;
use crate::lease::later;
use crate::options::Goal;
use crate::outcome::Outcome;
use crate::progress::Progress;
use crate::run::{Held, Question, Run};
use crate::stand::{Stand, drift, stand};

/// How often a change is tried whose object changes under it each time.
const TRIES: u32 = 20;

/// How long endpoints must have been right: kube-proxy follows within its sync period of a second.
const PROXY: SignedDuration = SignedDuration::from_secs(1);

impl Run {
    pub(crate) fn work(&mut self, now: Timestamp) -> bool {
        if !self.leases.held(now) || !self.look(now) || !self.keep_journal(now) || !self.sweep(now) {
            return false;
        }
        let Some((stage, direction)) = self.position.as_ref().map(|at| (at.stage, at.direction)) else {
            return false;
        };
        if direction == Direction::Forward
            && self.uncertain.is_none()
            && let Some((to, reason)) = self.wish()
        {
            return self.turn(to, reason, now);
        }
        match stage {
            Stage::Writing => self.make(now),
            Stage::Waiting => self.wait(now),
        }
    }

    /// Reads what has been asked about and is not known; false while there is something.
    fn look(&mut self, now: Timestamp) -> bool {
        let unknown =
            self.objects.iter().chain(self.jobs.keys()).find(|object| self.seen.object(object).is_none());
        match unknown.cloned() {
            Some(object) => {
                self.ask(Question::Look(object.clone()), Request::Get(object), now);
                false
            }
            None => true,
        }
    }

    /// Who wants the run to go back, how far and why.
    fn wish(&self) -> Option<(usize, String)> {
        let by = self.wishes.abort.as_ref().map(|wish| format!("asked by {} at {}", wish.by, wish.at));
        match self.options.goal {
            Goal::Back { to } => Some((to, "asked for".to_owned())),
            _ if self.abort => Some((0, "asked for at this terminal".to_owned())),
            _ => by.map(|by| (0, by)),
        }
    }

    /// Makes the changes of the present step, one after the other.
    fn make(&mut self, now: Timestamp) -> bool {
        let (Some(position), Some(way)) = (&self.position, &self.way) else { return false };
        let number = position.step;
        if number > way.steps.len() {
            return self.arrive();
        }
        let stands: Vec<(ObjectRef, Stand)> = way
            .changes(number)
            .iter()
            .map(Change::object)
            .map(|object| (object.clone(), self.stand(object)))
            .collect();
        let begun = stands.iter().any(|(_, stand)| *stand == Stand::Done);
        if let Some((_, Stand::Drift(reason))) =
            stands.iter().find(|(_, stand)| matches!(stand, Stand::Drift(_)))
        {
            return self.drifted(reason.clone());
        }
        let todo = stands.into_iter().find_map(|(object, stand)| match stand {
            Stand::Todo(write) => Some((object, write)),
            _ => None,
        });
        let Some((object, write)) = todo else { return self.wait_from(now, true) };
        if !begun && !self.may_begin(number, now) {
            return false;
        }
        self.tell_step(number, false);
        self.ask(Question::Make(object), Request::Write { write, dry_run: false }, now);
        false
    }

    /// Whether the step may begin: nothing has drifted, and all gates of the step before hold at this moment.
    fn may_begin(&mut self, number: usize, now: Timestamp) -> bool {
        if let Some(reason) = self.drift(number - 1) {
            return !self.drifted(reason);
        }
        if number == 1 {
            return self.has_shrunk();
        }
        let step = number - 1;
        self.holds(step, now).is_ok() || {
            // Its pauses are over; its gates have a limit of their own once more.
            if let Some(position) = &mut self.position {
                position.step = step;
                position.stage = Stage::Waiting;
                position.since = now;
                position.passed = true;
            }
            self.wake_at(now);
            false
        }
    }

    /// Before the first step of a way back: what the step before was to remove is gone, or there would be too many.
    fn has_shrunk(&mut self) -> bool {
        let Some(way) = &self.way else { return false };
        let Some(halfway) = way.halfway() else { return true };
        let count = |set: Option<&Manifest>| set.and_then(|set| Deployment::of(set).replicas());
        let shrinks = way.before(1).iter().filter(|set| Deployment::is(set.object()));
        let waits = shrinks.filter_map(|set| {
            let (was, is) = (count(halfway.get(set.object()))?, count(Some(set))?);
            match shrunk(&self.seen, set.object(), is) {
                Verdict::Waits(reason) if is < was => Some(format!("{}: {reason}", set.object().name)),
                _ => None,
            }
        });
        let waits: Vec<String> = waits.collect();
        let Some(stands) = waits.first().cloned() else { return true };
        self.tell(Progress::Waiting { number: 1, gate: "pods to go".to_owned(), stands, until: None });
        false
    }

    /// Where any object of the plan is not as it is after so many steps.
    fn drift(&mut self, done: usize) -> Option<String> {
        let way = self.way.as_ref()?;
        if done == 0 && way.halfway().is_some() {
            return None;
        }
        // Thousands of objects are not compared again whenever a pod changes.
        let all = self.in_place != Some(done);
        let news = std::mem::take(&mut self.seen.news);
        let objects = self.objects.iter().filter(|object| all || news.contains(object));
        let found = objects.into_iter().find_map(|object| {
            let live = self.seen.live(object);
            self.made_anew(object, live).or_else(|| drift(way, way.after(done), object, live))
        });
        self.in_place = found.is_none().then_some(done);
        found
    }

    fn made_anew(&self, object: &ObjectRef, live: Option<&Manifest>) -> Option<String> {
        let uid = live?.pointer("/metadata/uid")?.as_str()?;
        let known = self.position.as_ref()?.uids.get(&key(object))?;
        (known != uid).then(|| format!("{object}: it was deleted and created anew"))
    }

    fn stand(&self, object: &ObjectRef) -> Stand {
        let (Some(position), Some(way)) = (&self.position, &self.way) else { return Stand::Done };
        let live = self.seen.live(object);
        match self.made_anew(object, live) {
            Some(reason) => Stand::Drift(reason),
            None => stand(way, position.step, object, live, |state| self.unsealed(state)),
        }
    }

    /// A state with the values that the plan names by digest.
    pub(crate) fn unsealed(&self, state: &Manifest) -> Option<Manifest> {
        if !state.is_sealed() {
            return Some(state.clone());
        }
        let secrets = self.options.secrets.iter();
        let data = |secret: &&Manifest| secret.sealed().pointer("/data") == state.pointer("/data");
        let same = secrets.filter(|secret| secret.object().name == state.object().name).find(data)?;
        let fields =
            ["data", "stringData"].iter().filter_map(|field| Some((field, same.value().get(*field)?)));
        Some(fields.fold(state.without("/data"), |open, (field, value)| {
            open.set(&format!("/{field}"), value.clone())
        }))
    }

    /// What came of a write.
    pub(crate) fn made(&mut self, object: &ObjectRef, answer: Answer, now: Timestamp) {
        match answer {
            Ok(Reply::Object(found)) => {
                self.uncertain = None;
                self.rested();
                match found {
                    Some(manifest) => {
                        self.note_uid(&manifest);
                        self.seen.see(&manifest);
                    }
                    None => self.seen.read(object, None),
                }
            }
            Ok(_) => self.seen.forget(object),
            Err(fault) if fault.is_final() && !fault.is_stale() => {
                self.fail(format!("{object}: {}", fault.told()));
            }
            Err(_) if self.tries() > TRIES => {
                self.fail(format!(
                    "{object}: it changes each time that it is to be written\nhint: cutover apply goes on"
                ));
            }
            Err(fault) => {
                if fault.is_uncertain() {
                    self.uncertain = Some(object.clone());
                }
                self.seen.forget(object);
                self.rest(&fault, now);
            }
        }
    }

    fn note_uid(&mut self, manifest: &Manifest) {
        let uid = manifest.pointer("/metadata/uid").and_then(serde_json::Value::as_str);
        if let (Some(position), Some(uid)) = (&mut self.position, uid) {
            position.uids.insert(key(manifest.object()), uid.to_owned());
        }
    }

    /// All changes are made: its gates are waited for.
    fn wait_from(&mut self, now: Timestamp, already: bool) -> bool {
        let Some(number) = self.position.as_ref().map(|position| position.step) else { return false };
        self.tell_step(number, already);
        self.uncertain = None;
        self.rested();
        self.gates = Held::new();
        self.stuck = None;
        let objects: Vec<ObjectRef> =
            self.way.iter().flat_map(|way| way.changes(number)).map(|c| c.object().clone()).collect();
        for object in objects {
            match self.seen.live(&object).cloned() {
                Some(manifest) => self.note_uid(&manifest),
                None => {
                    self.position.as_mut().map(|position| position.uids.remove(&key(&object)));
                }
            }
        }
        if let Some(position) = &mut self.position {
            position.stage = Stage::Waiting;
            position.since = now;
            position.held = None;
            position.passed = false;
        }
        true
    }

    /// Waits for the gates of the present step.
    fn wait(&mut self, now: Timestamp) -> bool {
        let Some(number) = self.position.as_ref().map(|position| position.step) else { return false };
        if let Some(reason) = self.drift(number) {
            return self.drifted(reason);
        }
        match self.analyse(number, now) {
            Analysed::Failed(reason) => return self.give_up(format!("step {number}: {reason}"), now),
            Analysed::News => return true,
            Analysed::Nothing => {}
        }
        match self.holds(number, now) {
            Ok(()) => self.pass(number, now),
            Err((gate, stands)) => self.wait_on(number, gate, stands, now),
        }
    }

    /// The gates on the cluster hold; analyses and pauses are left.
    fn pass(&mut self, number: usize, now: Timestamp) -> bool {
        let Some(position) = &mut self.position else { return false };
        let Some(held) = position.held else {
            position.held = Some(now);
            return true;
        };
        if !position.passed
            && let Some((gate, stands, until)) = self.pending(number, held, now)
        {
            if let Some(until) = until {
                self.wake_at(until);
            }
            self.tell(Progress::Waiting { number, gate, stands, until });
            return false;
        }
        self.tell(Progress::Held { number });
        if let Some(position) = &mut self.position {
            position.step += 1;
            position.stage = Stage::Writing;
            position.since = now;
            position.held = None;
            position.passed = false;
            position.checks.clear();
        }
        true
    }

    /// The analysis or the pause that is not over yet, how it stands, and until when it lasts.
    fn pending(
        &self,
        number: usize,
        held: Timestamp,
        now: Timestamp,
    ) -> Option<(String, String, Option<Timestamp>)> {
        let pause = || {
            let (gate, until) = self.pause(number, held, now)?;
            Some((gate, "all else holds".to_owned(), until))
        };
        self.open_analysis(number).map(|(gate, stands)| (gate, stands, None)).or_else(pause)
    }

    /// The pause that is not over yet, and until when it lasts, where a person is not waited for.
    fn pause(&self, number: usize, held: Timestamp, now: Timestamp) -> Option<(String, Option<Timestamp>)> {
        let gates = self.way.iter().flat_map(|way| way.gates(number));
        let mut open = gates.filter_map(|gate| match gate {
            Gate::Pause { duration: Some(duration) } => {
                let until = later(held, SignedDuration::from_secs(duration.seconds().into()));
                (until > now).then(|| (name(gate), Some(until)))
            }
            Gate::Pause { duration: None } => {
                (!self.wishes.approvals.contains_key(&number)).then(|| (name(gate), None))
            }
            _ => None,
        });
        open.next()
    }

    /// A gate does not hold: the run waits, as long as it may.
    fn wait_on(&mut self, number: usize, gate: String, stands: String, now: Timestamp) -> bool {
        let Some(position) = &mut self.position else { return false };
        let (held, passed, since) = (position.held, position.passed, position.since);
        if let Some(held) = held.filter(|_| !passed) {
            // In a pause or an analysis there is no limit; after it there is one again.
            let paused = self.pending(number, held, now);
            if paused.is_none()
                && let Some(position) = &mut self.position
            {
                position.passed = true;
                position.since = now;
                return true;
            }
            if let Some(until) = paused.and_then(|(.., until)| until) {
                self.wake_at(until);
            }
            self.tell(Progress::Waiting { number, gate, stands, until: None });
            return false;
        }
        let within = self.way.as_ref().and_then(|way| way.step(number).within);
        let until = within.map(|within| later(since, SignedDuration::from_secs(within.seconds().into())));
        match until.filter(|until| *until <= now) {
            Some(_) => self.overdue(number, &gate, &stands, now),
            None => {
                if let Some(until) = until {
                    self.wake_at(until);
                }
                self.tell(Progress::Waiting { number, gate, stands, until });
                false
            }
        }
    }

    fn overdue(&mut self, number: usize, gate: &str, stands: &str, now: Timestamp) -> bool {
        let within = self.way.as_ref().and_then(|way| way.step(number).within);
        let within = within.map(|within| within.to_string()).unwrap_or_default();
        let reason = format!("step {number}: {gate} did not hold within {within}: {stands}");
        self.give_up(reason, now)
    }

    /// A gate will not hold: the run goes back where the plan says so, else it stops.
    fn give_up(&mut self, reason: String, now: Timestamp) -> bool {
        let forward = self.position.as_ref().is_some_and(|position| position.direction == Direction::Forward);
        let on_failure = self.options.on_failure.unwrap_or(self.plan.spec.on_failure);
        if forward && on_failure == OnFailure::Undo {
            return self.turn(0, reason, now);
        }
        self.fail(reason);
        true
    }

    /// Whether all gates of a step but pauses hold now; the first that does not, and how it stands.
    fn holds(&mut self, number: usize, now: Timestamp) -> Result<(), (String, String)> {
        let Some(way) = self.way.clone() else { return Ok(()) };
        let gates = way.gates(number);
        // What did not hold before is looked at first: with thousands of gates few events change more than one.
        if let Some(gate) = self.stuck.and_then(|stuck| gates.get(stuck))
            && let Verdict::Waits(stands) = judge(gate, &self.seen, now)
        {
            self.gates = Held::new();
            return Err((name(gate), stands));
        }
        let mut first: Option<(usize, String, String)> = None;
        for (index, gate) in gates.iter().enumerate() {
            let verdict = match judge(gate, &self.seen, now) {
                Verdict::Holds => self.settled(index, gate, now),
                other => {
                    self.gates.remove(&index);
                    other
                }
            };
            if let Some(stands) = self.waits(verdict) {
                first.get_or_insert_with(|| (index, name(gate), stands));
            }
        }
        self.stuck = first.as_ref().map(|(index, ..)| *index);
        first.map_or(Ok(()), |(_, gate, stands)| Err((gate, stands)))
    }

    /// How a gate that does not hold stands.
    fn waits(&mut self, verdict: Verdict) -> Option<String> {
        match verdict {
            Verdict::Holds => None,
            Verdict::Waits(stands) => Some(stands),
            Verdict::HoldsAt(time) => {
                self.wake_at(time);
                Some("it holds, and must for a moment more".to_owned())
            }
        }
    }

    /// Whether a gate that holds has held for long enough.
    fn settled(&mut self, index: usize, gate: &Gate, now: Timestamp) -> Verdict {
        let since = *self.gates.entry(index).or_insert(now);
        let Gate::Endpoints { object } = gate else { return Verdict::Holds };
        let balanced = self
            .seen
            .live(object)
            .is_some_and(|service| service.pointer("/spec/type").is_some_and(|kind| kind == "LoadBalancer"));
        let settle = SignedDuration::from_secs(self.options.settle.seconds().into());
        let due = later(since, if balanced || self.fronted.contains(object) { settle } else { PROXY });
        if due > now { Verdict::HoldsAt(due) } else { Verdict::Holds }
    }

    /// All steps of the way are done.
    fn arrive(&mut self) -> bool {
        let Some(way) = &self.way else { return false };
        let outcome = match way.direction {
            Direction::Forward => Outcome::Done,
            Direction::Back => Outcome::Undone { to: way.end() },
        };
        self.phase = crate::run::Phase::Close(outcome);
        true
    }

    fn tell_step(&mut self, number: usize, already: bool) {
        if self.step_told == Some(number) {
            return;
        }
        self.step_told = Some(number);
        let Some(way) = &self.way else { return };
        let step = way.step(number);
        let (phase, name) = (step.phase.clone(), step.name.clone());
        self.tell(Progress::Step { number, phase, name, already });
    }
}

/// An object as the journal names it.
pub(crate) fn key(object: &ObjectRef) -> String {
    let namespace = object.namespace.as_deref().unwrap_or_default();
    format!("{}/{}/{namespace}/{}", object.api_version, object.kind, object.name)
}
