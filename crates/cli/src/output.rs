//! Documents, to the standard output or to files that are whole or not there.

use std::fs::{self, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anstream::adapter::strip_str;
use cutover::manifest::{emit, emit_all};
use cutover_report::Style;
use serde_json::{Value, json};
use tempfile::{Builder, NamedTempFile};

use crate::World;
use crate::args::DocumentOutput;
use crate::error::Error;
use crate::walk::in_words;

/// Prints objects, as YAML documents or as one list.
pub(crate) fn objects(
    world: &mut World<'_>,
    objects: &[Value],
    format: DocumentOutput,
) -> Result<(), Error> {
    let text = match format {
        DocumentOutput::Json => {
            json_text(&json!({ "apiVersion": "v1", "kind": "List", "items": objects }))
        }
        DocumentOutput::Yaml => emit_all(objects),
    };
    Ok(world.output.write_all(text.as_bytes())?)
}

/// How text for people is shown.
pub(crate) fn style(world: &World<'_>) -> Style {
    match world.colour {
        true => Style::Colour,
        false => Style::Plain,
    }
}

/// Prints text for people that has colours, without them where the output shows none.
pub(crate) fn styled(world: &mut World<'_>, text: &str) -> io::Result<()> {
    match world.colour {
        true => world.output.write_all(text.as_bytes()),
        false => write!(world.output, "{}", strip_str(text)),
    }
}

/// A document for a file or the standard output.
pub(crate) fn text(value: &Value, format: DocumentOutput) -> String {
    match format {
        DocumentOutput::Json => json_text(value),
        DocumentOutput::Yaml => emit(value),
    }
}

fn json_text(value: &Value) -> String {
    format!("{value:#}\n")
}

/// A file that is written in full beside its place, and not there yet.
pub(crate) struct Staged {
    temporary: NamedTempFile,
    path: PathBuf,
    is_new: bool,
}

impl Staged {
    /// Writes what a file is to hold that may be there. It then keeps its permissions; a link stays
    /// one.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub(crate) fn replacing(path: &Path, bytes: &[u8]) -> io::Result<Self> {
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let permissions = fs::metadata(&path).map(|known| known.permissions()).ok();
        let temporary = beside(&path, bytes)?;
        if let Some(permissions) = permissions {
            temporary.as_file().set_permissions(permissions)?;
        }
        Ok(Self {
            temporary,
            path,
            is_new: false,
        })
    }

    /// Writes what a file is to hold that must not be there, neither as a link.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub(crate) fn creating(path: &Path, bytes: &[u8]) -> io::Result<Self> {
        Ok(Self {
            temporary: beside(path, bytes)?,
            path: path.to_owned(),
            is_new: true,
        })
    }

    /// Puts the file in its place, in one move.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub(crate) fn place(self) -> io::Result<()> {
        let placed = match self.is_new {
            true => self.temporary.persist_noclobber(&self.path),
            false => self.temporary.persist(&self.path),
        };
        placed.map(drop).map_err(|error| error.error)
    }
}

/// A file beside another that holds the bytes, for sure.
fn beside(path: &Path, bytes: &[u8]) -> io::Result<NamedTempFile> {
    let directory = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or_else(|| Path::new("."));
    // What the process' mask leaves of it, as for any new file.
    let new = Permissions::from_mode(0o666);
    let mut temporary = Builder::new()
        .prefix(".cutover-")
        .permissions(new)
        .tempfile_in(directory)?;
    temporary.write_all(bytes)?;
    temporary.as_file().sync_all()?;
    Ok(temporary)
}

/// Writes a file, whole or not at all.
pub(crate) fn file(world: &World<'_>, path: &Path, text: &str) -> Result<(), Error> {
    let staged = Staged::replacing(&world.directory.join(path), text.as_bytes());
    staged
        .and_then(Staged::place)
        .map_err(|error| Error::failed(format!("{}: {}", path.display(), in_words(&error))))
}
