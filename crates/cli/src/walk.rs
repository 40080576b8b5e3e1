//! Which files the paths of a command line mean.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::World;
use crate::error::Error;
use crate::message::one_line;

/// A file that was read.
#[derive(Clone, Debug)]
pub(crate) struct File {
    /// How messages name it.
    pub(crate) name: Arc<str>,
    /// Where it is, from the world's directory.
    pub(crate) path: PathBuf,
    /// What it held.
    pub(crate) bytes: Vec<u8>,
    /// How it came to be read.
    pub(crate) origin: Origin,
}

/// How a file came to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// With the directory that was named: a new file beside it is read with it.
    Directory {
        /// That directory, above the file or further up.
        root: PathBuf,
    },
    /// By its name.
    Named,
    /// It is the standard input.
    Standard,
}

/// The ends of the names of files that are read in a directory; a file that is named itself may
/// have any.
const ENDS: [&str; 3] = ["yaml", "yml", "json"];

/// Reads the files that are meant, in the order of the paths and, in a directory, of the names.
///
/// # Errors
///
/// All paths at once that cannot be read, or that hold nothing to read.
pub(crate) fn files(world: &mut World<'_>, paths: &[PathBuf]) -> Result<Vec<File>, Error> {
    let mut files = Vec::new();
    let mut reasons = Vec::new();
    for path in paths {
        match path_files(world, path) {
            Ok(found) => files.extend(found),
            Err(reason) => reasons.push(reason),
        }
    }
    Error::unless_empty(reasons).map(|()| files)
}

fn path_files(world: &mut World<'_>, path: &Path) -> Result<Vec<File>, String> {
    let text = path.to_string_lossy();
    if text == "-" {
        return standard_input(world)
            .map(|file| vec![file])
            .map_err(|error| format!("standard input: {error}"));
    }
    if text.starts_with("http://") || text.starts_with("https://") {
        return Err(format!(
            "{text}: cutover reads manifests from files, not from the network\nhint: curl -L {text} | cutover … -f -"
        ));
    }
    let wrong = |error: io::Error| format!("{text}: {}", in_words(&error));
    if fs::metadata(world.directory.join(path))
        .map_err(wrong)?
        .is_dir()
    {
        return directory(&world.directory, path);
    }
    Ok(vec![
        file(&world.directory, path, Origin::Named).map_err(wrong)?,
    ])
}

fn standard_input(world: &mut World<'_>) -> io::Result<File> {
    let mut bytes = Vec::new();
    world.input.read_to_end(&mut bytes)?;
    Ok(File {
        name: Arc::from("stdin"),
        path: PathBuf::new(),
        bytes,
        origin: Origin::Standard,
    })
}

fn file(base: &Path, path: &Path, origin: Origin) -> io::Result<File> {
    let bytes = fs::read(base.join(path))?;
    Ok(File {
        name: Arc::from(one_line(&path.to_string_lossy())),
        path: path.to_owned(),
        bytes,
        origin,
    })
}

fn directory(base: &Path, path: &Path) -> Result<Vec<File>, String> {
    let mut files = Vec::new();
    walk(base, path, path, &mut files)?;
    if files.is_empty() {
        let hint = "name the directory that the manifests are in; only .yaml, .yml and .json files are read";
        return Err(format!(
            "{}: the directory holds no manifests\nhint: {hint}",
            path.display()
        ));
    }
    Ok(files)
}

/// Goes through a directory by name. Links to directories are not followed, so that there is an
/// end.
fn walk(base: &Path, root: &Path, directory: &Path, files: &mut Vec<File>) -> Result<(), String> {
    let wrong = |path: &Path, error: io::Error| {
        format!(
            "{}: {}",
            one_line(&path.to_string_lossy()),
            in_words(&error)
        )
    };
    let entries =
        fs::read_dir(base.join(directory)).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let mut entries = entries.map_err(|error| wrong(directory, error))?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        // `.` is not repeated in each name.
        let path = if directory == Path::new(".") {
            entry.file_name().into()
        } else {
            directory.join(entry.file_name())
        };
        let kind = entry.file_type().map_err(|error| wrong(&path, error))?;
        if kind.is_dir() {
            walk(base, root, &path, files)?;
        } else if is_manifest(&path) {
            refuse_source(directory, &path)?;
            let origin = Origin::Directory {
                root: root.to_owned(),
            };
            files.push(file(base, &path, origin).map_err(|error| wrong(&path, error))?);
        }
    }
    Ok(())
}

fn is_manifest(path: &Path) -> bool {
    path.extension()
        .is_some_and(|end| ENDS.iter().any(|known| end == *known))
}

/// A directory that another tool makes manifests of holds none itself.
fn refuse_source(directory: &Path, path: &Path) -> Result<(), String> {
    let (what, tool) = match path.file_name().and_then(|name| name.to_str()) {
        Some("Chart.yaml") => ("a Helm chart", "helm template"),
        Some("kustomization.yaml" | "kustomization.yml") => ("a kustomization", "kustomize build"),
        _ => return Ok(()),
    };
    let directory = directory.display();
    Err(format!(
        "{}: {what}, not manifests\nhint: {tool} {directory} | cutover … -f -",
        path.display()
    ))
}

/// What the system says, in words that say what to do.
pub(crate) fn in_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => {
            "there is no such file or directory\nhint: check the path".into()
        }
        io::ErrorKind::PermissionDenied => {
            "it may not be read or written\nhint: check its permissions".into()
        }
        _ => error.to_string(),
    }
}
