//! Runs that are paused in mid-roll, and go on, or are taken back.

use cutover_run::Outcome;

use crate::autoscaled::{alone, golden};
use crate::scenario::{Pause, Scenario};
use crate::stage::Stage;

/// Plans that roll several pods of a Deployment, or of several.
const ROLLING: [&str; 2] = [
    "rolling/three-workloads-two-at-a-time",
    "rolling/widen-roll-narrow",
];

/// A failure means that a pause changes where a run ends, or that what it held stays held.
#[test]
fn a_run_that_was_paused_ends_as_any_other() {
    for plan in ROLLING.map(golden) {
        for begins in (60..600).step_by(30) {
            let ends = begins + 200;
            let mut scenario = alone(begins, &plan);
            scenario.pause = Some(Pause { begins, ends });
            check(scenario, &Outcome::Done);
            let mut scenario = alone(begins, &plan);
            scenario.pause = Some(Pause { begins, ends });
            scenario.abort = Some(begins + 100);
            check(scenario, &Outcome::Undone { to: 0 });
        }
    }
}

#[track_caller]
fn check(scenario: Scenario<'_>, expect: &Outcome) {
    let named = format!("{scenario:?}");
    let mut stage = Stage::new(scenario, false);
    let outcome = stage
        .go()
        .unwrap_or_else(|reason| panic!("{named}: {reason}"));
    assert!(
        outcome == *expect || outcome == Outcome::Done,
        "{named}: {outcome:?}"
    );
    assert_eq!(stage.judge(&outcome), Ok(()), "{named}");
}
