//! Runs that turn round in the middle of a step that changes several sets.

use cutover_run::Outcome;

use crate::autoscaled::{alone, golden};
use crate::stage::Stage;

/// A failure means that a way back begins while pods are still there that the step before takes away,
/// where some of its sets were not written yet.
#[test]
fn what_half_a_step_has_taken_away_goes_before_the_way_back() {
    let plan = golden("canary/two-workloads-three-services");
    for seed in 3..5 {
        // While its second step and the third, which shrink two sets each, are made.
        for turn in 430..480 {
            let mut scenario = alone(seed, &plan);
            scenario.abort = Some(turn);
            let undone = Stage::new(scenario, false).go();
            assert_eq!(undone, Ok(Outcome::Undone { to: 0 }), "{seed} {turn}");
        }
    }
}
