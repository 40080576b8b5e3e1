//! What a run waits for and what it gives up, against a few objects in memory.

mod drift;

use std::collections::BTreeMap;

use cutover_check::check;
use cutover_manifest::{Manifest, ObjectRef};
use cutover_patch::Patch;
use cutover_plan::{Duration, OnFailure, Plan};
use serde_json::{Value, json};

use super::*;
use crate::api::effect::{Effect, Request, Scope, Write};
use crate::api::event::{Answer, Event, Fault, Reply};
use crate::examples::{
    edited, gate, greetings, is_whole, manifest, removing, with_gates_alone, with_object,
};
use crate::namespace::DefaultNamespace;
use crate::now::Now;
use crate::options::Options;
use crate::outcome::Outcome;
use crate::progress::Awaited;

/// A run, and a server that answers at once.
struct Play {
    run: Run,
    objects: BTreeMap<ObjectRef, Manifest>,
    now: Timestamp,
    told: Vec<Progress>,
    /// When the journal has come to say that step 2 begins.
    slow: Option<Timestamp>,
    /// What comes of each write of the text "hey", and until when.
    refusal: Option<(Fault, Timestamp)>,
}

impl Play {
    fn new(plan: Plan, now: &str) -> Self {
        assert!(is_whole(&plan));
        // Nobody else is there, so the Lease need not be renewed.
        let options = Options {
            lease: Duration::of_seconds(u32::MAX),
            ..Options::new("default", "me")
        };
        let mut play = Self {
            run: Run::new(check(plan).unwrap(), options),
            objects: BTreeMap::new(),
            now: at(now),
            told: Vec::new(),
            slow: None,
            refusal: None,
        };
        for manifest in &play.run.given.start() {
            play.store(DefaultNamespace::new("default").manifest(manifest).unwrap());
        }
        play.go();
        play
    }

    fn go_on(&mut self, now: &str) {
        self.now = at(now);
        self.go();
    }

    /// Lets the run act until it waits for a later moment.
    fn go(&mut self) {
        loop {
            self.run.handle_timeout(Now::simulated(self.now));
            self.take_effects();
            if self.run.poll_timeout().is_none_or(|wake| wake > self.now) {
                return;
            }
        }
    }

    fn take_effects(&mut self) {
        while let Some(effect) = self.run.poll_effect() {
            match effect {
                Effect::Ask {
                    ticket, request, ..
                } => {
                    let answer = self.answer(request);
                    let event = Event::Answered(ticket, answer);
                    self.run.handle_event(event, Now::simulated(self.now));
                }
                Effect::Watch(scope) => {
                    let objects = self.objects.values();
                    let found = objects.filter(|manifest| scope.holds(manifest.object()));
                    let found = found.cloned().collect();
                    self.run
                        .handle_event(Event::Listed(scope, found), Now::simulated(self.now));
                }
                Effect::Tell(progress) => self.told.push(progress),
            }
        }
    }

    fn answer(&mut self, request: Request) -> Answer {
        match request {
            Request::Get(object) => Ok(Reply::Object(self.objects.get(&object).cloned())),
            Request::List(_) => Ok(Reply::Objects(Vec::new())),
            Request::Review(_) => Ok(Reply::Allowed(true)),
            Request::Http(_) => Err(Fault::default()),
            Request::Write {
                write: Write::Patch { ops, .. },
                dry_run: false,
            } if self.refused(&ops).is_some() => Err(self.refused(&ops).unwrap()),
            Request::Write { write, dry_run } => {
                let stored = match write {
                    Write::Create(manifest) => manifest,
                    Write::Patch { object, ops } => {
                        let mut value = self.objects[&object].value().clone();
                        cutover_patch::apply(&mut value, &ops).unwrap();
                        Manifest::new(value).unwrap()
                    }
                    Write::Delete { object, .. } => {
                        self.objects.remove(&object);
                        return Ok(Reply::Object(None));
                    }
                };
                if dry_run {
                    return Ok(Reply::Object(Some(stored)));
                }
                Ok(Reply::Object(Some(self.store(stored))))
            }
        }
    }

