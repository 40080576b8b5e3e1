//! Putting a draft on the disk: all of it, or nothing.

use std::fs;
use std::io;
use std::path::Path;

use super::draft::Draft;
use crate::error::Error;
use crate::input::Input;
use crate::output::Staged;
use crate::walk::in_words;
use crate::walk::{File, Origin};
use crate::{World, message};

/// Writes the files, and says which.
///
/// Each file is written in full beside its place before the first is put there. What then still can
/// fail, the move itself, leaves every file either old or new.
///
/// # Errors
///
/// What the system says, a file that is there although it is to be made, one that has changed since
/// it was read, a link out of the directory that was named.
pub(crate) fn put(
    world: &mut World<'_>,
    input: &Input,
    draft: &Draft<'_>,
) -> Result<Vec<String>, Error> {
    let directory = world.directory.clone();
    let at = |path: &Path| directory.join(path);
    let wrong = |path: &Path, error: &io::Error| {
        Error::failed(format!("{}: {}", path.display(), in_words(error)))
    };
    let mut staged = Vec::new();
    let mut lines = Vec::new();
    let mut strangers = Vec::new();
    unchanged(world, input)?;
    for (file, bytes) in draft.changed() {
        let Some(bytes) = bytes else { continue };
        refuse_outside(world, file)?;
        let new =
            Staged::replacing(&at(&file.path), bytes).map_err(|error| wrong(&file.path, &error))?;
        if !new.keeps_owner() {
            strangers.push(file.name.clone());
        }
        staged.push((&*file.path, new));
        let verb = match draft.is_restored(&file.path) {
            true => "restored",
            false => "changed",
        };
        lines.push(format!("{verb} {}", file.name));
    }
    for (path, bytes) in draft.created() {
        // A link that leads nowhere is there too.
        if fs::symlink_metadata(at(path)).is_ok() {
            let hint = "give that file another name, then write again";
            return Err(Error::failed(format!(
                "{}: the file is there already\nhint: {hint}",
                path.display()
            )));
        }
        if draft.is_restored(path)
            && let Some(directory) = path.parent()
        {
            fs::create_dir_all(at(directory)).map_err(|error| wrong(directory, &error))?;
        }
        staged.push((
            path,
            Staged::creating(&at(path), bytes).map_err(|error| wrong(path, &error))?,
        ));
        let verb = match draft.is_restored(path) {
            true => "restored",
            false => "created",
        };
        lines.push(format!(
            "{verb} {}",
            message::one_line(&path.to_string_lossy())
        ));
    }
    for (path, staged) in staged {
        staged.place().map_err(|error| wrong(path, &error))?;
    }
    for (file, _) in draft.changed().filter(|(_, bytes)| bytes.is_none()) {
        fs::remove_file(at(&file.path)).map_err(|error| wrong(&file.path, &error))?;
        lines.push(format!("removed {}", file.name));
    }
    for name in strangers {
        let hint = "give it back with chown, where somebody else is to write it too";
        message::warning(
            world,
            format!("{name}: its owner or group could not be kept\nhint: {hint}"),
        );
    }
    Ok(lines)
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
    let differs = |path: &Path, bytes: &[u8]| {
        fs::read(world.directory.join(path)).ok().as_deref() != Some(bytes)
    };
    match input
        .files
        .iter()
        .find(|file| differs(&file.path, &file.bytes))
    {
        Some(file) => Err(Error::failed(format!(
            "{}: the file has changed while it was read\nhint: write again",
            file.name
        ))),
        None => Ok(()),
    }
}
