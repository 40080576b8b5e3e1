//! A fault: a change to the source that a run must not survive.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Result, root};

/// Where the faults are, from the root of the workspace.
const FOLDER: &str = "tests/sim/faults";

/// A change to the source that a run must not survive.
pub(super) struct Fault {
    /// The name of its file, without the ending.
    pub(super) name: String,
    /// What goes wrong: the first line of its file.
    pub(super) title: String,
    /// Whether it is a fault of a fleet's run, and not of that of one cluster.
    pub(super) is_of_fleet: bool,
    path: PathBuf,
}

impl Fault {
    /// All faults, by name.
    pub(super) fn all() -> Result<Vec<Self>> {
        let entries = fs::read_dir(root().join(FOLDER))?;
        let faults = entries.map(|entry| Self::read(entry?.path()));
        let mut faults = faults.collect::<Result<Vec<Self>>>()?;
        faults.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(faults)
    }

    fn read(path: PathBuf) -> Result<Self> {
        let text = fs::read_to_string(&path)?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        Ok(Self {
            name: name.into_owned(),
            title: text.lines().next().unwrap_or_default().to_owned(),
            is_of_fleet: text.contains("--- a/crates/fleet/"),
            path,
        })
    }

    /// Whether it fits the source as it is.
    pub(super) fn fits(&self) -> Result<()> {
        self.apply(&root(), &["--check"])
    }

    /// Puts it into a copy of the workspace.
    pub(super) fn put_into(&self, workspace: &Path) -> Result<()> {
        self.apply(workspace, &[])
    }

    /// Takes it out of one that it was put into.
    pub(super) fn take_out_of(&self, workspace: &Path) -> Result<()> {
        self.apply(workspace, &["--reverse"])
    }

    fn apply(&self, workspace: &Path, how: &[&str]) -> Result<()> {
        let mut git = Command::new("git");
        git.arg("apply")
            .args(how)
            .arg(&self.path)
            .current_dir(workspace);
        // Below a repository, git would take paths to be of that one.
        git.env(
            "GIT_CEILING_DIRECTORIES",
            workspace.parent().unwrap_or(workspace),
        );
        let output = git.output()?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(format!(
            "{FOLDER}/{}.diff does not fit the source\n{said}",
            self.name
        )
        .into())
    }
}
