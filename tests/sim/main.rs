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
mod checks;
mod damage;
mod damaged;
mod forged;
#[path = "../packed.rs"]
mod packed;
mod player;
mod runner;
mod scenario;
mod stage;
mod systems;
mod verdict;
mod wire;

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::{env, panic, thread};

use cutover::manifest::{Manifest, SealKey, Sealer};
use cutover::{Checked, Plan};
use scenario::Scenario;
use stage::Stage;

/// How many seeds are tried every day.
const EVERYDAY: u64 = 100;

/// So many failures are enough to look at.
const ENOUGH: usize = 5;

/// A failure means that a run would break its budget, do a thing twice, lose one, or not end.
#[test]
fn runs_keep_their_promises() {
    let plans = plans();
    if let Some(seed) = number("CUTOVER_SEED") {
        play(seed, plans, true).unwrap_or_else(|reason| panic!("{reason}"));
        return;
    }
    let (seeds, next) = (
        number("CUTOVER_SEEDS").unwrap_or(EVERYDAY),
        AtomicU64::new(0),
    );
    let worker = || {
        let mut failed = Vec::new();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds || failed.len() == ENOUGH {
                return failed;
            }
            let played = panic::catch_unwind(|| play(seed, plans, false));
            let played = played.unwrap_or_else(|_| Err("it panicked".into()));
            failed.extend(played.err().map(|reason| format!("seed {seed}: {reason}")));
        }
    };
    let failed: Vec<String> = thread::scope(|scope| {
        let workers: Vec<_> = (0..2).map(|_| scope.spawn(worker)).collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap())
            .collect()
    });
    let hint = "run it again: CUTOVER_SEED=… cargo test --release -p cutover-tests --test sim -- --nocapture";
    assert!(failed.is_empty(), "{}\n{hint}", failed.join("\n"));
}

fn play(seed: u64, plans: &[Checked], aloud: bool) -> Result<(), String> {
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
        let cases = xtask::golden::Case::all().unwrap();
        // Some cases show what is refused.
        let plans = cases
            .iter()
            .filter_map(|case| case.plan_sealed_by(sealer()).ok());
        plans.filter(|plan| is_playable(plan)).collect()
    })
}

/// The Secrets of all golden cases, with their values.
fn secrets() -> &'static [Manifest] {
    static SECRETS: OnceLock<Vec<Manifest>> = OnceLock::new();
    SECRETS.get_or_init(|| {
        let cases = xtask::golden::Case::all().unwrap();
        cases
            .iter()
            .flat_map(xtask::golden::Case::secrets)
            .collect()
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
    !plan.is_empty() && !start.iter().any(lives)
}

fn number(name: &str) -> Option<u64> {
    env::var(name).ok().map(|text| text.parse().unwrap())
}
