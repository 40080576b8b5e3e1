//! What happens in a run, made of its seed.

use std::collections::BTreeSet;
use std::fmt;

use cutover::manifest::{Bundle, Manifest, ObjectRef};
use cutover::planning::{Bounds, Deployment, Gate, OnFailure, Workload, deployments};
use cutover::{Checked, Plan};
use cutover_model::{Edit, Fate, Faults, Random};
use cutover_run::Goal;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::checks::placed;
use crate::systems::{Opinion, asks};
use crate::{sealer, secrets};

/// The image of a Deployment's first container.
const IMAGE: &str = "/spec/template/spec/containers/0/image";

/// What happens in a run.
pub(crate) struct Scenario<'p> {
    pub(crate) seed: u64,
    pub(crate) plan: &'p Checked,
    pub(crate) on_failure: OnFailure,
    /// What becomes of pods of the new version.
    pub(crate) fate: Fate,
    pub(crate) faults: Faults,
    /// What other systems say.
    pub(crate) opinion: Opinion,
    /// After how many decisions of the stage the runner is killed, and another one takes over.
    pub(crate) kills: BTreeSet<u64>,
    /// After how many the run is asked to go back.
    pub(crate) abort: Option<u64>,
    /// Whether it is taken back once it is done.
    pub(crate) undo: bool,
    /// A second runner that begins beside the first one.
    pub(crate) rival: Option<Rival>,
    /// Whether people approve another step before they approve the one that waits.
    pub(crate) hasty: bool,
    /// By how much the runners' clocks are ahead of the cluster's.
    pub(crate) ahead: SignedDuration,
    /// Whether somebody pauses the run for a while.
    pub(crate) pause: Option<Pause>,
    /// An autoscaler that the plan does not know, of a set whose pods it counts.
    pub(crate) autoscaler: Option<Manifest>,
    /// An API server that starts anew in mid-run.
    pub(crate) restart: Option<Restart>,
    /// Watches that tell nothing for a while.
    pub(crate) deafness: Option<Deafness>,
    /// Writes to the plan's objects that fail for a while.
    pub(crate) failing: Option<Failing>,
    /// What a person says once drift stops the run; none where nobody lets it go on.
    pub(crate) overrules: Option<Goal>,
    /// Whether a person lets runs go on over drift by now.
    pub(crate) accepts_drift: bool,
    pub(crate) random: Random,
}

/// A webhook that is down for a while: each write to an object of the plan is answered with 500.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Failing {
    /// After how many decisions of the stage, once the run writes.
    pub(crate) begins: u64,
    /// For how long.
    pub(crate) lasts: SignedDuration,
}

impl Failing {
    /// On some seeds, by numbers of its own: the others stay what they are.
    fn of(seed: u64) -> Option<Self> {
        let mut random = Random::new(seed.rotate_left(48));
        let begins = 20 + random.below(400);
        let seconds = 30 + random.below(170);
        let lasts = SignedDuration::from_secs(seconds.try_into().unwrap());
        (seed % FAILINGS == 5).then_some(Self { begins, lasts })
    }

    /// Somebody sees it, and wants to go back.
    fn abort(self) -> u64 {
        self.begins + 1 + self.begins % 150
    }
}

/// Of so many seeds one is of writes that fail for a while.
const FAILINGS: u64 = 9;

/// On some seeds somebody lets a run go on over drift, forward or back.
fn overrules(seed: u64) -> Option<Goal> {
    match seed % 4 {
        0 => None,
        1 => Some(Goal::Back { to: 0 }),
        _ => Some(Goal::Apply),
    }
}

/// An API server that starts anew, and knows no roles for a while.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Restart {
    /// After how many decisions of the stage, once the run writes.
    pub(crate) begins: u64,
    /// For how long it refuses what has been granted.
    pub(crate) lasts: SignedDuration,
}

impl Restart {
    /// On some seeds, by numbers of its own: the others stay what they are.
    fn of(seed: u64) -> Option<Self> {
        let mut random = Random::new(seed.rotate_left(32));
        let begins = 20 + random.below(600);
        let seconds = 1 + random.below(50);
        let lasts = SignedDuration::from_secs(seconds.try_into().unwrap());
        (seed % RESTARTS == 3).then_some(Self { begins, lasts })
    }
}

