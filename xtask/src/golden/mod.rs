//! `cargo xtask golden`: a few whole cases, whose plans are kept as snapshots and reviewed like code.
//!
//! ```text
//! tests/golden/<strategy>/<case>/
//!   from/ [to/] [release.yaml] strategy.yaml       the case
//!   plan.yaml.snap                                 the plan
//!   plan.md.snap                                   what a reviewer sees of it
//!   bounds.txt.snap                                what it promises, counted anew
//! tests/golden/fleet/<case>/                         the same of a fleet, whose files are in docs/
//! tests/cases/<strategy>/<case>/                   cases that are inputs of tests only
//! ```
//!
//! insta writes the snapshots, in the tests of the module `golden` of `tests/it`; this task says
//! whether it may. What follows from a plan (patches, inverses, states, ways back) is a law over
//! all cases, and no file.

mod case;
mod request;

pub use case::Case;
pub use request::Request;

use crate::{Mode, Result, cargo};

/// Writes or checks the snapshots of all golden cases.
///
/// # Errors
///
/// In check mode a snapshot that differs; else a case that cannot be planned.
pub fn run(mode: Mode) -> Result<String> {
    let update = match mode {
        Mode::Check => "no",
        Mode::Write => "always",
    };
    let status = cargo()
        .args([
            "test",
            "--quiet",
            "--workspace",
            "--test",
            "it",
            "golden::plans_are",
        ])
        .env("INSTA_UPDATE", update)
        .status()?;
    if !status.success() {
        return Err("hint: cargo xtask golden, then review what changed".into());
    }
    Ok("the snapshots are as they would be written\n".into())
}
