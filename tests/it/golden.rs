//! What comes out of the golden cases is what is kept beside them.
#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use cutover_report::{Style, show};
use insta::{assert_snapshot, with_settings};
use xtask::golden::{Case, outputs};
use xtask::{Outputs, root};

/// What the Secrets of the cases hold, as text and in base64.
const SECRETS: [&str; 2] = ["hush-hush-golden", "aHVzaC1odXNoLWdvbGRlb"];

/// A difference is not wrong in itself: it is a change that a reviewer has to see.
#[test]
fn every_file_is_as_it_would_be_written() {
    let mut all = Outputs::default();
    cases()
        .iter()
        .for_each(|case| all.extend(outputs(case).unwrap()));
    let diff = all.diff(&root()).unwrap();
    assert!(
        diff.is_empty(),
        "{diff}\nhint: cargo xtask golden, then review what changed"
    );
}

#[test]
fn a_plan_is_shown_as_it_was_reviewed() {
    for case in cases() {
        let Ok(plan) = case.plan() else { continue };
        with_settings!({
            snapshot_path => root().join(&case.directory),
            prepend_module_to_snapshot => false,
            omit_expression => true,
        }, {
            assert_snapshot!("show", show(&plan, Style::Plain).unwrap());
        });
    }
}

#[test]
fn no_output_holds_what_a_secret_holds() {
    let mut sealed = 0;
    for case in cases() {
        for (path, text) in outputs(&case).unwrap().iter() {
            assert!(
                !SECRETS.iter().any(|secret| text.contains(secret)),
                "{}",
                path.display()
            );
            sealed += text.matches("cutover.dev/sealed").count();
        }
    }
    assert!(sealed > 0, "no case has a Secret");
}

pub(crate) fn cases() -> Vec<Case> {
    Case::all().unwrap()
}
