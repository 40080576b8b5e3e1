//! Every golden plan, forward and back from every step.
//!
//! What is not as in the golden files: namespaces that manifests name get other names, so that runs
//! stand side by side; pauses last a second; gates that ask other systems (smoke, metric, webhook)
//! are left out, since those are not there: they have tests of their own. A rollback is planned
//! from what the cluster holds, since its history has uids. Two cases have no plan, since what they
//! ask for is refused: there is nothing to run. One is by a route, which no gateway here
//! follows: a test of its own has one. No other case is left out.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::any::Any;
use std::collections::BTreeMap;
use std::fmt;
use std::panic::AssertUnwindSafe;

use cutover::planning::Workload;
use cutover::{AnyStrategy, Checked};
use cutover_kube::now;
use cutover_run::{Event, Goal, Options, Outcome, Progress};
use futures::{FutureExt, StreamExt, stream};
use serde_json::Value;
use tokio::runtime::Builder;
use xtask::golden::Case;

use crate::budget::Watcher;
use crate::history::{History, plan_from_live};
use crate::lab::{Lab, hurried};
use crate::support::shared;

/// How many runs there are at once.
pub(crate) const ABREAST: usize = 24;

/// A plan of more steps is not taken back to its start from each of them, but to the state before,
/// and goes on from there.
const LONG: usize = 6;

/// One run of a case: where it turns.
#[derive(Clone)]
pub(crate) struct Trial {
    pub(crate) case: Case,
    pub(crate) turn: Turn,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Turn {
    /// When this step's gates have held, to the start.
    After(usize),
    /// To the end, and then back to the start.
    AtTheEnd,
    /// After each of some steps, from one to another: to where its own way back leads, and forward
    /// again.
    AfterEach(usize, usize),
}

impl fmt::Display for Trial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?}", self.case.directory.display(), self.turn)
    }
}

#[test]
fn every_golden_plan_is_carried_out_and_undone_from_every_step() {
    let cluster = shared();
    let kubeconfig = cluster.kubeconfig();
    let mut trials: Vec<Trial> = Case::all().unwrap().into_iter().flat_map(trials).collect();
    assert!(trials.len() > 100, "{} trials", trials.len());
    // What takes long begins first.
    trials.sort_by_key(|trial| !matches!(trial.turn, Turn::AfterEach(..)));
    let named = trials.into_iter().map(|trial| (trial.to_string(), trial));
    let mut named: Vec<(String, Trial)> = named.collect();
    let carry = async |trial| carry_out(&Lab::new(&kubeconfig).await, &trial).await;
    let among_others = side_by_side(ABREAST, named.clone(), carry);
    // Real clocks and real servers: what fails among others is tried once more, alone.
    named.retain(|(name, _)| {
        let mut failed = among_others.iter();
        failed.any(|failed| failed.starts_with(&format!("{name}: ")))
    });
    let failed = side_by_side(1, named, carry);
    assert!(
        failed.is_empty(),
        "{} failed:\n{}",
        failed.len(),
        failed.join("\n")
    );
}

/// Does something with each of many, some at once, and gives what failed, by name.
pub(crate) fn side_by_side<T>(
    abreast: usize,
    all: Vec<(String, T)>,
    act: impl AsyncFn(T) -> Result<(), String>,
) -> Vec<String> {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let results =
        stream::iter(all).map(|(name, one)| caught(act(one)).map(move |result| (name, result)));
    let failed = results
        .buffer_unordered(abreast)
        .filter_map(async |(name, result)| result.err().map(|reason| format!("{name}: {reason}")));
    runtime.block_on(failed.collect())
}

/// What comes of something; a panic is a failure.
pub(crate) async fn caught(act: impl Future<Output = Result<(), String>>) -> Result<(), String> {
    AssertUnwindSafe(act)
        .catch_unwind()
        .await
        .unwrap_or_else(|panic| Err(reason(&*panic)))
}

/// What a panic said.
fn reason(panic: &(dyn Any + Send)) -> String {
    panic
        .downcast_ref::<String>()
        .cloned()
        .unwrap_or_else(|| "it panicked".to_owned())
}

pub(crate) fn trials(case: Case) -> Vec<Trial> {
    let Ok(plan) = case.plan() else {
        return Vec::new();
    };
    let mut routes = plan.spec.workloads.iter().flat_map(Workload::routes);
    if routes.next().is_some() {
        return Vec::new();
    }
    let turns = match plan.len() {
        steps if steps > LONG => {
            let part = |first| Turn::AfterEach(first, (first + LONG - 1).min(steps));
            (1..=steps).step_by(LONG).map(part).collect()
        }
        steps => (1..steps).map(Turn::After).collect::<Vec<_>>(),
    };
    turns
        .into_iter()
        .chain([Turn::AtTheEnd])
        .map(|turn| Trial {
            case: case.clone(),
            turn,
        })
        .collect()
}