    fn refused(&self, ops: &Patch) -> Option<Fault> {
        let (fault, until) = self.refusal.as_ref()?;
        let is_meant = json!(ops)
            .as_array()
            .unwrap()
            .iter()
            .any(|op| op["value"] == "hey");
        (is_meant && self.now < *until).then(|| fault.clone())
    }

    fn store(&mut self, manifest: Manifest) -> Manifest {
        let version = self.objects.get(manifest.object()).map_or(1, |before| {
            let version = before.pointer("/metadata/resourceVersion").unwrap();
            version.as_str().unwrap().parse::<u64>().unwrap() + 1
        });
        let mut value = manifest.into_value();
        value["metadata"]["uid"] = json!("1");
        value["metadata"]["resourceVersion"] = json!(version.to_string());
        let stored = Manifest::new(value).unwrap();
        if run_text(&stored).contains("\"step\": 2") {
            self.now = self.slow.take().unwrap_or(self.now);
        }
        self.objects.insert(stored.object().clone(), stored.clone());
        stored
    }

    /// A person lets a step go on.
    fn approve(&mut self, now: &str) {
        self.now = at(now);
        let journal = self.objects[self.run.record.object()].clone();
        let (_, write) = crate::journal::Journal::approve(&journal, None, "me", self.now).unwrap();
        let dry_run = false;
        let stored = match self.answer(Request::Write { write, dry_run }) {
            Ok(Reply::Object(Some(stored))) => stored,
            other => unreachable!("{other:?}"),
        };
        let event = Event::Changed(self.scope_of(&stored), stored);
        self.run.handle_event(event, Now::simulated(self.now));
        self.go();
    }

    /// Somebody writes an entry into the journal by hand.
    fn scribble(&mut self, key: &str, text: &str) {
        let journal = &self.objects[self.run.record.object()];
        let journal = journal.set(&format!("/data/{key}"), text.into()).unwrap();
        let stored = self.store(journal);
        let event = Event::Changed(self.scope_of(&stored), stored);
        self.run.handle_event(event, Now::simulated(self.now));
        self.go();
    }

    /// A pod that is not the Service's is listed behind it, or no more.
    fn misdirect(&mut self, now: &str, is_wrong: bool) {
        self.now = at(now);
        let slice = Manifest::new(json!({
            "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
            "metadata": {
                "name": "hello", "namespace": "default",
                "labels": {
                    "kubernetes.io/service-name": "hello",
                    "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
                },
            },
            "ports": [{ "name": "" }],
            "endpoints": [{ "targetRef": { "uid": "1" } }],
        }));
        let slice = slice.unwrap();
        let scope = self.scope_of(&slice);
        let event = match is_wrong {
            true => Event::Changed(scope, slice),
            false => Event::Gone(scope, slice),
        };
        self.run.handle_event(event, Now::simulated(self.now));
        self.go();
    }

    /// A watch tells of an object.
    fn appear(&mut self, value: Value) {
        let manifest = Manifest::new(value).unwrap();
        self.objects
            .insert(manifest.object().clone(), manifest.clone());
        let event = Event::Changed(self.scope_of(&manifest), manifest);
        self.run.handle_event(event, Now::simulated(self.now));
        self.go();
    }

    fn scope_of(&self, manifest: &Manifest) -> Scope {
        let scopes = crate::scopes::scopes(&self.run.given, "default");
        let mut scopes = scopes.into_iter();
        scopes.find(|scope| scope.holds(manifest.object())).unwrap()
    }

    /// What the ConfigMap says.
    fn text(&self) -> &str {
        let mut texts = self.objects.values().filter_map(|manifest| {
            let text = manifest.pointer("/data/text")?;
            text.as_str()
        });
        texts.next().unwrap()
    }

