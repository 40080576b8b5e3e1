//! A run on a small cluster in memory, where nothing goes wrong.

use cutover::Checked;
use cutover_model::{Call, Model, Refused, WatchEvent, WatchId, Write as ModelWrite};
use cutover_run::{
    Answer, Awaited, Effect, Event, Fault, Journal, Now, Options, Progress, Reply, Request, Run,
    Scope, Write,
};
use jiff::{SignedDuration, Timestamp};

use crate::Result;

const NAMESPACE: &str = "default";
/// After so many turns a run counts as endless.
const LONGEST: usize = 100_000;

/// A run and its cluster.
pub(super) struct Stage {
    run: Run,
    model: Model,
    watches: Vec<(Scope, WatchId)>,
    waits: bool,
}

impl Stage {
    /// A run of a plan on a cluster that holds its start, with all pods ready.
    pub(super) fn new(plan: &Checked) -> Result<Self> {
        let mut model = Model::new(1, Timestamp::UNIX_EPOCH);
        for manifest in &plan.start() {
            model
                .server
                .create(manifest, call(model.now))
                .map_err(refused)?;
        }
        model.drive_bounded(LONGEST);
        let mut run = Run::new(plan.clone(), Options::new(NAMESPACE, "bench"));
        run.handle_timeout(Now::simulated(model.now));
        Ok(Self {
            run,
            model,
            watches: Vec::new(),
            waits: false,
        })
    }

    /// Lets the run and the cluster act until the run waits for a person, and has nothing else to
    /// do.
    pub(super) fn play_to_gate(&mut self) -> Result<()> {
        for _ in 0..LONGEST {
            let acts = self.carry_out()? | self.deliver();
            if let Some(outcome) = self.run.outcome() {
                return Err(format!("the run ended as {outcome:?}").into());
            }
            if !acts && self.waits {
                return Ok(());
            }
            self.pass_time();
        }
        Err("the run does not come to its gate".into())
    }

    /// The event by which the run sees that a person approves.
    pub(super) fn approval(&mut self, plan: &Checked) -> Result<Event> {
        let journal = Journal::object(plan, NAMESPACE);
        let held = self.model.server.get(&journal).map_err(refused)?;
        let (_, write) = Journal::approve(&held, None, "a person", self.model.now)?;
        self.model
            .write(&write_of(&write), "a person", false)
            .map_err(refused)?;
        let mut scopes = self.watches.iter().map(|(scope, _)| scope);
        let is_its = |scope: &&Scope| {
            scope.kind == "ConfigMap"
                && scope.name.as_ref().is_none_or(|name| *name == journal.name)
        };
        let scope = scopes
            .rfind(is_its)
            .ok_or("the run does not watch its journal")?;
        Ok(Event::Changed(
            scope.clone(),
            self.model.server.get(&journal).map_err(refused)?,
        ))
    }

    pub(super) fn now(&self) -> Now {
        Now::simulated(self.model.now)
    }

    /// The run without the cluster that it was carried out on.
    pub(super) fn into_run(self) -> Run {
        self.run
    }

    /// Whether there was anything to do.
    fn carry_out(&mut self) -> Result<bool> {
        let mut acts = false;
        while let Some(effect) = self.run.poll_effect() {
            acts = true;
            match effect {
                Effect::Ask {
                    ticket, request, ..
                } => {
                    let answer = self.answer(&request)?;
                    let now = self.now();
                    self.run.handle_event(Event::Answered(ticket, answer), now);
                }
                Effect::Watch(scope) => {
                    let watch = self.model.watch(scope_of(&scope));
                    self.watches.push((scope, watch));
                }
                Effect::Tell(Progress::Waiting { gate, .. }) => {
                    self.waits = gate == Awaited::Person
                }
                Effect::Tell(_) => {}
            }
        }
        Ok(acts)
    }

    fn answer(&mut self, request: &Request) -> Result<Answer> {
        let answer = match request {
            Request::Get(object) => match self.model.get(object) {
                Err(refused) if refused.code == 404 => Ok(Reply::Object(None)),
                found => found.map(|manifest| Reply::Object(Some(manifest))),
            },
            Request::List(scope) => self.model.list(&scope_of(scope)).map(Reply::Objects),
            Request::Write { write, dry_run } => self
                .model
                .write(&write_of(write), "cutover", *dry_run)
                .map(Reply::Object),
            Request::Review(_) => Ok(Reply::Allowed(true)),
            other => return Err(format!("{other:?} is asked of a cluster").into()),
        };
        Ok(answer.map_err(fault))
    }

    /// Whether something of a watch arrived.
    fn deliver(&mut self) -> bool {
        let mut acts = false;
        for (scope, watch) in self.watches.clone() {
            while let Some(event) = self.model.poll_watch(watch) {
                acts = true;
                let now = self.now();
                self.run.handle_event(event_of(scope.clone(), event), now);
            }
        }
        acts
    }

    fn pass_time(&mut self) {
        let soon = self.model.now + SignedDuration::from_secs(5);
        let due = self.run.poll_timeout().unwrap_or(soon);
        if due <= self.model.now {
            self.run.handle_timeout(self.now());
        } else {
            self.model.step(due.min(soon));
        }
    }
}

fn call<'a>(now: Timestamp) -> Call<'a> {
    Call {
        now,
        manager: "somebody",
        dry_run: false,
    }
}

fn event_of(scope: Scope, event: WatchEvent) -> Event {
    match event {
        WatchEvent::Listed(manifests) => Event::Listed(scope, manifests),
        WatchEvent::Changed(manifest) => Event::Changed(scope, manifest),
        WatchEvent::Gone(manifest) => Event::Gone(scope, manifest),
    }
}

fn scope_of(scope: &Scope) -> cutover_model::Scope {
    let Scope {
        api_version,
        kind,
        namespace,
        name,
    } = scope.clone();
    cutover_model::Scope {
        api_version,
        kind,
        namespace,
        name,
    }
}

fn write_of(write: &Write) -> ModelWrite {
    match write.clone() {
        Write::Create(manifest) => ModelWrite::Create(manifest),
        Write::Patch { object, ops } => ModelWrite::Patch { object, ops },
        Write::Delete {
            object,
            uid,
            version,
        } => ModelWrite::Delete {
            object,
            uid: Some(uid),
            version,
        },
    }
}

fn fault(refused: Refused) -> Fault {
    let Refused {
        code,
        reason,
        message,
        causes,
        retry_after,
    } = refused;
    Fault {
        code,
        reason,
        message,
        causes,
        retry_after,
    }
}

fn refused(refused: Refused) -> String {
    format!("the cluster in memory refuses: {}", refused.message)
}
