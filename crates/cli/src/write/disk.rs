//! Putting a draft on the disk: all of it, or nothing.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::draft::Draft;
use crate::error::Error;
use crate::input::Input;
use crate::output::Staged;
use crate::walk::in_words;
use crate::walk::{File, Origin};
use crate::{World, message};

/// Writes the files of all drafts, and says which.
///
/// Each file is written in full beside its place before the first is put there. What then still can
/// fail, the move itself, leaves every file either old or new.
///
/// # Errors
///
/// What the system says, a file that is there although it is to be made, one that has changed since
/// it was read, a link out of the directory that was named.
pub(crate) fn put(world: &mut World<'_>, drafts: &[&Draft<'_>]) -> Result<Vec<String>, Error> {
    for draft in drafts {
        unchanged(world, draft.input())?;
    }
    let mut writing = Writing::new(&world.directory);
    for draft in drafts {
        for (file, bytes) in draft.changed() {
            let Some(bytes) = bytes else { continue };
            refuse_outside(world, file)?;
            writing.change(file, bytes, draft.is_restored(&file.path))?;
        }
        for (path, bytes) in draft.created() {
            writing.create(path, bytes, draft.is_restored(path))?;
        }
    }
    writing.place()?;
    let changed = drafts.iter().flat_map(|draft| draft.changed());
    for (file, _) in changed.filter(|(_, bytes)| bytes.is_none()) {
        writing.remove(file)?;
    }
    for name in writing.strangers {
        let hint = "give it back with chown, where somebody else is to write it too";
        message::warning(
            world,
            format!("{name}: its owner or group could not be kept\nhint: {hint}"),
        );
    }
    Ok(writing.lines)
}

/// Files on their way to their places.
struct Writing<'a> {
    directory: PathBuf,
    /// In full beside their places.
    staged: Vec<(&'a Path, Staged)>,
    /// What is done, a line a file.
    lines: Vec<String>,
    /// The files whose owner is not kept.
    strangers: Vec<Arc<str>>,
}

impl<'a> Writing<'a> {
    fn new(directory: &Path) -> Self {
        Self {
            directory: directory.to_owned(),
            staged: Vec::new(),
            lines: Vec::new(),
            strangers: Vec::new(),
        }
    }

    fn change(&mut self, file: &'a File, bytes: &[u8], is_restored: bool) -> Result<(), Error> {
        let new = Staged::replacing(&self.at(&file.path), bytes);
        let new = new.map_err(|error| wrong(&file.path, &error))?;
        if !new.keeps_owner() {
            self.strangers.push(file.name.clone());
        }
        self.staged.push((&file.path, new));
        let verb = if is_restored { "restored" } else { "changed" };
        self.lines.push(format!("{verb} {}", file.name));
        Ok(())
    }

    fn create(&mut self, path: &'a Path, bytes: &[u8], is_restored: bool) -> Result<(), Error> {
        // A link that leads nowhere is there too.
        if fs::symlink_metadata(self.at(path)).is_ok() {
            let hint = "give that file another name, then write again";
            return Err(Error::failed(format!(
                "{}: the file is there already\nhint: {hint}",
                path.display()
            )));
        }
        if is_restored && let Some(directory) = path.parent() {
            let made = fs::create_dir_all(self.at(directory));
            made.map_err(|error| wrong(directory, &error))?;
        }
        let new = Staged::creating(&self.at(path), bytes).map_err(|error| wrong(path, &error))?;
        self.staged.push((path, new));
        let verb = if is_restored { "restored" } else { "created" };
        let name = message::one_line(&path.to_string_lossy());
        self.lines.push(format!("{verb} {name}"));
        Ok(())
    }

    /// Puts all that is staged where it belongs.
    fn place(&mut self) -> Result<(), Error> {
        for (path, staged) in self.staged.drain(..) {
            staged.place().map_err(|error| wrong(path, &error))?;
        }
        Ok(())
    }

    fn remove(&mut self, file: &File) -> Result<(), Error> {
        fs::remove_file(self.at(&file.path)).map_err(|error| wrong(&file.path, &error))?;
        self.lines.push(format!("removed {}", file.name));
        Ok(())
    }

    fn at(&self, path: &Path) -> PathBuf {
        self.directory.join(path)
    }
}

fn wrong(path: &Path, error: &io::Error) -> Error {
    Error::failed(format!("{}: {}", path.display(), in_words(error)))
}

/// Refuses a link in a directory that leads out of it: whoever names the directory does not mean
/// what is elsewhere.
fn refuse_outside(world: &World<'_>, file: &File) -> Result<(), Error> {
    let Origin::Directory { root } = &file.origin else {
        return Ok(());
    };
    let wrong = |error: io::Error| Error::failed(format!("{}: {}", file.name, in_words(&error)));
    let target = fs::canonicalize(world.directory.join(&file.path)).map_err(wrong)?;
    let root_target = fs::canonicalize(world.directory.join(root)).map_err(wrong)?;
    if target.starts_with(root_target) {
        return Ok(());
    }
    let (target, root) = (target.display(), root.display());
    Err(Error::failed(format!(
        "{}: it is a link to {target}, which is not in {root}\nhint: name that file with -f, or put a file in place of the link",
        file.name
    )))
}

/// Refuses files that somebody else has written meanwhile.
fn unchanged(world: &World<'_>, input: &Input) -> Result<(), Error> {
    for file in &input.files {
        let found = fs::read(world.directory.join(&file.path));
        let found = found.map_err(|error| wrong(&file.path, &error))?;
        if *found != *file.bytes {
            return Err(Error::failed(format!(
                "{}: the file has changed while it was read\nhint: write again",
                file.name
            )));
        }
    }
    Ok(())
}