    /// What was told last that is waited for.
    fn waits(&self) -> Option<&Progress> {
        let mut told = self.told.iter().rev();
        told.find(|told| matches!(told, Progress::Waiting { .. }))
    }
}

fn run_text(manifest: &Manifest) -> &str {
    let text = manifest.pointer("/data/run").and_then(Value::as_str);
    text.unwrap_or_default()
}

fn at(time: &str) -> Timestamp {
    time.parse().unwrap()
}

fn office() -> Value {
    json!({"window": {"from": "09:00", "to": "16:00", "timezone": "Europe/Berlin"}})
}

/// Gates at a step, and the shortest time limit.
fn with_gates(plan: &Plan, step: usize, gates: &[Value]) -> Plan {
    edited(plan, |spec| {
        spec.steps[step - 1].within = Some(Duration::of_seconds(1));
        spec.steps[step - 1].gates.extend(gates.iter().map(gate));
    })
}

/// A failure means that a step begins at night, or that the run does not wake in the morning.
#[test]
fn the_first_write_waits_for_the_window() {
    let weekend = json!({"window": {
        "from": "09:00", "to": "16:00", "days": ["Mon"], "timezone": "Europe/Berlin",
    }});
    let plan = with_gates_alone(&greetings(&["hello", "hi"]), 0, &[weekend]);
    let mut play = Play::new(plan, "2026-11-28T12:00:00Z");
    let opens = at("2026-11-30T08:00:00Z");
    assert_eq!(
        play.waits(),
        Some(&Progress::Waiting {
            number: 1,
            gate: Awaited::Gate("the window Mon 09:00-16:00 Europe/Berlin".into()),
            stands: "it opens on Mon 2026-11-30 at 09:00".into(),
            until: Some(opens),
        })
    );
    let begins = |told: &Progress| {
        matches!(
            told,
            Progress::Step {
                number: 1,
                already: false,
                ..
            }
        )
    };
    assert!(play.told.iter().any(begins), "{:?}", play.told);
    assert_eq!(play.run.poll_timeout(), Some(opens));
    play.go_on("2026-11-30T07:59:59Z");
    assert_eq!((play.text(), play.run.outcome()), ("hello", None));
    play.go_on("2026-11-30T08:00:00Z");
    assert_eq!(
        (play.text(), play.run.outcome()),
        ("hi", Some(&Outcome::Done))
    );
}

#[test]
fn an_open_window_is_not_waited_for() {
    let plan = with_gates_alone(&greetings(&["hello", "hi"]), 0, &[office()]);
    let play = Play::new(plan, "2026-11-28T12:00:00Z");
    assert_eq!((play.text(), play.waits()), ("hi", None));
}

/// A failure means that a run stops, or goes back, since it is night.
#[test]
fn a_window_has_no_time_limit() {
    let plan = with_gates(&greetings(&["hello", "hi", "hey"]), 1, &[office()]);
    let mut play = Play::new(plan, "2026-11-28T15:00:00Z");
    for now in [
        "2026-11-28T15:00:02Z",
        "2026-11-28T22:00:00Z",
        "2026-11-29T07:59:59Z",
    ] {
        play.go_on(now);
        assert_eq!((play.text(), play.run.outcome()), ("hi", None), "{now}");
    }
    play.go_on("2026-11-29T08:00:00Z");
    assert_eq!(play.text(), "hey");
}

/// A failure means that a write that took its time is made at night.
#[test]
fn a_window_that_closes_before_the_write_is_waited_for_anew() {
    let plan = with_gates(&greetings(&["hello", "hi", "hey"]), 1, &[office()]);
    let mut play = Play::new(plan, "2026-11-28T07:00:00Z");
    play.slow = Some(at("2026-11-28T15:00:00Z"));
    play.go_on("2026-11-28T14:59:59Z");
    assert_eq!(
        (play.slow, play.text(), play.run.outcome()),
        (None, "hi", None)
    );
    assert_eq!(play.run.poll_timeout(), Some(at("2026-11-29T08:00:00Z")));
    play.go_on("2026-11-29T08:00:00Z");
    assert_eq!(play.text(), "hey");
}

