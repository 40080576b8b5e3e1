//! A fleet and what happens to it, made of a seed.

use std::sync::OnceLock;

use cutover::Checked;
use cutover::fleet::{CheckedFleet, FleetPlan, FleetSpec, Name, check};
use cutover_model::Random;
use serde_json::{Value, json};

use crate::autoscaled::golden;

/// A fleet and what happens to it.
pub(super) struct Scenario {
    pub(super) fleet: CheckedFleet,
    /// In so many of 1,000 effects the runner is killed right before it.
    pub(super) kills: u16,
    /// How often at most.
    pub(super) most_kills: u32,
    /// After how many seconds the runner falls asleep, and another one takes over.
    pub(super) sleep: Option<i64>,
    /// After how many seconds a person asks it to go back.
    pub(super) abort: Option<i64>,
    /// After how many seconds the program is asked to end.
    pub(super) stop: Option<i64>,
    /// Whether people approve what nobody has asked them for.
    pub(super) hasty: bool,
    /// In so many of 1,000 a gate fails.
    pub(super) failing_gates: u16,
    pub(super) wave: Option<Name>,
    pub(super) random: Random,
}

impl Scenario {
    pub(super) fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let fleet = random.pick(fleets()).unwrap().clone();
        let some = |random: &mut Random, chance: u16| {
            let after = i64::try_from(random.below(6_000)).unwrap();
            random.chance(chance).then_some(after)
        };
        let first = fleet.spec.waves[0].name.clone();
        Self {
            kills: if random.chance(400) { 30 } else { 0 },
            most_kills: u32::try_from(1 + random.below(3)).unwrap(),
            sleep: some(&mut random, 150),
            abort: some(&mut random, 150),
            stop: some(&mut random, 100),
            hasty: random.chance(300),
            failing_gates: if random.chance(200) { 200 } else { 0 },
            wave: random.chance(150).then_some(first),
            fleet,
            random,
        }
    }
}

/// Fleets of all kinds: to make one takes longer than to play a run over it.
fn fleets() -> &'static [CheckedFleet] {
    static FLEETS: OnceLock<Vec<CheckedFleet>> = OnceLock::new();
    FLEETS.get_or_init(|| {
        (0..FLEETS_MADE)
            .map(|seed| fleet(&mut Random::new(!seed)))
            .collect()
    })
}

/// How many fleets there are.
const FLEETS_MADE: u64 = 300;

fn fleet(random: &mut Random) -> CheckedFleet {
    let plan = plan();
    let mut clusters = 0;
    let waves: Vec<Value> = (0..1 + random.below(3))
        .map(|wave| self::wave(wave, &mut clusters, random))
        .collect();
    let policies = ["stop", "undoCluster", "undoWave", "undo"];
    let reaching = ["fail", "skip", "wait"];
    let spec = json!({
        "waves": waves,
        "onFailure": random.pick(&policies),
        "unreachable": random.pick(&reaching),
        "plans": { plan.digest.to_string(): plan.to_value().unwrap() },
    });
    let spec: FleetSpec = serde_json::from_value(spec).unwrap();
    check(FleetPlan::new("shop", spec).unwrap()).unwrap()
}

fn wave(wave: u64, clusters: &mut u64, random: &mut Random) -> Value {
    let size = 1 + random.below(4);
    let names = (0..size).map(|_| {
        *clusters += 1;
        json!({ "name": format!("c{clusters}"), "plan": plan().digest.to_string() })
    });
    let mut value = json!({
        "name": format!("w{wave}"),
        "maxConcurrency": 1 + random.below(size),
        "maxFailures": random.below(size.min(2)),
        "undoMaxConcurrency": 1 + random.below(size),
        "progressDeadlineSeconds": 1_200,
        "clusters": names.collect::<Vec<_>>(),
        "gates": { "before": gates(random), "after": gates(random) },
    });
    if random.chance(600) {
        value["soak"] = json!("10m");
    }
    value
}

/// A first wave of a1 and a2, one at once, with a soak of a minute, and a second one of b1.
#[cfg(test)]
pub(super) fn two_waves() -> CheckedFleet {
    let digest = plan().digest.to_string();
    let before = json!([
        { "smoke": { "url": "http://smoke" } },
        { "pause": {} },
        { "window": { "from": "09:00", "to": "16:00", "timezone": "Europe/Berlin" } },
    ]);
    let first = json!({
        "name": "first", "maxConcurrency": 1, "maxFailures": 0, "progressDeadlineSeconds": 600, "soak": "1m",
        "clusters": [{ "name": "a1", "plan": digest }, { "name": "a2", "plan": digest }],
        "gates": { "before": before },
    });
    let second = json!({
        "name": "second", "maxConcurrency": 1, "maxFailures": 0,
        "clusters": [{ "name": "b1", "plan": digest }],
    });
    let spec = json!({
        "waves": [first, second], "onFailure": "undo",
        "plans": { plan().digest.to_string(): plan().to_value().unwrap() },
    });
    let spec: FleetSpec = serde_json::from_value(spec).unwrap();
    check(FleetPlan::new("shop", spec).unwrap()).unwrap()
}

/// Gates of one side of the first wave: each of five is there with a chance of 12 %.
fn gates(random: &mut Random) -> Vec<Value> {
    let window =
        json!({ "window": { "from": "09:00", "to": "16:00", "timezone": "Europe/Berlin" } });
    let all = [
        json!({ "smoke": { "url": "http://smoke" } }),
        json!({ "pause": {} }),
        json!({ "pause": { "duration": "5m" } }),
        window.clone(),
        window,
    ];
    let all = all.into_iter();
    all.filter(|_| random.chance(120)).collect()
}

/// A short plan: what is in it, a fleet's run does not look at.
fn plan() -> &'static Checked {
    static PLAN: OnceLock<Checked> = OnceLock::new();
    PLAN.get_or_init(|| golden("canary/hello"))
}
