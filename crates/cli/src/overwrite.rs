//! A file that is written must not be one that was read.

use std::fs::{self, Metadata};
use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use crate::World;
use crate::error::Error;
use crate::walk::in_words;
use crate::walk::{File, Origin};

/// Refuses to write a plan over a file that it is made of, by whatever path or link both are named.
///
/// A file that holds plans alone is an earlier one, kept beside the manifests.
///
/// # Errors
///
/// The file, and by what name it was read.
pub(crate) fn refuse_input<'f>(
    world: &World<'_>,
    path: &Path,
    inputs: impl IntoIterator<Item = &'f File>,
) -> Result<(), Error> {
    let wrong =
        |name: &str, error: io::Error| Error::failed(format!("{name}: {}", in_words(&error)));
    let written = match fs::metadata(world.directory.join(path)) {
        // What is not there yet was not read.
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        other => other.map_err(|error| wrong(&path.to_string_lossy(), error))?,
    };
    for file in inputs {
        if file.origin == Origin::Standard {
            continue;
        }
        let read = fs::metadata(world.directory.join(&file.path));
        let read = read.map_err(|error| wrong(&file.name, error))?;
        if is_same(&read, &written) && !file.is_plan().map_err(Error::failed)? {
            return Err(refused(path, &file.name));
        }
    }
    Ok(())
}

fn is_same(one: &Metadata, other: &Metadata) -> bool {
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

fn refused(path: &Path, name: &str) -> Error {
    let path = path.display();
    Error::Usage(format!(
        "`-o {path}` would overwrite {name}, which the plan is made of\nhint: name another file: `-o plan.yaml`"
    ))
}
