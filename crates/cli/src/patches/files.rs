//! The files of patches, all written or none.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use cutover::manifest::ObjectRef;

use crate::World;
use crate::error::Error;
use crate::file_name::portable;
use crate::output::Staged;
use crate::walk::in_words;

/// What files are to hold.
#[derive(Debug, Default)]
pub(super) struct Files(BTreeMap<PathBuf, String>);

impl Files {
    pub(super) fn add(&mut self, path: PathBuf, text: String) {
        self.0.insert(path, text);
    }

    /// Writes the files: each in full beside its place before the first is put there. One that is
    /// there is replaced.
    ///
    /// # Errors
    ///
    /// What the system says, and a link in a file's place, which may lead anywhere.
    pub(super) fn put(&self, world: &World<'_>) -> Result<(), Error> {
        let mut staged = Vec::new();
        for (path, text) in &self.0 {
            let file = stage(&world.directory.join(path), text);
            staged.push((path, file.map_err(|error| wrong(path, &error))?));
        }
        for (path, file) in staged {
            file.place().map_err(|error| wrong(path, &error))?;
        }
        Ok(())
    }
}

/// A file's name, of its number in the step, of what happens and to what. The number tells names
/// apart that are too long, or that differ in what no file's name may have.
pub(super) fn name(number: usize, verb: &str, object: &ObjectRef, end: &str) -> String {
    let kind = object.kind.to_lowercase();
    let mut name = format!("{number}-{verb}-{kind}-{}", object.name);
    name = name.chars().map(portable).take(LONGEST).collect();
    format!("{name}.{end}")
}

/// With what comes before and after it, a name is no longer than file systems take.
const LONGEST: usize = 200;

fn stage(path: &Path, text: &str) -> io::Result<Staged> {
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    if path.is_symlink() {
        let reason = "it is a link, which may lead anywhere\nhint: name another directory";
        return Err(io::Error::other(reason));
    }
    Staged::replacing(path, text.as_bytes())
}

fn wrong(path: &Path, error: &io::Error) -> Error {
    Error::failed(format!("{}: {}", path.display(), in_words(error)))
}
