//! `cargo xtask embed`: strangers' crates, copied out of the repository and built there.
//!
//! What holds in a clone need not hold outside of it, where no configuration of ours is read and
//! where somebody else picks the features. So the crates in tests/embed are built where a stranger
//! has theirs, with our Cargo.lock and one target folder, and without a warning of ours.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::{Result, cargo, root};

/// The crates, from the root of the workspace.
const CRATES: &str = "tests/embed";

/// How a crate in that folder writes the root of the workspace.
const ROOT: &str = "../../..";

/// The crates that run without a cluster.
const RUNNING: [&str; 6] = ["facade", "planner", "own", "secret", "kube", "every"];

/// Those of them that know no operating system.
const PURE: [&str; 4] = ["facade", "planner", "own", "every"];

/// The crate that wants a cluster to run.
const CLIENT: &str = "client";

/// The crate that has one strategy and nothing else.
const ONE_STRATEGY: &str = "secret";

/// How many crates of others it may bring (docs/embedding.md says how many it does).
const MOST_OTHERS: usize = 35;

/// The target of a browser.
const WASM: &str = "wasm32-unknown-unknown";

/// Builds the crates as strangers do, and runs those that can run.
///
/// # Errors
///
/// A crate that does not build, warns or fails, with what cargo says.
pub fn run() -> Result<String> {
    let outside = Outside::new()?;
    for name in RUNNING {
        outside.cargo(name, &["run"])?;
    }
    outside.cargo(CLIENT, &["build"])?;
    for feature in features()? {
        let feature = format!("cutover/{feature}");
        outside.cargo("bare", &["check", "--features", &feature])?;
    }
    outside.command()?;
    let said = [
        "crates outside of the repository: built, and run where they need no cluster\n".to_owned(),
        outside.others()?,
        outside.wasm()?,
        outside.oldest()?,
    ];
    Ok(said.concat())
}

/// Builds the crate that wants a cluster to run, and says where the program is.
///
/// # Errors
///
/// A crate that does not build or warns, with what cargo says.
pub fn client() -> Result<PathBuf> {
    Outside::new()?.cargo(CLIENT, &["build"])?;
    Ok(root().join("target/debug/embed-client"))
}

/// A folder outside of the repository with a copy of the crates.
struct Outside(TempDir);

impl Outside {
    fn new() -> Result<Self> {
        let outside = tempfile::tempdir()?;
        for entry in fs::read_dir(root().join(CRATES))? {
            let entry = entry?;
            let target = outside.path().join(entry.file_name());
            if entry.file_type()?.is_dir() {
                copy_crate(&entry.path(), &target)?;
            } else {
                fs::copy(entry.path(), target)?;
            }
        }
        Ok(Self(outside))
    }

    /// Cargo's subcommand in one of the crates.
    fn cargo(&self, name: &str, arguments: &[&str]) -> Result<()> {
        self.quiet(cargo(), name, arguments)
    }

    /// The command itself, as `cargo install --path` finds it from elsewhere.
    fn command(&self) -> Result<()> {
        let manifest = root().join("crates/cli/Cargo.toml");
        let manifest = manifest.to_string_lossy();
        self.cargo("", &["check", "--locked", "--manifest-path", &manifest])
    }

    /// How many crates of others one strategy brings, where they are not too many.
    fn others(&self) -> Result<String> {
        let said = self.said(
            cargo(),
            ONE_STRATEGY,
            &["tree", "--edges", "normal", "--prefix", "none"],
        )?;
        let names = said.lines().filter_map(|line| line.split(' ').next());
        let ours = |name: &&str| name.starts_with("cutover") || name.starts_with("embed-");
        let others: BTreeSet<&str> = names.filter(|name| !ours(name)).collect();
        if others.is_empty() {
            return Err(format!("cargo tree names no crates:\n{said}").into());
        }
        if others.len() > MOST_OTHERS {
            let names: Vec<&str> = others.iter().copied().collect();
            let found = format!("{} crates of others: {}", others.len(), names.join(" "));
            return Err(format!("one strategy brings {found}; at most {MOST_OTHERS}").into());
        }
        Ok(format!("one strategy: {} crates of others\n", others.len()))
    }

    fn wasm(&self) -> Result<String> {
        if !is_installed(&["target", "list", "--installed"], WASM) {
            return Ok(skipped(WASM, "rustup target add wasm32-unknown-unknown"));
        }
        for name in PURE {
            self.cargo(name, &["check", "--target", WASM])?;
        }
        Ok(format!("{WASM}: checked\n"))
    }

    /// The oldest compiler that we promise.
    fn oldest(&self) -> Result<String> {
        let version = env!("CARGO_PKG_RUST_VERSION");
        if !is_installed(&["toolchain", "list"], version) {
            let install = format!("rustup toolchain install {version} --profile minimal");
            return Ok(skipped(&format!("Rust {version}"), &install));
        }
        for name in ["every", CLIENT] {
            let mut rustup = Command::new("rustup");
            rustup.args(["run", version, "cargo"]);
            self.quiet(rustup, name, &["check"])?;
        }
        Ok(format!("Rust {version}: checked\n"))
    }

    /// Carries a command of cargo's out, which has nothing to say against our code.
    fn quiet(&self, cargo: Command, name: &str, arguments: &[&str]) -> Result<()> {
        self.said(cargo, name, arguments).map(drop)
    }

    /// The same, with what it prints.
    fn said(&self, mut cargo: Command, name: &str, arguments: &[&str]) -> Result<String> {
        let output = cargo
            .args(arguments)
            .arg("--quiet")
            .current_dir(self.0.path().join(name))
            .env("CARGO_TARGET_DIR", root().join("target"))
            .env_remove("K8S_OPENAPI_ENABLED_VERSION")
            .stdin(Stdio::null())
            .output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        if output.status.success() && !said.contains("warning: ") {
            return Ok(String::from_utf8(output.stdout)?);
        }
        let line = arguments.join(" ");
        Err(format!("{CRATES}/{name}: cargo {line}\n{said}").into())
    }
}

/// A crate as a stranger has it: it finds ours by where they are.
fn copy_crate(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to.join("src"))?;
    let manifest = fs::read_to_string(from.join("Cargo.toml"))?;
    let root = root();
    let manifest = manifest.replace(ROOT, &root.to_string_lossy());
    fs::write(to.join("Cargo.toml"), manifest)?;
    fs::copy(root.join("Cargo.lock"), to.join("Cargo.lock"))?;
    for entry in fs::read_dir(from.join("src"))? {
        let entry = entry?;
        fs::copy(entry.path(), to.join("src").join(entry.file_name()))?;
    }
    Ok(())
}

/// The features of the facade.
fn features() -> Result<Vec<String>> {
    let output = cargo()
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .output()?;
    let metadata: Value = serde_json::from_slice(&output.stdout)?;
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let facade = packages.filter(|package| package["name"] == "cutover");
    let features = facade.filter_map(|package| package["features"].as_object());
    let names: Vec<String> = features
        .flat_map(|features| features.keys().cloned())
        .collect();
    if names.is_empty() {
        return Err("cargo metadata knows no feature of cutover".into());
    }
    Ok(names)
}

/// Whether a list of rustup's has a line that begins so.
fn is_installed(list: &[&str], name: &str) -> bool {
    let output = Command::new("rustup").args(list).output();
    output.is_ok_and(|output| {
        let list = String::from_utf8_lossy(&output.stdout);
        list.lines().any(|line| line.starts_with(name))
    })
}

fn skipped(what: &str, install: &str) -> String {
    format!("{what} is missing: SKIPPED; `{install}` brings it\n")
}