#[test]
fn all_windows_of_a_step_are_open_at_once() {
    let noon = json!({"window": {"from": "12:00", "to": "20:00", "timezone": "Europe/Berlin"}});
    let plan = with_gates(&greetings(&["hello", "hi", "hey"]), 1, &[office(), noon]);
    let mut play = Play::new(plan, "2026-11-28T07:00:00Z");
    for now in [
        "2026-11-28T09:00:00Z",
        "2026-11-28T16:00:00Z",
        "2026-11-29T10:59:59Z",
    ] {
        play.go_on(now);
        assert_eq!(play.text(), "hi", "{now}");
    }
    play.go_on("2026-11-29T11:00:00Z");
    assert_eq!(play.text(), "hey");
}

/// A failure means that an approval at night overrules the window of a step before.
#[test]
fn gates_hold_over_a_step_that_changes_nothing() {
    let plan = with_gates(&greetings(&["hello", "hi", "hey"]), 1, &[office()]);
    let plan = with_gates_alone(&plan, 1, &[json!({"pause": {}})]);
    let mut play = Play::new(plan, "2026-11-28T12:00:00Z");
    assert!(matches!(
        play.waits(),
        Some(Progress::Waiting { number: 2, .. })
    ));
    play.approve("2026-11-28T20:00:00Z");
    assert_eq!(play.text(), "hi");
    assert!(matches!(
        play.waits(),
        Some(Progress::Waiting { number: 1, .. })
    ));
    assert_eq!(play.run.poll_timeout(), Some(at("2026-11-29T08:00:00Z")));
    play.go_on("2026-11-29T08:00:00Z");
    assert_eq!(
        (play.text(), play.run.outcome()),
        ("hey", Some(&Outcome::Done))
    );
}

/// A failure means that a run waits for ever for what a finalizer keeps whose controller is gone.
#[test]
fn what_does_not_go_has_a_time_limit() {
    let plan = removing();
    let mut play = Play::new(
        with_gates(&plan, plan.len(), &[office()]),
        "2026-11-28T20:00:00Z",
    );
    assert_eq!(play.run.outcome(), None);
    play.appear(json!({
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": {
            "name": "settings", "namespace": "default", "uid": "2", "resourceVersion": "9",
            "deletionTimestamp": "2026-11-28T20:00:00Z", "finalizers": ["example.com/keep"],
        },
    }));
    play.run
        .handle_event(Event::Abort, Now::simulated(play.now));
    play.go();
    play.go_on("2026-11-28T20:04:59Z");
    assert_eq!(play.run.outcome(), None);
    play.go_on("2026-11-28T20:05:01Z");
    let outcome = format!("{:?}", play.run.outcome());
    let reason = "settings did not go within 300 s: it is still being deleted, and kept by";
    assert!(
        outcome.contains(reason) && outcome.contains("example.com/keep"),
        "{outcome}"
    );
}

/// A failure means that somebody asks a run to go back, and it goes on without a word.
#[test]
fn an_entry_that_cannot_be_read_is_told_once() {
    let plan = with_gates_alone(&greetings(&["hello", "hi"]), 1, &[json!({"pause": {}})]);
    let mut play = Play::new(plan, "2026-11-28T12:00:00Z");
    play.scribble("abort", "yes");
    play.scribble("note", "somebody was here");
    let about = |told: &&Progress| matches!(told, Progress::Warned { message } if message.contains("`abort`"));
    assert_eq!(play.told.iter().filter(about).count(), 1, "{:?}", play.told);
}

