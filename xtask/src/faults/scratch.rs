//! A copy of the workspace, in which the simulation is run with a fault.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::fault::Fault;
use super::page::Noticed;
use crate::{Result, cargo, root};

/// Where copies are, from the root of the workspace.
const FOLDER: &str = "target/faults";

/// What cargo is told to run it.
const SIMULATION: &str = "test --quiet --locked --package cutover-tests --test sim -- --exact";

/// The tests that play seeds: of runs on a cluster, and over a fleet.
const OF_RUNS: &str = "runs_keep_their_promises";
const OF_FLEETS: &str = "fleet::fleets_keep_their_promises";

/// A copy of the workspace.
pub(super) struct Scratch {
    source: PathBuf,
    /// Of its own: cargo takes what was built of two copies for the same.
    target: PathBuf,
}

impl Scratch {
    /// Of what git knows, as it is now. What is as it was in the last copy stays there, so that cargo
    /// builds only what is not.
    pub(super) fn new() -> Result<Self> {
        let folder = root().join(FOLDER);
        let [source, last, target] = ["source", "last", "target"].map(|name| folder.join(name));
        remove(&last)?;
        if source.exists() {
            fs::rename(&source, &last)?;
        }
        for path in tracked()? {
            renew(&root().join(&path), &last.join(&path), &source.join(&path))?;
        }
        remove(&last)?;
        Ok(Self { source, target })
    }

    /// Runs the simulation with a fault: the law that breaks on the first seed on which one does;
    /// none where no law does.
    pub(super) fn trial(&self, fault: &Fault, seeds: u64) -> Result<Option<Noticed>> {
        fault.put_into(&self.source)?;
        let output = self.simulation(fault, seeds)?;
        fault.take_out_of(&self.source)?;
        let said = String::from_utf8_lossy(&output.stdout);
        match (output.status.success(), first(&said)) {
            (true, _) => Ok(None),
            (false, Some(noticed)) => Ok(Some(noticed)),
            (false, None) => {
                let why = String::from_utf8_lossy(&output.stderr);
                Err(format!("{}: the simulation does not run\n{said}{why}", fault.name).into())
            }
        }
    }

    fn simulation(&self, fault: &Fault, seeds: u64) -> Result<Output> {
        let (test, variable) = match fault.is_of_fleet {
            true => (OF_FLEETS, "CUTOVER_FLEET_SEEDS"),
            false => (OF_RUNS, "CUTOVER_SEEDS"),
        };
        let mut cargo = cargo();
        cargo.args(SIMULATION.split(' ')).arg(test);
        cargo.env("CARGO_TARGET_DIR", &self.target);
        cargo.env(variable, seeds.to_string());
        // The first one is enough.
        cargo.env("CUTOVER_FAILURES", "1");
        cargo.current_dir(&self.source).stdin(Stdio::null());
        Ok(cargo.output()?)
    }
}

/// The paths of the files that git knows.
fn tracked() -> Result<Vec<PathBuf>> {
    let output = Command::new("git")
        .args(["ls-files", "-z"])
        .current_dir(root())
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    let names = String::from_utf8(output.stdout)?;
    let paths = names.split_terminator('\0').map(PathBuf::from);
    Ok(paths.filter(|path| root().join(path).is_file()).collect())
}

/// Moves a file from the last copy, with the time at which it was written, unless it is another.
fn renew(from: &Path, last: &Path, to: &Path) -> Result<()> {
    to.parent().map_or(Ok(()), fs::create_dir_all)?;
    let wanted = fs::read(from)?;
    match fs::read(last) {
        Ok(found) if found == wanted => fs::rename(last, to)?,
        _ => fs::write(to, wanted)?,
    }
    Ok(())
}

fn remove(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// The first of the seeds that failed, and the law that it names.
fn first(said: &str) -> Option<Noticed> {
    let failed = said.lines().filter_map(|line| {
        let (seed, rest) = line.strip_prefix("seed ")?.split_once(": ")?;
        let (law, _) = rest.split_once(": ").unwrap_or((rest, ""));
        match seed.parse() {
            Ok(seed) => Some((seed, law.to_owned())),
            Err(_) => None,
        }
    });
    let (seed, law) = failed.min()?;
    Some(Noticed { law, seed })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_seed_that_failed_counts() {
        let check = |said: &str, expect: Option<(u64, &str)>| {
            let found = first(said);
            let found = found.as_ref().map(|found| (found.seed, found.law.as_str()));
            assert_eq!(found, expect, "{said}");
        };
        check("", None);
        check("test result: ok\n", None);
        check(
            "seed 19: one write a change: hello: it\nseed 7: it panicked\n",
            Some((7, "it panicked")),
        );
        check(
            "seed 3: an abort is heard: step: 4\n",
            Some((3, "an abort is heard")),
        );
    }
}
