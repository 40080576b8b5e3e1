//! Documents, to the standard output or to files that are whole or not there.

use std::ffi::OsString;
use std::fs::{self, File, Metadata, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};

use anstream::adapter::strip_str;
use cutover::manifest::{emit, emit_all};
use cutover_report::{Screen, Style};
use serde_json::{Value, json};
use tempfile::{Builder, NamedTempFile};

use crate::World;
use crate::args::{DocumentOutput, PlanOutput};
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

/// What text for people is shown on.
pub(crate) fn screen(world: &World<'_>) -> Screen {
    let style = match world.colour {
        true => Style::Colour,
        false => Style::Plain,
    };
    let screen = Screen::from(style);
    match world.width.or(world.terminal) {
        Some(columns) => screen.columns(columns),
        None => screen,
    }
}

/// Prints text for people that has colours, without them where the output shows none.
pub(crate) fn styled(world: &mut World<'_>, text: &str) -> io::Result<()> {
    match world.colour {
        true => world.output.write_all(text.as_bytes()),
        false => write!(world.output, "{}", strip_str(text)),
    }
}

/// Ends the command with 4 where there is a difference that was asked about.
pub(crate) fn difference(world: &mut World<'_>, is_there: bool) -> Result<(), Error> {
    world.output.flush()?;
    match is_there {
        true => Err(Error::Different(Vec::new())),
        false => Ok(()),
    }
}

/// Gives a document to where it was asked for, as it is in the format that is asked for.
///
/// # Errors
///
/// A file that cannot be written, with all that the system says.
pub(crate) fn document(
    world: &mut World<'_>,
    to: &PlanOutput,
    text: impl FnOnce(DocumentOutput) -> Result<String, Error>,
) -> Result<(), Error> {
    let format = match to {
        PlanOutput::File(path) => return file(world, path, &text(format_of(path))?),
        PlanOutput::Json => DocumentOutput::Json,
        PlanOutput::Yaml => DocumentOutput::Yaml,
    };
    Ok(world.output.write_all(text(format)?.as_bytes())?)
}

/// The format that a file of this name holds.
fn format_of(path: &Path) -> DocumentOutput {
    match path.extension() {
        Some(end) if end == "json" => DocumentOutput::Json,
        _ => DocumentOutput::Yaml,
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
    keeps_owner: bool,
}

impl Staged {
    /// Writes what a file is to hold that may be there. It then keeps its permissions from the
    /// first byte on, and its owner and group where the process may give them; a link stays one.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub(crate) fn replacing(path: &Path, bytes: &[u8]) -> io::Result<Self> {
        let path = match fs::canonicalize(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => path.to_owned(),
            found => found?,
        };
        let known = match fs::metadata(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            found => Some(found?),
        };
        let mode = known
            .as_ref()
            .map_or(NEW, |known| known.permissions().mode());
        let temporary = beside(&path, bytes, mode)?;
        let keeps_owner = match known {
            Some(known) => keep_owner(temporary.as_file(), &known)?,
            None => true,
        };
        Ok(Self {
            temporary,
            path,
            is_new: false,
            keeps_owner,
        })
    }

    /// Writes what a file is to hold that must not be there, neither as a link.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub(crate) fn creating(path: &Path, bytes: &[u8]) -> io::Result<Self> {
        Ok(Self {
            temporary: beside(path, bytes, NEW)?,
            path: path.to_owned(),
            is_new: true,
            keeps_owner: true,
        })
    }

    /// Whether the file will be of the same owner and group as before.
    pub(crate) fn keeps_owner(&self) -> bool {
        self.keeps_owner
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

/// The permissions of a new file, of which the process' mask leaves a part.
const NEW: u32 = 0o666;

/// How many bytes the name of a file may have.
const LONGEST: usize = 255;

/// A file beside another that holds the bytes, for sure. Its name is always the same, so that what
/// a killed command left behind is replaced by the next one.
fn beside(path: &Path, bytes: &[u8], mode: u32) -> io::Result<NamedTempFile> {
    let directory = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or_else(|| Path::new("."));
    let mut name = OsString::from(".cutover-");
    name.push(path.file_name().unwrap_or_default());
    name.push(".new");
    match fs::remove_file(directory.join(&name)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let mut builder = Builder::new();
    match name.len() <= LONGEST {
        true => builder.prefix(&name).rand_bytes(0),
        false => builder.prefix(".cutover-"),
    };
    let mut temporary = builder
        .permissions(Permissions::from_mode(mode))
        .tempfile_in(directory)?;
    temporary.write_all(bytes)?;
    temporary.as_file().sync_all()?;
    Ok(temporary)
}

/// Gives a file the owner, the group and the permissions of the one that it replaces. Tells whether
/// the process may give the owner and the group.
fn keep_owner(file: &File, known: &Metadata) -> io::Result<bool> {
    let new = file.metadata()?;
    let differs = (new.uid(), new.gid()) != (known.uid(), known.gid());
    let given = match differs {
        true => fchown(file, Some(known.uid()), Some(known.gid())),
        false => Ok(()),
    };
    // The mask may have taken some of them, and a change of owner others.
    file.set_permissions(known.permissions())?;
    match given {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(false),
        given => given.map(|()| true),
    }
}

/// Writes a file, whole or not at all.
pub(crate) fn file(world: &World<'_>, path: &Path, text: &str) -> Result<(), Error> {
    let folder = path.parent().unwrap_or_else(|| Path::new(""));
    if !world.directory.join(folder).is_dir() && !folder.as_os_str().is_empty() {
        let folder = folder.display();
        return Err(Error::failed(format!(
            "{}: there is no folder {folder}\nhint: mkdir -p {folder}",
            path.display()
        )));
    }
    let staged = Staged::replacing(&world.directory.join(path), text.as_bytes());
    staged
        .and_then(Staged::place)
        .map_err(|error| Error::failed(format!("{}: {}", path.display(), in_words(&error))))
}