/// Of so many seeds one is of an API server that starts anew.
const RESTARTS: u64 = 7;

/// Watches that tell nothing for a while, although requests are answered: packets of old connections
/// are dropped, and nobody closes them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deafness {
    /// After how many decisions of the stage.
    pub(crate) begins: u64,
    /// How long the watches tell nothing, by the clock of the cluster.
    pub(crate) lasts: SignedDuration,
}

impl Deafness {
    /// On some seeds, by numbers of its own: the others stay what they are.
    fn of(seed: u64) -> Option<Self> {
        let mut random = Random::new(seed.rotate_left(16));
        let begins = 20 + random.below(900);
        let lasts = SignedDuration::from_secs(55);
        (seed % DEAFNESSES == 4).then_some(Self { begins, lasts })
    }
}

/// Of so many seeds one is of watches that tell nothing for a while.
const DEAFNESSES: u64 = 6;

/// Somebody who pauses a run, and lets it go on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pause {
    /// After how many decisions of the stage.
    pub(crate) begins: u64,
    /// After how many it goes on; at the latest when nothing else happens any more.
    pub(crate) ends: u64,
}

impl Pause {
    /// On some seeds, by numbers of its own: the others stay what they are.
    fn of(seed: u64) -> Option<Self> {
        let mut random = Random::new(!seed);
        let begins = 100 + random.below(500);
        let ends = begins + 1 + random.below(600);
        (seed % PAUSES == 6).then_some(Self { begins, ends })
    }
}

/// Of so many seeds one is of a run that is paused.
const PAUSES: u64 = 8;

/// A second runner that begins beside the first one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rival {
    /// After how many decisions of the stage it begins.
    pub(crate) begins: u64,
    /// For how many the first one sleeps meanwhile.
    pub(crate) sleeps: u64,
    /// What it is to do.
    pub(crate) goal: Goal,
}

impl Rival {
    fn of(random: &mut Random) -> Self {
        let sleeps = match random.chance(700) {
            true => random.below(600),
            false => 0,
        };
        let goal = match random.chance(500) {
            true => Goal::Back { to: 0 },
            false => Goal::Apply,
        };
        Self {
            begins: 20 + random.below(600),
            sleeps,
            goal,
        }
    }
}

impl<'p> Scenario<'p> {
    pub(crate) fn new(seed: u64, plans: &'p [Checked]) -> Self {
        let mut random = Random::new(seed);
        // The shorter of two: a long plan takes long, and most of its steps are like one another.
        let plan = [(); 2]
            .map(|()| random.pick(plans).unwrap())
            .into_iter()
            .min_by_key(|plan| plan.len())
            .unwrap();
        let fate = match random.below(8) {
            0 => Fate::NeverReady,
            1 => Fate::Crash,
            2 => Fate::ImagePull,
            3 => Fate::Slow { seconds: 20 },
            _ => Fate::Healthy,
        };
        let kills = (0..random.below(4))
            .map(|_| 20 + random.below(400))
            .collect();
        let abort = random.chance(250).then(|| 20 + random.below(600));
        let on_failure = if random.chance(700) {
            OnFailure::Undo
        } else {
            OnFailure::Stop
        };
        let mut faults = faults(&mut random, plan);
        let undo = random.chance(300);
        let opinion = Opinion::of(&mut random);
        faults.edits.extend(autoscaled(&mut random, plan));
        let rival = random.chance(150).then(|| Rival::of(&mut random));
        let hasty = random.chance(200);
        let ahead = match random.below(4) {
            0 => SignedDuration::from_mins(5),
            1 => SignedDuration::from_mins(-5),
            _ => SignedDuration::ZERO,
        };
        let autoscaler = random.chance(30).then(|| autoscaler(&mut random, plan));
        Self {
            restart: Restart::of(seed),
            deafness: Deafness::of(seed),
            overrules: overrules(seed),
            failing: Failing::of(seed),
            accepts_drift: false,
            autoscaler: autoscaler.flatten(),
            pause: Pause::of(seed),
            seed,
            plan,
            on_failure,
            fate,
            faults,
            opinion,
            kills,
            abort: abort.or_else(|| Failing::of(seed).map(Failing::abort)),
            undo,
            rival,
            hasty,
            ahead,
            random,
        }
    }

