//! Runs beside an autoscaler that wants other counts the whole time: held it harms nothing, not
//! held it does.

use cutover::Checked;
use cutover::manifest::{Manifest, ObjectRef};
use cutover_run::{Goal, Outcome};
use xtask::golden::Case;

use crate::absence::quiet;
use crate::scenario::Scenario;
use crate::sealer;
use crate::stage::{NAMESPACE, Stage};

/// How many seeds are tried of each load.
const SEEDS: u64 = 8;

/// What the autoscaler asks for once the plan counts: many more pods, or fewer.
const LOADS: [u32; 2] = [9, 1];

/// A failure means that a plan which holds an autoscaler does not come to its end, or not within its
/// budget, there or back.
#[test]
fn a_held_autoscaler_harms_nothing() {
    let plan = golden("canary/autoscaler-held");
    for seed in 0..SEEDS {
        for load in LOADS {
            let there = play(&plan, seed, load, None, false);
            assert_eq!(there, Ok(Outcome::Done), "{seed} {load}");
            let undone = play(&plan, seed, load, None, true);
            assert_eq!(undone, Ok(Outcome::Undone { to: 0 }), "{seed} {load}");
            let aborted = play(&plan, seed, load, Some(100 + 40 * seed), false);
            let ends = [Ok(Outcome::Done), Ok(Outcome::Undone { to: 0 })];
            assert!(ends.contains(&aborted), "{seed} {load}: {aborted:?}");
        }
    }
}

/// A failure means that the law above tries nothing: the same run comes to its end beside an
/// autoscaler that nobody holds.
#[test]
fn one_that_nobody_holds_breaks_the_run() {
    let (plan, held) = (golden("canary/hello"), golden("canary/autoscaler-held"));
    let start = held.start();
    let autoscaler = start.iter().find(|manifest| is_autoscaler(manifest));
    for seed in 0..SEEDS {
        for load in LOADS {
            let mut stage = Stage::new(alone(seed, &plan), false);
            stage.let_things_go_wrong();
            let ended = stage.play_beside(autoscaler.unwrap(), load);
            assert!(
                !matches!(ended, Ok(Outcome::Done)),
                "{seed} {load}: {ended:?}"
            );
        }
    }
}

/// A failure means that a run begins with more pods than its plan counts, and takes some away.
#[test]
fn more_pods_than_the_plan_counts_are_told() {
    let plan = golden("canary/autoscaler-held");
    for seed in 0..SEEDS {
        let mut stage = Stage::new(alone(seed, &plan), false);
        stage.scale_itself(5);
        let refused = stage.go_beside_others().unwrap();
        let words = "spec.replicas: the plan starts from 3, and the cluster has 5, as HorizontalPodAutoscaler";
        assert!(
            matches!(&refused, Outcome::Refused { reason } if reason.message().contains(words)),
            "{refused:?}"
        );
    }
}

/// A failure means that a run counts pods which an autoscaler has not made, or that it does not come
/// to an end from fewer: whatever becomes of its runner, and wherever it turns round.
#[test]
fn fewer_pods_than_the_plan_counts_are_brought_up() {
    let plan = golden("canary/autoscaler-held");
    for seed in 0..2 * SEEDS {
        let (kill, abort) = (20 + 18 * seed, 30 + 14 * seed);
        for (kill, abort) in [(None, None), (Some(kill), None), (None, Some(abort))] {
            let mut scenario = alone(seed, &plan);
            scenario.kills.extend(kill);
            scenario.abort = abort;
            let ended = play_from(scenario, &plan, 2);
            let undone = abort.is_some() && ended == Ok(Outcome::Undone { to: 0 });
            let told = format!("{seed} {kill:?} {abort:?}: {ended:?}");
            assert!(undone || ended == Ok(Outcome::Done), "{told}");
        }
    }
}

/// A failure means that a finished run cannot be taken back once the autoscaler has chosen another
/// number: the way back holds it, and counts from the plan's.
#[test]
fn a_number_chosen_since_is_no_hindrance_to_go_back() {
    let plan = golden("canary/autoscaler-held");
    for seed in 0..SEEDS {
        for chosen in [2, 5, 9] {
            let mut stage = Stage::new(alone(seed, &plan), false);
            assert_eq!(stage.go(), Ok(Outcome::Done));
            stage.scale_itself(chosen);
            stage.begin(Goal::Back { to: 0 });
            let undone = stage.go_beside_others();
            assert_eq!(undone, Ok(Outcome::Undone { to: 0 }), "{seed} {chosen}");
        }
    }
}