/// A failure means that nobody gets back before the morning.
#[test]
fn a_way_back_waits_for_no_window() {
    let plan = with_gates_alone(&greetings(&["hello", "hi", "hey"]), 1, &[office()]);
    let mut play = Play::new(plan, "2026-11-28T20:00:00Z");
    assert_eq!((play.text(), play.run.outcome()), ("hi", None));
    play.run
        .handle_event(Event::Abort, Now::simulated(play.now));
    play.go();
    assert_eq!(play.text(), "hello");
    assert_eq!(play.run.outcome(), Some(&Outcome::Undone { to: 0 }));
}

/// A failure means that a run stops at once since its pods, which were ready for hours, are not.
#[test]
fn what_ceases_to_hold_while_a_window_is_closed_has_its_time_limit() {
    let service = manifest(json!({
        "apiVersion": "v1", "kind": "Service", "metadata": { "name": "hello" },
        "spec": { "selector": { "app": "hello" }, "ports": [{ "port": 80 }] },
    }));
    let gates = [json!({"endpoints": {"object": service.object()}}), office()];
    let plan = with_object(&greetings(&["hello", "hi", "hey"]), service);
    let plan = with_gates(&plan, 1, &gates);
    let play = || {
        let mut play = Play::new(plan.clone(), "2026-11-28T20:00:00Z");
        play.go_on("2026-11-28T20:00:01Z");
        for hour in ["21", "22"] {
            play.misdirect(&format!("2026-11-28T{hour}:00:00Z"), true);
            play.misdirect(&format!("2026-11-28T{hour}:00:00.5Z"), false);
            assert_eq!(play.run.outcome(), None, "{hour}");
            play.go_on(&format!("2026-11-28T{hour}:00:02Z"));
            assert_eq!(play.run.outcome(), None, "{hour}");
        }
        play
    };
    let mut mended = play();
    mended.go_on("2026-11-29T08:00:00Z");
    assert_eq!(
        (mended.text(), mended.run.outcome()),
        ("hey", Some(&Outcome::Done))
    );
    let mut broken = play();
    broken.misdirect("2026-11-29T02:00:00Z", true);
    assert_eq!(broken.run.outcome(), None);
    broken.go_on("2026-11-29T02:00:01Z");
    let stopped = matches!(broken.run.outcome(), Some(Outcome::Stopped { .. }));
    assert!(stopped, "{:?}", broken.run.outcome());
}

/// A failure means that a new version may crash for days while a person is waited for.
#[test]
fn what_ceases_to_hold_in_a_pause_has_its_time_limit() {
    let service = manifest(json!({
        "apiVersion": "v1", "kind": "Service", "metadata": { "name": "hello" },
        "spec": { "selector": { "app": "hello" }, "ports": [{ "port": 80 }] },
    }));
    let check = |pause: Value, on_failure: OnFailure, text: &str, ends: &str| {
        let gates = [json!({"endpoints": {"object": service.object()}}), pause];
        let plan = with_object(&greetings(&["hello", "hi", "hey"]), service.clone());
        let mut play = Play::new(with_gates(&plan, 1, &gates), "2026-11-28T20:00:00Z");
        play.run.options.on_failure = Some(on_failure);
        play.go_on("2026-11-28T20:00:01Z");
        // Nobody minds how long a person takes.
        play.go_on("2026-11-28T21:00:00Z");
        play.misdirect("2026-11-28T22:00:00Z", true);
        play.misdirect("2026-11-28T22:00:00.5Z", false);
        play.go_on("2026-11-28T22:00:02Z");
        play.misdirect("2026-11-28T23:00:00Z", true);
        assert_eq!((play.text(), play.run.outcome()), ("hi", None));
        play.go_on("2026-11-28T23:00:01Z");
        let outcome = format!("{:?}", play.run.outcome());
        assert!(outcome.contains(ends), "{outcome}");
        assert_eq!(play.text(), text);
    };
    let limit = "step 1: endpoints of hello did not hold within 1s";
    for pause in [json!({"pause": {}}), json!({"pause": {"duration": "24h"}})] {
        check(pause.clone(), OnFailure::Stop, "hi", limit);
        check(pause, OnFailure::Undo, "hello", "Undone { to: 0 }");
    }
}

