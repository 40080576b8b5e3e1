//! `cargo xtask golden`: what must come out of each case, as files that are reviewed like code.
//!
//! ```text
//! tests/golden/<strategy>/<case>/
//!   from/ [to/] [release.yaml] strategy.yaml       the case
//!   plan.yaml  plan.md  bounds.txt  show.snap      what comes out: the plan, and what people see of it
//!   steps/01-canary-25/
//!     patches.json  inverse.json                   a line a change, there and back
//!     after.yaml                                   the manifests that it changes, as they stand after it
//!     undo.json                                    the whole way back from there, a line a change
//! ```
//!
//! Where a case is refused, `refusal.txt` is all that comes out. The patches of a step and of its
//! way back are as `cutover patches` prints them, `show.snap` is insta's.

mod case;
mod files;
mod request;

pub use case::Case;
pub use files::outputs;
pub use request::Request;

use crate::{Mode, Outputs, Result, root};

/// Writes or checks the files of all cases.
///
/// # Errors
///
/// A case that cannot be read; in check mode a file that differs.
pub fn run(mode: Mode) -> Result<String> {
    let mut all = Outputs::default();
    for case in Case::all()? {
        all.extend(outputs(&case)?);
    }
    all.settle(&root(), mode, "cargo xtask golden")
}
