//! The laws of a plan: what holds for every application, release and strategy. Each says what its
//! failure means.
//!
//! `PROPTEST_CASES` says on how many cases each law is tried.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a law that fails panics, which is how a test says so"
)]

mod case;
mod checked;
mod configuration;
mod documents;
mod edits;
mod finds;
mod gates;
mod held;
mod live;
mod manifests;
mod model;
mod order;
mod planned;
mod pods;
mod ports;
mod reading;
mod requests;
mod routes;
mod sample;
mod size;
mod strict;
mod ways;
mod windows;

use proptest::prelude::*;

use self::case::{Case, cases};
use self::planned::Planned;
pub(crate) use self::planned::states;

/// How many cases a law is tried on where nothing is said.
const EVERYDAY: u32 = 32;

fn config() -> ProptestConfig {
    let said = std::env::var_os("PROPTEST_CASES").is_some();
    let config = ProptestConfig::default();
    ProptestConfig {
        cases: if said { config.cases } else { EVERYDAY },
        max_shrink_iters: 20_000,
        ..config
    }
}

/// What holds for every plan; the text says what does not.
type Law = fn(&Planned) -> Result<(), String>;

/// Laws over every plan, each tried on many cases. A case that is refused tries nothing, but must
/// say why, and not because the planner is stuck.
macro_rules! laws {
    ($($(#[$meta:meta])* fn $name:ident($planned:ident) $body:block)*) => {
        $(
            $(#[$meta])*
            fn $name($planned: &crate::laws::Planned) -> Result<(), String> $body
        )*

        /// The laws of this file.
        pub(super) const LAWS: &[(&str, crate::laws::Law)] = &[$((stringify!($name), $name)),*];

        mod tried {
            proptest::proptest! {
                #![proptest_config(crate::laws::config())]
                $(
                    #[test]
                    fn $name(case in crate::laws::cases()) {
                        crate::laws::try_on(&case, super::$name)?;
                    }
                )*
            }
        }
    };
}
use laws;

fn try_on(case: &Case, law: Law) -> Result<(), TestCaseError> {
    match case.plan() {
        Ok(planned) => law(&planned)
            .map_err(|reason| TestCaseError::fail(format!("{reason}\n{}", planned.table()))),
        Err(reason) => {
            prop_assert!(!reason.trim().is_empty() && !is_stuck(&reason), "{reason}");
            Ok(())
        }
    }
}

/// What is said where the planner finds no way between two waypoints, or one that breaks a promise:
/// no case may hear it.
const STUCK: [&str; 3] = [
    "cannot carry its requests",
    "does not keep what it promises",
    "lies outside the workload's budget",
];

fn is_stuck(reason: &str) -> bool {
    STUCK.iter().any(|text| reason.contains(text))
}

/// All laws over a plan, with their names.
fn all_laws() -> impl Iterator<Item = (&'static str, Law)> {
    let all = [
        checked::LAWS,
        configuration::LAWS,
        documents::LAWS,
        gates::LAWS,
        order::LAWS,
        pods::LAWS,
        requests::LAWS,
        size::LAWS,
        ways::LAWS,
    ];
    all.into_iter().flatten().copied()
}

/// The laws say nothing unless most cases have a plan. A failure means that the generator makes
/// applications that the planner refuses.
#[test]
fn many_cases_have_a_plan_with_steps() {
    use proptest::strategy::ValueTree;

    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let all: Vec<Case> = (0..600)
        .map(|_| cases().new_tree(&mut runner).unwrap().current())
        .collect();
    let planned = all
        .iter()
        .filter(|case| case.plan().is_ok_and(|planned| !planned.plan.is_empty()))
        .count();
    assert!(
        planned * 3 >= all.len(),
        "only {planned} of {} cases have steps",
        all.len()
    );
}
