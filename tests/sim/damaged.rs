//! The law of damage: a plan that is damaged is refused, or harmless.

use std::collections::BTreeMap;

use cutover::{Checked, Plan, check};
use xtask::golden::Case;

use crate::damage::{Damaged, Kind, damaged};
use crate::player::Player;
use crate::{is_playable, number};

/// On how many seeds each plan is tried every day; `CUTOVER_DAMAGE_SEEDS` says another number.
const EVERYDAY: u64 = 3;

/// A failure means that the player breaks a plan which nobody has damaged: it proves nothing then.
#[test]
fn plans_that_nobody_damaged_are_harmless() {
    for plan in plans() {
        for seed in 0..4 * seeds() {
            let played = Player::new(seed, &plan, &plan).play();
            assert_eq!(played, Ok(()), "{}, seed {seed}", plan.spec.strategy);
        }
    }
}

/// A failure means that whoever damages a plan, by intent or not, breaks what was promised, and no
/// reader notices.
#[test]
fn damage_is_refused_or_harmless() {
    let mut tally: BTreeMap<Kind, [usize; 2]> = BTreeMap::new();
    let mut broken = Vec::new();
    for plan in plans() {
        for damaged in damaged(&plan) {
            let [refused, harmless] = tally.entry(damaged.kind).or_default();
            if check(damaged.plan.clone()).is_err() {
                *refused += 1;
                continue;
            }
            *harmless += 1;
            broken.extend(harm(&plan, &damaged));
        }
    }
    for (kind, [refused, harmless]) in &tally {
        println!("{kind:?}: {refused} refused, {harmless} harmless");
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// What a damaged plan breaks of what the plan promises.
fn harm(plan: &Plan, damaged: &Damaged) -> Option<String> {
    (0..seeds()).find_map(|seed| {
        let broken = Player::new(seed, &damaged.plan, plan).play().err()?;
        let (strategy, kind, place) = (&plan.spec.strategy, damaged.kind, &damaged.place);
        Some(format!(
            "{strategy}: {kind:?}, {place}: seed {seed}: {broken}"
        ))
    })
}

fn seeds() -> u64 {
    number("CUTOVER_DAMAGE_SEEDS").unwrap_or(EVERYDAY)
}

/// The plans of the golden cases, but of those that show what is refused.
fn plans() -> Vec<Plan> {
    let cases = Case::golden().unwrap();
    let plans = cases.iter().filter_map(|case| case.plan().ok());
    let plans = plans.map(Checked::into_plan);
    // Who plays a plan by its words alone has no values of Secrets.
    plans
        .filter(|plan| is_playable(plan) && plan.secrets().is_empty())
        .collect()
}
