//! Runners that are killed, at every write and at the moment before it, and the ones that go on for
//! them.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::collections::BTreeMap;
use std::path::Path;

use cutover::Checked;
use cutover::planning::{Change, Duration, Step};
use cutover_kube::{Machine, now};
use cutover_run::{
    Effect, Event, Goal, Now, Options, Outcome, Progress, Request, Run, Ticket, Write,
};
use jiff::Timestamp;
use xtask::golden::Case;

use crate::audit::{Writes, written_in};
use crate::goldens::{ABREAST, side_by_side};
use crate::lab::{Lab, hurried};
use crate::support::{OwnCluster, shared};

/// The plan: three pods, a canary, a promotion and what cleans up behind it.
const CASE: &str = "canary/hello";

/// The step after which a run is asked to go back.
const MIDDLE: usize = 3;

/// The command whose runner is killed.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Verb {
    Apply,
    Undo,
    Abort,
}

/// A moment in which a runner is killed: at which of its writes, and whether that is still made,
/// its answer unheard.
#[derive(Clone, Copy, Debug)]
struct Moment {
    write: usize,
    made: bool,
}

#[test]
fn a_run_that_is_killed_at_any_write_loses_nothing_and_does_nothing_twice() {
    let cluster = shared();
    let kubeconfig = cluster.kubeconfig();
    let mut trials = Vec::new();
    for verb in [Verb::Apply, Verb::Undo, Verb::Abort] {
        for write in 1..=writes(verb) {
            let moments = [false, true].map(|made| Moment { write, made });
            trials.extend(moments.map(|moment| (format!("{verb:?}, {moment:?}"), (verb, moment))));
        }
    }
    let failed = side_by_side(ABREAST, trials, async |(verb, moment)| {
        interrupt(&cluster, &kubeconfig, verb, moment).await
    });
    assert!(
        failed.is_empty(),
        "{} failed:\n{}",
        failed.len(),
        failed.join("\n")
    );
}

/// How many writes a run makes: those of its changes, and the journal's: it is opened, then says of
/// each step that it is worked on, waited for, and held; and how the run ends. The last is not
/// there where a run is over at once.
fn writes(verb: Verb) -> usize {
    let plan = plan();
    let count = |steps: &[&Step]| {
        steps
            .iter()
            .map(|step| step.changes.len() + 2)
            .sum::<usize>()
            + 1
    };
    match verb {
        Verb::Apply => count(&plan.spec.steps.iter().collect::<Vec<_>>()),
        Verb::Undo => count(&plan.way_back(plan.len()).unwrap()),
        Verb::Abort => count(&plan.way_back(MIDDLE).unwrap()),
    }
}

async fn interrupt(
    cluster: &OwnCluster,
    kubeconfig: &Path,
    verb: Verb,
    moment: Moment,
) -> Result<(), String> {
    let lab = Lab::new(kubeconfig).await;
    let case = case();
    lab.set_up(&case.from).await;
    let plan = plan();
    let start = lab.written(&plan).await;
    if verb == Verb::Undo {
        lab.expect(&plan, &options(&lab, "the one before"), &Outcome::Done)
            .await?;
    }
    let killed = Mortal::new(&lab, &plan, verb, moment);
    let outcome = lab.carry_out(&plan, killed).await?;
    if outcome != death() {
        return Err(format!("it was to be killed, and it ended as {outcome:?}"));
    }
    let outcome = lab
        .play(&plan, options(&lab, "the next one"), |_, _| {})
        .await?;
    // Where not even the wish to go back was written, nobody knows of it.
    let unheard = verb != Verb::Apply && moment.write == 1 && !moment.made;
    let forward = verb == Verb::Apply || unheard;
    let (end, back) = match (forward, verb) {
        (true, _) => (Outcome::Done, 0),
        (false, Verb::Abort) => (Outcome::Undone { to: 0 }, MIDDLE),
        (false, _) => (Outcome::Undone { to: 0 }, plan.len()),
    };
    if outcome != end {
        return Err(format!("it ended as {outcome:?}, and not as {end:?}"));
    }
    lab.stands(&plan, if forward { plan.len() } else { 0 })
        .await?;
    if !forward && lab.written(&plan).await != start {
        return Err("it is not as it was".into());
    }
    let steps = if verb == Verb::Abort && !forward {
        MIDDLE
    } else {
        plan.len()
    };
    let expected = expected(&plan, steps, back);
    let made = written_in(&cluster.audited(&lab.namespace), &lab.namespace, &plan);
    if made == expected {
        Ok(())
    } else {
        Err(format!("it wrote {made:?}, and not {expected:?}"))
    }
}

