//! The files that a task makes: to write them, or to tell how those on disk differ.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use similar::TextDiff;

use crate::Result;

/// Whether a task writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It writes nothing, and fails where a file is not as it would be written.
    Check,
    /// It writes what differs.
    Write,
}

impl Mode {
    /// The mode that `--check` asks for.
    pub fn new(check: bool) -> Self {
        if check { Self::Check } else { Self::Write }
    }
}

/// What files are to hold, by path from the root of the workspace; `None` for a file that is to go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outputs(BTreeMap<PathBuf, Option<String>>);

impl Outputs {
    /// A file that is there for now, and goes unless it is inserted later.
    pub fn stale(&mut self, path: PathBuf) {
        self.0.entry(path).or_insert(None);
    }

    /// A file and what it is to hold.
    pub fn insert(&mut self, path: impl Into<PathBuf>, text: impl Into<String>) {
        self.0.insert(path.into(), Some(text.into()));
    }

    /// All files of another task's outputs too.
    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// The files that are to be there, and what they are to hold.
    pub fn iter(&self) -> impl Iterator<Item = (&Path, &str)> {
        self.0.iter().filter_map(|(path, text)| Some((path.as_path(), text.as_deref()?)))
    }

    /// How the files under a root differ from what they are to hold, as unified diffs; empty where none does.
    ///
    /// # Errors
    ///
    /// A file that cannot be read.
    pub fn diff(&self, root: &Path) -> io::Result<String> {
        let differing = self.differing(root)?;
        Ok(differing.iter().map(|(path, is, wanted)| unified(path, is, wanted)).collect())
    }

    /// Writes what differs, or fails where something does; then says how many files that was.
    ///
    /// # Errors
    ///
    /// A file that cannot be read or written; in check mode the diff, and the command that writes.
    pub fn settle(&self, root: &Path, mode: Mode, command: &str) -> Result<String> {
        let differing = self.differing(root)?;
        let count = differing.len();
        if mode == Mode::Check && count > 0 {
            let diff = self.diff(root)?;
            return Err(format!("{count} files are not as they would be written\n{diff}hint: {command}, then review what changed").into());
        }
        differing.iter().try_for_each(|(path, _, wanted)| write(&root.join(path), wanted.as_deref()))?;
        Ok(format!("{} files, {count} of them {}\n", self.0.len(), if mode == Mode::Check { "differ" } else { "written" }))
    }

    /// The files that differ: what each holds, and what it is to hold.
    fn differing(&self, root: &Path) -> io::Result<Vec<(&Path, Option<String>, &Option<String>)>> {
        let mut differing = Vec::new();
        for (path, wanted) in &self.0 {
            let is = read(&root.join(path))?;
            if is != *wanted {
                differing.push((path.as_path(), is, wanted));
            }
        }
        Ok(differing)
    }
}

fn read(path: &Path) -> io::Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn write(path: &Path, wanted: Option<&str>) -> io::Result<()> {
    let Some(text) = wanted else {
        fs::remove_file(path)?;
        return prune(path.parent());
    };
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    fs::write(path, text)
}

/// Removes folders that nothing is left in.
fn prune(mut directory: Option<&Path>) -> io::Result<()> {
    while let Some(empty) = directory {
        match fs::remove_dir(empty) {
            Ok(()) => directory = empty.parent(),
            Err(error) if error.kind() == ErrorKind::DirectoryNotEmpty => return Ok(()),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn unified(path: &Path, is: &Option<String>, wanted: &Option<String>) -> String {
    let name = |text: &Option<String>| text.as_ref().map_or_else(|| "/dev/null".into(), |_| path.display().to_string());
    let (before, after) = (is.as_deref().unwrap_or_default(), wanted.as_deref().unwrap_or_default());
    TextDiff::from_lines(before, after).unified_diff().header(&name(is), &name(wanted)).to_string()
}