/// A run whose second change is refused so, until then.
fn refused(code: u16, until: &str, on_failure: OnFailure) -> Play {
    let plan = with_gates(&greetings(&["hello", "hi", "hey"]), 1, &[office()]);
    let mut play = Play::new(plan, "2026-11-28T20:00:00Z");
    play.run.options.on_failure = Some(on_failure);
    let causes = vec![("data".to_owned(), "it is too much".to_owned())];
    let fault = Fault {
        code,
        causes,
        ..Fault::default()
    };
    play.refusal = Some((fault, at(until)));
    play.go_on("2026-11-29T08:00:00Z");
    play
}

/// A failure means that a run that is to go back by itself leaves things half done, or that one
/// which is to stop goes back.
#[test]
fn a_write_that_is_refused_for_good_ends_as_the_plan_says() {
    let check = |on_failure, text: &str, ends: &str| {
        let play = refused(422, "2026-11-30T00:00:00Z", on_failure);
        let outcome = format!("{:?}", play.run.outcome());
        assert!(outcome.contains(ends), "{outcome}");
        assert_eq!(play.text(), text);
    };
    check(OnFailure::Stop, "hi", "data: it is too much");
    check(OnFailure::Undo, "hello", "Undone { to: 0 }");
}

/// A failure means that an API server which starts anew ends a run, or that a right which somebody
/// has taken away is asked for without an end.
#[test]
fn what_was_granted_and_is_refused_is_asked_again_for_a_minute() {
    for code in [401, 403] {
        let mut play = refused(code, "2026-11-29T08:00:30Z", OnFailure::Stop);
        assert_eq!((play.text(), play.run.outcome()), ("hi", None));
        play.go_on("2026-11-29T08:00:31Z");
        assert_eq!(play.text(), "hey", "{code}");

        let mut play = refused(code, "2026-11-30T00:00:00Z", OnFailure::Stop);
        for second in 1..60 {
            play.go_on(&format!("2026-11-29T08:00:{second:02}Z"));
            assert_eq!(play.run.outcome(), None, "{code} {second}");
        }
        play.go_on("2026-11-29T08:01:05Z");
        let stopped = matches!(play.run.outcome(), Some(Outcome::Stopped { .. }));
        assert!(stopped, "{:?}", play.run.outcome());
    }
}

/// A failure means that somebody who wants to go back waits for minutes until a run has tried a write
/// again and again that the server says has failed, or that a run turns round while a write may land.
#[test]
fn an_abort_is_heard_while_a_write_fails() {
    let aborted = |code: u16| {
        let mut play = refused(code, "2026-11-29T08:05:00Z", OnFailure::Stop);
        let now = Now::simulated(play.now);
        play.run.handle_event(Event::Abort, now);
        play.go();
        assert_eq!((play.text(), play.run.outcome()), ("hi", None), "{code}");
        play.go_on("2026-11-29T08:00:09Z");
        assert_eq!(play.run.outcome(), None, "{code}");
        play
    };
    for code in [500, 503] {
        let mut play = aborted(code);
        play.go_on("2026-11-29T08:00:10Z");
        assert_eq!(play.run.outcome(), Some(&Outcome::Undone { to: 0 }));
        assert_eq!(play.text(), "hello", "{code}");
    }
    // Nobody has answered: another attempt tells.
    let mut play = aborted(0);
    play.go_on("2026-11-29T08:00:10Z");
    assert_eq!((play.text(), play.run.outcome()), ("hi", None));
    play.go_on("2026-11-29T08:06:00Z");
    assert_eq!(play.run.outcome(), Some(&Outcome::Undone { to: 0 }));
    assert_eq!(play.text(), "hello");
}