/// A run that begins with fewer pods than its plan counts. From the moment when there is a canary,
/// the plan's budget holds.
fn play_from(scenario: Scenario<'_>, plan: &Checked, fewer: u32) -> Result<Outcome, String> {
    let mut stage = Stage::new(scenario, false);
    stage.scale_itself(fewer);
    stage.checks.promise(false);
    while !stage.has_canary() {
        if let Some(outcome) = stage.go_on(1)? {
            return Ok(outcome);
        }
    }
    stage.checks.promise(true);
    let start = plan.start();
    let autoscaler = start.iter().find(|manifest| is_autoscaler(manifest));
    stage.play_beside(autoscaler.unwrap(), fewer)
}

/// A run of a plan that has the autoscaler, taken back in the midst of it or at its end.
fn play(
    plan: &Checked,
    seed: u64,
    load: u32,
    abort: Option<u64>,
    undo: bool,
) -> Result<Outcome, String> {
    let mut scenario = alone(seed, plan);
    scenario.abort = abort;
    let mut stage = Stage::new(scenario, false);
    stage.let_things_go_wrong();
    let start = plan.start();
    let autoscaler = start.iter().find(|manifest| is_autoscaler(manifest));
    let mut outcome = stage.play_beside(autoscaler.unwrap(), load)?;
    if undo && outcome == Outcome::Done {
        stage.begin(Goal::Back { to: 0 });
        outcome = stage.play_beside(autoscaler.unwrap(), load)?;
    }
    Ok(outcome)
}

impl Stage<'_> {
    /// The autoscaler chooses a number of pods, and is content.
    fn scale_itself(&mut self, count: u32) {
        let kind = "HorizontalPodAutoscaler";
        let object = ObjectRef::new("autoscaling/v2", kind, Some(NAMESPACE), "hello");
        self.model.loads.insert(object, count);
        assert!(self.model.drive_bounded(20_000));
    }

    /// Goes on to the end, whatever becomes of the budget: others have changed the number of pods.
    fn go_beside_others(&mut self) -> Result<Outcome, String> {
        self.checks.promise(false);
        self.go()
    }

    fn has_canary(&self) -> bool {
        let canary = ObjectRef::new("apps/v1", "Deployment", Some(NAMESPACE), "hello-canary");
        self.model.server.get(&canary).is_ok()
    }

    /// Plays to the end. The autoscaler is content until the plan counts, and again once the canary
    /// is gone: before and after, the number is its own to say.
    fn play_beside(&mut self, autoscaler: &Manifest, load: u32) -> Result<Outcome, String> {
        let object = near(autoscaler.object());
        loop {
            let counts = self.has_canary();
            if counts && self.model.server.get(&object).is_err() {
                let call = crate::wire::call(self.model.now);
                self.model.server.create(autoscaler, call).unwrap();
            }
            let hello = ObjectRef::new("apps/v1", "Deployment", Some(NAMESPACE), "hello");
            let hello = self.model.server.get(&hello).unwrap();
            let count = hello.pointer("/spec/replicas").unwrap().as_u64().unwrap();
            let content = u32::try_from(count).unwrap();
            let asks = if counts { load } else { content };
            self.model.loads.insert(object.clone(), asks);
            if let Some(outcome) = self.go_on(1)? {
                return Ok(outcome);
            }
        }
    }
}

/// A run without any fault, in which nobody meddles but the autoscaler.
pub(crate) fn alone(seed: u64, plan: &Checked) -> Scenario<'_> {
    let mut scenario = quiet(seed, std::slice::from_ref(plan));
    scenario.faults = Default::default();
    scenario
}

pub(crate) fn golden(name: &str) -> Checked {
    let cases = Case::golden().unwrap();
    let case = cases.iter().find(|case| case.name() == name);
    case.unwrap().plan_sealed_by(sealer()).unwrap()
}

fn is_autoscaler(manifest: &Manifest) -> bool {
    manifest.object().kind == "HorizontalPodAutoscaler"
}

fn near(object: &ObjectRef) -> ObjectRef {
    let namespace = Some(NAMESPACE.to_owned());
    ObjectRef {
        namespace,
        ..object.clone()
    }
}