pub(crate) async fn carry_out(lab: &Lab, trial: &Trial) -> Result<(), String> {
    let case = own(lab, &trial.case);
    let plan = prepared(lab, &case).await;
    let start = lab.written(&plan).await;
    let watcher = Watcher::new(lab, &plan).await;
    let options = lab.options("a test").secrets(case.secrets());
    match trial.turn {
        Turn::After(step) => {
            lab.there(&plan, &options, step).await?;
        }
        Turn::AtTheEnd => {
            lab.expect(&plan, &options, &Outcome::Done).await?;
            lab.stands(&plan, plan.len()).await?;
            lab.back(&plan, &options, 0).await?;
        }
        Turn::AfterEach(first, last) => lab.step_by_step(&plan, &options, first, last).await?,
    }
    lab.stands(&plan, 0).await?;
    let end = lab.written(&plan).await;
    if end != start {
        return Err(format!("it is not as it was:\n{start:#?}\n{end:#?}"));
    }
    match watcher.breaches(&plan, lab) {
        breaches if breaches.is_empty() => Ok(()),
        breaches => Err(breaches.join("; ")),
    }
}

impl Lab {
    /// Goes forward until a step's gates have held, and back to the start.
    async fn there(&self, plan: &Checked, options: &Options, step: usize) -> Result<(), String> {
        let mut turned = false;
        let outcome = self.play(plan, options.clone(), |run, told| {
            if !turned && *told == (Progress::Held { number: step }) {
                turned = true;
                run.handle_event(Event::Abort, now());
            }
        });
        expect(outcome.await?, &Outcome::Undone { to: 0 })
    }

    async fn step_by_step(
        &self,
        plan: &Checked,
        options: &Options,
        first: usize,
        last: usize,
    ) -> Result<(), String> {
        for step in first..=last {
            let then = plan.spec.undo[step - 1].to;
            self.stop_after(plan, options, step).await?;
            self.stands(plan, step).await?;
            self.back(plan, options, then).await?;
            self.stands(plan, then).await?;
        }
        self.back(plan, options, 0).await
    }

    /// Goes forward until a step's gates have held, and stops there.
    pub(crate) async fn stop_after(
        &self,
        plan: &Checked,
        options: &Options,
        step: usize,
    ) -> Result<(), String> {
        let mut stopped = false;
        let outcome = self.play(plan, options.clone(), |run, told| {
            if !stopped && *told == (Progress::Held { number: step }) {
                stopped = true;
                run.handle_event(Event::Stop, now());
            }
        });
        match outcome.await? {
            Outcome::Stopped { step: at, .. } if at == step => Ok(()),
            Outcome::Done if step == plan.len() => Ok(()),
            other => Err(format!(
                "it was to stop after step {step}, and it ended as {other:?}"
            )),
        }
    }

    pub(crate) async fn back(
        &self,
        plan: &Checked,
        options: &Options,
        to: usize,
    ) -> Result<(), String> {
        let options = options.clone().goal(Goal::Back { to });
        self.expect(plan, &options, &Outcome::Undone { to }).await
    }

    pub(crate) async fn expect(
        &self,
        plan: &Checked,
        options: &Options,
        end: &Outcome,
    ) -> Result<(), String> {
        expect(self.play(plan, options.clone(), |_, _| {}).await?, end)
    }

    /// The cluster is as the plan says that it is after a step.
    pub(crate) async fn stands(&self, plan: &Checked, step: usize) -> Result<(), String> {
        match self.differences(plan, step).await {
            differences if differences.is_empty() => Ok(()),
            differences => Err(format!("after step {step}: {}", differences.join("; "))),
        }
    }
}

fn expect(outcome: Outcome, end: &Outcome) -> Result<(), String> {
    if outcome == *end {
        Ok(())
    } else {
        Err(format!("it ended as {outcome:?}"))
    }
}

/// Creates what runs before a case's plan, and makes the plan.
pub(crate) async fn prepared(lab: &Lab, case: &Case) -> Checked {
    let plan = if matches!(case.strategy, AnyStrategy::Rollback(_)) {
        History::of(&case.from).set_up(lab).await;
        plan_from_live(lab, case).await
    } else {
        lab.set_up(&case.from).await;
        case.plan().unwrap()
    };
    hurried(&plan)
}

/// The case in namespaces of this lab's own.
pub(crate) fn own(lab: &Lab, case: &Case) -> Case {
    let namespaces = case
        .from
        .objects()
        .filter_map(|object| object.namespace.clone());
    let names: BTreeMap<String, String> = namespaces
        .map(|name| (lab.renamed(&name), name))
        .map(|(a, b)| (b, a))
        .collect();
    let mut strategy = serde_json::to_value(&case.strategy).unwrap();
    rename(&mut strategy, &names);
    let strategy = serde_json::from_value(strategy).unwrap();
    Case {
        from: lab.own(&case.from),
        to: case.to.as_ref().map(|to| lab.own(to)),
        strategy,
        ..case.clone()
    }
}

/// Namespaces of a strategy: alone, or before the name of a workload.
fn rename(value: &mut Value, names: &BTreeMap<String, String>) {
    match value {
        Value::String(text) => {
            let (namespace, rest) = text.split_once('/').unwrap_or((text, ""));
            if let Some(name) = names.get(namespace) {
                *text = if rest.is_empty() {
                    name.clone()
                } else {
                    format!("{name}/{rest}")
                };
            }
        }
        Value::Array(all) => all.iter_mut().for_each(|one| rename(one, names)),
        Value::Object(all) => all.values_mut().for_each(|one| rename(one, names)),
        _ => {}
    }
}