/// The writes to each object: it is created by the test, then changed by the steps forward and
/// back, each once.
pub(crate) fn expected(plan: &Checked, steps: usize, back: usize) -> Writes {
    let way_back = plan.way_back(back).unwrap();
    let way = plan.spec.steps[..steps].iter().chain(way_back);
    let changes = way
        .flat_map(|step| &step.changes)
        .map(|change| (verb(change), change.object().clone()));
    let start = plan.start();
    let made = start.objects().map(|object| ("create", object.clone()));
    let mut writes = BTreeMap::new();
    for (verb, object) in made.chain(changes) {
        *writes
            .entry((object.kind, object.name, verb.to_owned()))
            .or_insert(0) += 1;
    }
    writes
}

fn verb(change: &Change) -> &'static str {
    match change {
        Change::Create(_) => "create",
        Change::Delete(_) | Change::Replace(_) => "delete",
        Change::Patch(_) => "patch",
    }
}

pub(crate) fn case() -> Case {
    Case::all()
        .unwrap()
        .into_iter()
        .find(|case| case.directory.ends_with(CASE))
        .unwrap()
}

pub(crate) fn plan() -> Checked {
    hurried(&case().plan().unwrap())
}

fn options(lab: &Lab, holder: &str) -> Options {
    lab.options(holder).lease(Duration::of_seconds(2))
}

fn death() -> Outcome {
    Outcome::Stopped {
        step: 0,
        reason: "killed".into(),
    }
}

/// A runner that is killed: it says nothing any more, and hears nothing.
struct Mortal {
    run: Run,
    moment: Moment,
    /// Whether its writes count: those of an abort do from when it is asked for.
    counts: bool,
    abort: bool,
    writes: usize,
    /// The write whose answer it does not live to hear.
    last: Option<Ticket>,
    dead: Option<Outcome>,
}

impl Mortal {
    fn new(lab: &Lab, plan: &Checked, verb: Verb, moment: Moment) -> Self {
        let goal = if verb == Verb::Undo {
            Goal::Back { to: 0 }
        } else {
            Goal::Again
        };
        let options = options(lab, "the one that is killed").goal(goal);
        Self {
            run: Run::new(plan.clone(), options),
            moment,
            counts: verb != Verb::Abort,
            abort: verb == Verb::Abort,
            writes: 0,
            last: None,
            dead: None,
        }
    }

    /// Dies at the write that is meant, or of its answer.
    fn at(&mut self, effect: Effect) -> Option<Effect> {
        match &effect {
            Effect::Tell(Progress::Held { number: MIDDLE }) if self.abort => {
                self.abort = false;
                self.run.handle_event(Event::Abort, now());
            }
            Effect::Tell(Progress::Turned { .. }) => self.counts = true,
            Effect::Ask {
                ticket, request, ..
            } if self.counts && is_write(request) => {
                self.writes += 1;
                if self.writes == self.moment.write {
                    self.last = Some(*ticket);
                    if !self.moment.made {
                        self.dead = Some(death());
                        return None;
                    }
                }
            }
            _ => {}
        }
        Some(effect)
    }
}

impl Machine for Mortal {
    fn handle_event(&mut self, event: Event, now: Now) {
        match event {
            Event::Answered(ticket, _) if Some(ticket) == self.last => self.dead = Some(death()),
            event if self.dead.is_none() => self.run.handle_event(event, now),
            _ => {}
        }
    }

    fn handle_timeout(&mut self, now: Now) {
        self.run.handle_timeout(now);
    }

    fn poll_effect(&mut self) -> Option<Effect> {
        if self.dead.is_some() {
            return None;
        }
        let effect = self.run.poll_effect()?;
        self.at(effect)
    }

    fn poll_timeout(&self) -> Option<Timestamp> {
        self.run.poll_timeout()
    }

    fn outcome(&self) -> Option<&Outcome> {
        self.dead.as_ref().or_else(|| self.run.outcome())
    }
}

/// Whether a request writes the journal or an object of the plan.
fn is_write(request: &Request) -> bool {
    match request {
        Request::Write {
            write,
            dry_run: false,
        } => match write {
            Write::Create(manifest) => manifest.object().kind != "Lease",
            Write::Patch { object, .. } | Write::Delete { object, .. } => object.kind != "Lease",
        },
        _ => false,
    }
}