    /// Where the plan starts, with as many pods as others say where it does not.
    pub(crate) fn start(&self) -> Bundle {
        let start = scaled(self.plan.start(), self.plan, self.seed);
        start.iter().map(opened).collect()
    }

    /// Whether pods or objects change by somebody else's hand, so that no budget can be promised. A
    /// number that the plan leaves to others is theirs to change.
    pub(crate) fn is_meddled_with(&self) -> bool {
        let mut edits = self.faults.edits.iter();
        edits.any(|edit| !live_sets(self.plan).any(|set| *set == edit.object))
            || self.faults.crashes + self.faults.evictions + self.faults.deletions > 0
    }

    /// Whether nobody else changes any pod, so that the budget is promised at every moment.
    pub(crate) fn is_left_alone(&self) -> bool {
        !self.is_meddled_with() && self.faults.edits.is_empty()
    }

    /// Whether another system may say no.
    pub(crate) fn is_doubted(&self) -> bool {
        self.opinion != Opinion::Agree && asks(self.plan)
    }

    /// Whether pods of the new version do not become available.
    pub(crate) fn is_broken(&self) -> bool {
        !matches!(self.fate, Fate::Healthy | Fate::Slow { .. })
    }

    /// The images that only the new version has.
    pub(crate) fn new_images(&self) -> Vec<String> {
        new_images(self.plan)
    }
}

/// A Secret with its values.
fn opened(manifest: &Manifest) -> Manifest {
    let mut secrets = secrets()
        .iter()
        .filter(|secret| secret.object() == manifest.object());
    let is_it = |secret: &&Manifest| sealer().seal_like(secret, manifest) == *manifest;
    secrets.find(is_it).unwrap_or(manifest).clone()
}

impl fmt::Debug for Scenario<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scenario")
            .field("seed", &self.seed)
            .field(
                "plan",
                &(&self.plan.spec.strategy, &self.plan.metadata.name),
            )
            .field("on_failure", &self.on_failure)
            .field("fate", &self.fate)
            .field("faults", &self.faults)
            .field("opinion", &self.opinion)
            .field("kills", &self.kills)
            .field("abort", &self.abort)
            .field("undo", &self.undo)
            .field("rival", &self.rival)
            .field("hasty", &self.hasty)
            .field("ahead", &self.ahead)
            .field("autoscaler", &self.autoscaler.is_some())
            .field("restart", &self.restart)
            .field("deafness", &self.deafness)
            .field("overrules", &self.overrules)
            .field("failing", &self.failing)
            .finish_non_exhaustive()
    }
}

/// The images that only a plan's new version has.
pub(crate) fn new_images(plan: &Plan) -> Vec<String> {
    let old = images(&plan.start());
    let mut walk = plan.walk();
    let mut new = BTreeSet::new();
    while walk.advance().unwrap().is_some() {
        new.extend(images(walk.state()));
    }
    new.into_iter()
        .filter(|image| !old.contains(image))
        .collect()
}

/// The sets whose number of pods the plan leaves to others.
fn live_sets(plan: &Plan) -> impl Iterator<Item = &ObjectRef> {
    let workloads = plan.spec.workloads.iter();
    let live = workloads.filter(|workload| workload.is_live());
    live.flat_map(Workload::objects)
}

/// How many pods run where others say it.
fn others_say(seed: u64) -> u32 {
    1 + u32::try_from(seed % 7).unwrap()
}

/// Where a plan starts, scaled as others have done it where the plan does not.
pub(crate) fn scaled(mut start: Bundle, plan: &Plan, seed: u64) -> Bundle {
    for set in live_sets(plan) {
        let scaled = start
            .get(set)
            .map(|set| Deployment::of(set).scaled(others_say(seed)));
        start.extend(scaled);
    }
    start
}

/// A plan's workloads, with the bounds that it promises where so many pods run.
pub(crate) fn workloads(plan: &Plan, seed: u64) -> Vec<Workload> {
    let mut workloads = plan.spec.workloads.clone();
    for workload in &mut workloads {
        if let Some(live) = workload.bounds.live() {
            let pods = others_say(seed);
            workload.bounds = Bounds::within(live.budget(), pods, pods);
        }
    }
    workloads
}

