//! How much memory a plan takes that is checked: nobody keeps all of its states.
//!
//! A binary of its own: what other tests need would be counted too.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]
#![allow(
    clippy::disallowed_methods,
    reason = "the kernel says how much there is"
)]

use std::fs;

use cutover_check::check;
use cutover_manifest::{Bundle, Manifest};
use cutover_plan::{Change, OnFailure, Phase, Plan, Spec, Step, Undo, state_digest};
use serde_json::json;

/// Of an object of so many bytes there are so many versions: all together they would take 10 MB.
const BYTES: usize = 250_000;
const VERSIONS: usize = 40;

/// A failure means that a plan of a few megabytes may need as much memory as there is.
#[test]
fn a_large_object_of_many_versions() {
    let plan = plan();
    let before = kibibytes("VmRSS:");
    assert_eq!(check(plan).map(|_| ()), Ok(()));
    let grown = kibibytes("VmHWM:").saturating_sub(before);
    assert!(grown < 5_000, "{grown} KiB");
}

fn plan() -> Plan {
    let map = |version: usize| {
        let value = json!({
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "large"},
            "data": {"text": "a".repeat(BYTES), "version": version.to_string()},
        });
        Manifest::new(value).unwrap()
    };
    let step = |before: &Manifest, after: &Manifest| Step {
        phase: Phase::new("update").unwrap(),
        changes: Change::between(Some(before), Some(after))
            .into_iter()
            .collect(),
        shares: Vec::new(),
        within: None,
        gates: Vec::new(),
        state: state_digest(&Bundle::from_iter([after.clone()])).unwrap(),
    };
    let mut spec = Spec {
        strategy: "own".into(),
        on_failure: OnFailure::Stop,
        workloads: Vec::new(),
        notes: Vec::new(),
        from: vec![map(0)],
        steps: Vec::new(),
        undo: Vec::new(),
    };
    for from in 1..=VERSIONS {
        let (before, after) = (map(from - 1), map(from));
        spec.steps.push(step(&before, &after));
        let steps = vec![step(&after, &before)];
        let to = from - 1;
        spec.undo.push(Undo { from, to, steps });
    }
    Plan::new("large", spec).unwrap()
}

/// A number of what the kernel says about this process.
fn kibibytes(field: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(field)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
