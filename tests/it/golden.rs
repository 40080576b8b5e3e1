//! What comes out of the golden cases is what is kept beside them.
#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::fs;

use cutover::manifest::emit;
use cutover_report::{bounds, markdown};
use insta::{assert_snapshot, with_settings};
use xtask::golden::Case;
use xtask::root;

use crate::fleet::shop;

/// What the Secrets of the cases hold, as text and in base64.
const SECRETS: [&str; 2] = ["hush-hush-golden", "aHVzaC1odXNoLWdvbGRlb"];

/// A difference is not wrong in itself: it is a change that a reviewer has to see.
#[test]
fn plans_are_as_they_were_reviewed() {
    for case in Case::golden().unwrap() {
        for (name, text) in outputs(&case) {
            with_settings!({
                snapshot_path => root().join(&case.directory),
                prepend_module_to_snapshot => false,
                omit_expression => true,
            }, {
                assert_snapshot!(name, text);
            });
        }
    }
}

/// The same, of the fleet of the pages.
#[test]
fn plans_are_as_they_were_reviewed_for_fleets() {
    let fleet = shop();
    let plan = fleet.done("cutover fleet plan fleet.yaml -o yaml");
    fleet.put("fleet-plan.yaml", &plan);
    let page = fleet.done("cutover fleet show fleet-plan.yaml -o markdown");
    for (name, text) in [("fleet-plan.yaml", plan), ("fleet-plan.md", page)] {
        with_settings!({
            snapshot_path => root().join("tests/golden/fleet/shop"),
            prepend_module_to_snapshot => false,
            omit_expression => true,
        }, {
            assert_snapshot!(name, text);
        });
    }
}

/// A snapshot that no test writes would be reviewed for nothing.
#[test]
fn a_case_has_its_snapshots_and_no_other() {
    for case in Case::golden().unwrap() {
        let entries = fs::read_dir(root().join(&case.directory)).unwrap();
        let mut kept: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.ends_with(".snap"))
            .collect();
        kept.sort();
        let made = outputs(&case).map(|(name, _)| format!("{name}.snap"));
        assert_eq!(kept, made, "{}", case.name());
    }
}

/// What is kept of a case, by the name of its snapshot.
fn outputs(case: &Case) -> [(&'static str, String); 3] {
    let plan = case.plan().unwrap();
    [
        ("bounds.txt", bounds(&plan).unwrap()),
        ("plan.md", markdown(&plan).unwrap()),
        ("plan.yaml", emit(&plan.to_value().unwrap())),
    ]
}

/// A failure means that a value of a Secret gets into what is reviewed.
#[test]
fn no_output_holds_what_a_secret_holds() {
    let mut sealed = 0;
    for case in Case::golden().unwrap() {
        for (name, text) in outputs(&case) {
            let told = SECRETS.iter().any(|secret| text.contains(secret));
            assert!(!told, "{}: {name}", case.name());
            sealed += text.matches("cutover.dev/sealed").count();
        }
    }
    assert!(sealed > 0, "no case has a Secret");
}

/// All cases: those with snapshots and those that are inputs only.
pub(crate) fn cases() -> Vec<Case> {
    Case::all().unwrap()
}
