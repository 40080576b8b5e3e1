//! The automation of this workspace, one module a task, as a library: `cargo test` drives the same
//! golden cases.
//!
//! ```text
//!  cargo xtask golden   tests/golden/<strategy>/<case>: from, to, strategy ─▶ plan, steps, bounds, page
//!  cargo xtask console  the commands in README and docs ─▶ what they print
//!  cargo xtask pictures the page and the picture of the README's plan ─▶ docs
//!  cargo xtask schema   the types of plan and strategy files ─▶ docs/schema
//!  cargo xtask docs     the definition of the command ─▶ target/assets
//!  cargo xtask bench    how long planning and reading take, against other work on the same data;
//!                      `bench live`: carrying plans out, against kubectl
//!  cargo xtask cluster  a real Kubernetes for tests, without containers
//!  cargo xtask e2e      the golden plans on any other cluster
//!  cargo xtask embed    strangers' crates, tests/embed, built and run outside of the repository
//!  cargo xtask faults   faults in the runner, tests/sim/faults ─▶ which law breaks, docs/faults.md
//! ```
//!
//! What is committed is checked by `--check`, which writes nothing, and fails with a diff and the
//! command to run.

pub mod bench;
pub mod browser;
pub mod cluster;
pub mod console;
pub mod docs;
pub mod e2e;
pub mod embed;
pub mod faults;
pub mod golden;
pub mod pictures;
pub mod schema;

mod outputs;
pub use outputs::{Mode, Outputs};

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What a task gives, or why it does not.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Cargo, in the workspace, as if it were called by hand: what it tells the programs that it runs
/// would make it build again the packages that ask for it.
pub fn cargo() -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| env!("CARGO").into()));
    let told = ["CARGO_PKG_", "CARGO_MANIFEST_"];
    for (name, _) in env::vars_os() {
        if told
            .iter()
            .any(|begin| name.to_string_lossy().starts_with(begin))
        {
            cargo.env_remove(name);
        }
    }
    cargo.current_dir(root());
    cargo
}

/// One of the workspace's programs, built beside all of its tests: built alone it would be with other
/// features, and most crates once more with it.
///
/// # Errors
///
/// A workspace that does not build, with what cargo says.
pub fn built(program: &str) -> Result<PathBuf> {
    let arguments = [
        "build",
        "--quiet",
        "--workspace",
        "--all-targets",
        "--locked",
    ];
    if !cargo().args(arguments).status()?.success() {
        return Err(format!("{program} does not build").into());
    }
    let this = env::current_exe()?;
    // A test is in `deps`, beside which the programs are.
    let mut folders = this.ancestors().skip(1);
    let folder = folders.find(|folder| !folder.ends_with("deps"));
    let folder = folder.ok_or("this program is nowhere")?;
    Ok(folder.join(program))
}

/// Whether a program is there and does this; what it prints goes nowhere.
pub(crate) fn works(program: &str, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(arguments);
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

/// The folder of the workspace.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .map(Into::into)
        .unwrap_or_default()
}
