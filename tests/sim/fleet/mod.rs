//! Runs over a fleet whose clusters are slow, fail, are cut off and come back, and whose runners are
//! killed at any effect, sleep, and are followed by others.
//!
//! Clusters are small models at the level of a fleet's events: how each carries out its own plan is
//! what the runs of `stage.rs` are about. Every run is made of its seed alone.
//! `CUTOVER_FLEET_SEEDS` says how many are tried, and `CUTOVER_FLEET_SEED=n` plays one again aloud.

mod cluster;
#[cfg(test)]
mod examples;
mod facts;
mod fates;
mod laws;
mod scenario;
mod stage;
mod trace;
mod work;

use crate::{ENOUGH, failures, number};
use scenario::Scenario;
use stage::Stage;

/// How many seeds are tried every day.
const EVERYDAY: u64 = 2_000;

/// A failure means that a run over a fleet would change more clusters at once than may, begin one
/// twice, lose one, go on past a failure, or leave one half taken back.
#[test]
fn fleets_keep_their_promises() {
    if let Some(seed) = number("CUTOVER_FLEET_SEED") {
        play(seed, true).unwrap_or_else(|reason| panic!("{reason}"));
        return;
    }
    let seeds = number("CUTOVER_FLEET_SEEDS").unwrap_or(EVERYDAY);
    let enough = number("CUTOVER_FAILURES").unwrap_or(ENOUGH);
    let failed = failures(seeds, enough, |seed| play(seed, false));
    let hint = "run it again: CUTOVER_FLEET_SEED=… cargo test -p cutover-tests --test sim fleets_keep -- --nocapture";
    assert!(failed.is_empty(), "{}\n{hint}", failed.join("\n"));
}

fn play(seed: u64, aloud: bool) -> Result<(), String> {
    Stage::new(Scenario::new(seed), aloud).play()
}
