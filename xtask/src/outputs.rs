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
        self.0
            .iter()
            .filter_map(|(path, text)| Some((path.as_path(), text.as_deref()?)))
    }

    /// How the files under a root differ from what they are to hold, as unified diffs; empty where
    /// none does.
    ///
    /// # Errors
    ///
    /// A file that cannot be read.
    pub fn diff(&self, root: &Path) -> io::Result<String> {
        Ok(self
            .differing(root)?
            .iter()
            .map(Difference::unified)
            .collect())
    }

    /// Writes what differs, or fails where something does; then says how many files that was.
    ///
    /// # Errors
    ///
    /// A file that cannot be read or written; in check mode the diff, and the command that writes.
    pub fn settle(&self, root: &Path, mode: Mode, command: &str) -> Result<String> {
        let differing = self.differing(root)?;
        let (all, count) = (self.0.len(), differing.len());
        if mode == Mode::Write {
            differing
                .iter()
                .try_for_each(|file| write(&root.join(file.path), file.wanted))?;
            return Ok(format!("{all} files, {count} of them written anew\n"));
        }
        if count == 0 {
            return Ok(format!("{all} files, all as they would be written\n"));
        }
        let diff: String = differing.iter().map(Difference::unified).collect();
        let hint = format!("hint: {command}, then review what changed");
        Err(format!("{count} of {all} files are not as they would be written\n{diff}{hint}").into())
    }

    fn differing(&self, root: &Path) -> io::Result<Vec<Difference<'_>>> {
        let mut differing = Vec::new();
        for (path, wanted) in &self.0 {
            let is = read(&root.join(path))?;
            if is != *wanted {
                differing.push(Difference {
                    path,
                    is,
                    wanted: wanted.as_deref(),
                });
            }
        }
        Ok(differing)
    }
}

/// A file that holds something else than it is to hold.
struct Difference<'a> {
    path: &'a Path,
    is: Option<String>,
    wanted: Option<&'a str>,
}

impl Difference<'_> {
    fn unified(&self) -> String {
        let Self { path, is, wanted } = self;
        let name = |is_there: bool| {
            if is_there {
                path.display().to_string()
            } else {
                "/dev/null".into()
            }
        };
        let diff = TextDiff::from_lines(
            is.as_deref().unwrap_or_default(),
            wanted.unwrap_or_default(),
        );
        diff.unified_diff()
            .header(&name(is.is_some()), &name(wanted.is_some()))
            .to_string()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_differs_no_more_and_what_is_stale_goes() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("old")).unwrap();
        fs::write(root.path().join("old/plan.md"), "one\n").unwrap();
        let mut outputs = Outputs::default();
        outputs.stale("old/plan.md".into());
        outputs.insert("new/plan.md", "two\n");
        let error = outputs
            .settle(root.path(), Mode::Check, "cargo xtask golden")
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with(
                "2 of 2 files are not as they would be written\n--- /dev/null\n+++ new/plan.md\n"
            ),
            "{error}"
        );
        assert!(
            error.ends_with("-one\nhint: cargo xtask golden, then review what changed"),
            "{error}"
        );
        outputs.settle(root.path(), Mode::Write, "").unwrap();
        assert!(!root.path().join("old").exists());
        let said = outputs.settle(root.path(), Mode::Check, "").unwrap();
        assert_eq!(said, "2 files, all as they would be written\n");
    }
}
