//! Runs against a small cluster in memory, where requests get lost, watches lag, runners are killed
//! and pods fail.
//!
//! Every run is made of its seed alone. `CUTOVER_SEEDS` says how many are tried; a seed that fails
//! is run again by `CUTOVER_SEED=n cargo test -p cutover-tests --test sim -- --nocapture`, which
//! tells what the run told.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that panics has failed"
)]
#![expect(
    clippy::print_stdout,
    reason = "a run that is played again is told aloud"
)]

mod absence;
mod autoscaled;
#[path = "../behind_a_route.rs"]
mod behind_a_route;
mod beside;
mod checks;
mod damage;
mod damaged;
mod fleet;
mod forged;
mod laws;
mod over;
#[path = "../packed.rs"]
mod packed;
mod paused;
mod people;
mod player;
mod routed;
mod runner;
mod scenario;
mod stage;
mod systems;
mod trace;
mod turned;
mod verdict;
mod wire;
mod witness;

use std::panic::RefUnwindSafe;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::{env, panic, slice, thread};

use cutover::manifest::{Bundle, Manifest, SealKey, Sealer};
use cutover::planning::Workload;
use cutover::{Checked, Plan};
use scenario::Scenario;
use stage::Stage;
use xtask::golden::Case;

/// How many seeds are tried every day.
const EVERYDAY: u64 = 100;

/// So many failures are enough to look at; `CUTOVER_FAILURES` says another number.
const ENOUGH: u64 = 5;

/// A failure means that a run would break its budget, do a thing twice, lose one, or not end.
#[test]
fn runs_keep_their_promises() {
    let plans = plans();
    if let Some(seed) = number("CUTOVER_SEED") {
        play(seed, plans, true).unwrap_or_else(|reason| panic!("{reason}"));
        return;
    }
    let seeds = number("CUTOVER_SEEDS").unwrap_or(EVERYDAY);
    let enough = number("CUTOVER_FAILURES").unwrap_or(ENOUGH);
    let failed = failures(seeds, enough, |seed| play(seed, plans, false));
    let hint = "run it again: CUTOVER_SEED=… cargo test --release -p cutover-tests --test sim -- --nocapture";
    assert!(failed.is_empty(), "{}\n{hint}", failed.join("\n"));
}

/// The seeds that fail, and how: the first of them, where there are more than enough.
fn failures(
    seeds: u64,
    enough: u64,
    play: impl Fn(u64) -> Result<(), String> + RefUnwindSafe + Sync,
) -> Vec<String> {
    let (next, failures) = (AtomicU64::new(0), AtomicU64::new(0));
    let worker = || {
        let mut failed = Vec::new();
        while failures.load(Ordering::Relaxed) < enough {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds {
                break;
            }
            let played = panic::catch_unwind(|| play(seed));
            if let Err(reason) = played.unwrap_or_else(|_| Err("it panicked".into())) {
                failures.fetch_add(1, Ordering::Relaxed);
                failed.push(format!("seed {seed}: {reason}"));
            }
        }
        failed
    };
    thread::scope(|scope| {
        let workers = [(); 2].map(|()| scope.spawn(worker));
        let failed = workers.map(|worker| worker.join().unwrap());
        failed.concat()
    })
}

fn play(seed: u64, plans: &[Checked], aloud: bool) -> Result<(), String> {
    let plans = routed::plan(seed).map_or(plans, slice::from_ref);
    let scenario = Scenario::new(seed, plans);
    if aloud {
        println!("{scenario:#?}");
    }
    Stage::new(scenario, aloud).play()
}

/// The plans of all golden cases that change something.
fn plans() -> &'static [Checked] {
    static PLANS: OnceLock<Vec<Checked>> = OnceLock::new();
    PLANS.get_or_init(|| {
        let cases = Case::all().unwrap();
        let patient = Case::golden().unwrap();
        let patient = patient.into_iter().filter(is_short).map(patient_one);
        // Some cases show what is refused.
        let plans = cases
            .into_iter()
            .chain(patient)
            .filter_map(|case| case.plan_sealed_by(sealer()).ok());
        plans.filter(|plan| is_playable(plan)).collect()
    })
}

/// Two cases are tried with `minReadySeconds` too, which no golden case has.
fn is_short(case: &Case) -> bool {
    ["canary/hello", "blue-green/hello"].contains(&case.name().as_str())
}

/// The same case with pods that count as available ten seconds after they are ready.
fn patient_one(mut case: Case) -> Case {
    case.from = patient(&case.from);
    case.to = case.to.as_ref().map(patient);
    case
}

fn patient(bundle: &Bundle) -> Bundle {
    let manifests = bundle.iter();
    let patient = manifests.map(|manifest| match manifest.object().kind.as_str() {
        "Deployment" => manifest.set("/spec/minReadySeconds", 10.into()).unwrap(),
        _ => manifest.clone(),
    });
    patient.collect()
}

/// The Secrets of all golden cases, with their values.
fn secrets() -> &'static [Manifest] {
    static SECRETS: OnceLock<Vec<Manifest>> = OnceLock::new();
    SECRETS.get_or_init(|| {
        let cases = Case::all().unwrap();
        cases.iter().flat_map(Case::secrets).collect()
    })
}

/// By a key, which is quick.
fn sealer() -> Sealer {
    Sealer::Keyed(SealKey::new(b"the key of the simulation").unwrap())
}

/// Whether the cluster in memory can hold a plan's objects.
fn is_playable(plan: &Plan) -> bool {
    let start = plan.start();
    // Those made from live objects name the uids of another cluster.
    let lives = |manifest: &Manifest| manifest.pointer("/metadata/uid").is_some();
    // A plan by route has seeds of its own.
    let mut routes = plan.spec.workloads.iter().flat_map(Workload::routes);
    !plan.is_empty() && !start.iter().any(lives) && routes.next().is_none()
}

fn number(name: &str) -> Option<u64> {
    env::var(name).ok().map(|text| text.parse().unwrap())
}