/// Nothing goes wrong in one run of three; else a little of everything does.
fn faults(random: &mut Random, plan: &Checked) -> Faults {
    if random.chance(333) {
        return Faults::default();
    }
    let mut few = |most: u64| u16::try_from(random.below(most)).unwrap();
    let mut faults = Faults {
        too_many_requests: few(60),
        server_error: few(60),
        lost_request: few(60),
        lost_answer: few(60),
        late_write: few(40),
        rate: 5,
        ..Faults::default()
    };
    faults.expiries = u32::from(few(4));
    if random.chance(200) {
        faults.crashes = u32::try_from(random.below(2)).unwrap();
        faults.evictions = u32::try_from(random.below(2)).unwrap();
        faults.deletions = u32::try_from(random.below(3)).unwrap();
    }
    // Somebody deletes pods the whole time.
    if random.chance(50) {
        faults.deletions = 50;
        faults.rate = u16::try_from(5 + random.below(30)).unwrap();
    }
    if random.chance(150) {
        faults.edits.extend(edit(random, plan));
    }
    faults
}

/// An autoscaler scales what the plan leaves to it, again and again.
fn autoscaled(random: &mut Random, plan: &Checked) -> Vec<Edit> {
    let mut edits = Vec::new();
    for set in live_sets(plan) {
        let times = random.below(5);
        edits.extend((0..times).map(|_| scale(random, set)));
    }
    edits
}

/// An autoscaler of a set that the plan changes, and whose pods it counts; none where it has none.
fn autoscaler(random: &mut Random, plan: &Checked) -> Option<Manifest> {
    let steps = &plan.spec.steps;
    let gates = steps.iter().flat_map(|step| &step.gates);
    let counted = gates.filter_map(Gate::counted);
    let counted = counted.filter(|pods| pods.replicas.is_some());
    let changes = || steps.iter().flat_map(|step| &step.changes);
    let is_changed = |set: &&ObjectRef| changes().any(|change| change.object() == *set);
    let sets: Vec<&ObjectRef> = counted.map(|pods| pods.object).filter(is_changed).collect();
    let set = placed(random.pick(&sets)?);
    let autoscaler = json!({
        "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler",
        "metadata": { "name": "unknown", "namespace": set.namespace },
        "spec": {
            "scaleTargetRef": { "apiVersion": set.api_version, "kind": set.kind, "name": set.name },
            "maxReplicas": 10,
        },
    });
    Some(Manifest::new(autoscaler).unwrap())
}

/// Somebody else scales a Deployment, or gives it another image.
fn edit(random: &mut Random, plan: &Checked) -> Option<Edit> {
    let start = plan.start();
    let objects: Vec<ObjectRef> = deployments(&start)
        .map(|set| set.manifest().object().clone())
        .collect();
    let object = random.pick(&objects)?.clone();
    Some(match random.chance(500) {
        true => scale(random, &object),
        false => write(
            random,
            &object,
            IMAGE,
            "registry.example/other:1.0.0".into(),
        ),
    })
}

fn scale(random: &mut Random, object: &ObjectRef) -> Edit {
    let count = 1 + random.below(6);
    write(random, object, "/spec/replicas", count.into())
}

/// Somebody else writes a field.
fn write(random: &mut Random, object: &ObjectRef, path: &str, value: Value) -> Edit {
    let ops = json!([{ "op": "replace", "path": path, "value": value }]);
    Edit {
        step: 100 + random.below(500),
        object: object.clone(),
        manager: "somebody".into(),
        ops: serde_json::from_value(ops).unwrap(),
    }
}

fn images(bundle: &Bundle) -> BTreeSet<String> {
    let containers = deployments(bundle).flat_map(|set| {
        let list = set
            .manifest()
            .pointer("/spec/template/spec/containers")
            .cloned()
            .unwrap_or_default();
        list.as_array().cloned().unwrap_or_default()
    });
    containers
        .filter_map(|container| container["image"].as_str().map(Into::into))
        .collect()
}
