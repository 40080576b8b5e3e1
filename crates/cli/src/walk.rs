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
    /// Its bytes, as they were read.
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
    /// By its own name on the command line.
    Named,
    /// It is the standard input.
    Standard,
}

/// Which files of a directory are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Folders {
    /// Its own alone, as with kubectl.
    Own,
    /// Those of the directories below it too.
    Below,
}

impl Folders {
    /// As `--recursive` says it.
    pub(crate) fn recursive(recursive: bool) -> Self {
        if recursive { Self::Below } else { Self::Own }
    }
}

/// What the paths of a command line mean.
#[derive(Debug, Default)]
pub(crate) struct Walked {
    /// The files that were read.
    pub(crate) files: Vec<File>,
    /// How messages name the files of directories that were not, since their names end otherwise.
    pub(crate) others: Vec<Arc<str>>,
}

/// The ends of the names of files that are read in a directory; a file that is named itself may
/// have any.
const ENDS: [&str; 3] = ["yaml", "yml", "json"];

/// Reads the files that are meant, in the order of the paths and, in a directory, of the names.
///
/// # Errors
///
/// All paths at once that cannot be read, or that hold nothing to read.
pub(crate) fn files(
    world: &mut World<'_>,
    paths: &[PathBuf],
    folders: Folders,
) -> Result<Walked, Error> {
    let mut walked = Walked::default();
    let mut reasons = Vec::new();
    for path in paths {
        match path_files(world, path, folders) {
            Ok(found) => {
                walked.files.extend(found.files);
                walked.others.extend(found.others);
            }
            Err(reason) => reasons.push(reason),
        }
    }
    Error::unless_empty(reasons).map(|()| walked)
}

fn path_files(world: &mut World<'_>, path: &Path, folders: Folders) -> Result<Walked, String> {
    let text = path.to_string_lossy();
    if text == "-" {
        return standard_input(world)
            .map(Walked::only)
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
        return directory(&world.directory, path, folders);
    }
    let file = file(&world.directory, path, Origin::Named).map_err(wrong)?;
    refuse_source(&file)?;
    Ok(Walked::only(file))
}

impl Walked {
    fn only(file: File) -> Self {
        Self {
            files: vec![file],
            others: Vec::new(),
        }
    }
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

fn directory(base: &Path, path: &Path, folders: Folders) -> Result<Walked, String> {
    let mut walk = Walk {
        base,
        root: path,
        folders,
        passed: false,
        walked: Walked::default(),
    };
    walk.directory(path)?;
    if walk.walked.files.is_empty() {
        let hint = match walk.passed {
            true => "--recursive reads the directories below it too",
            false => {
                "name the directory that the manifests are in; only .yaml, .yml and .json files are read"
            }
        };
        return Err(format!(
            "{}: the directory holds no manifests\nhint: {hint}",
            path.display()
        ));
    }
    Ok(walk.walked)
}

/// A way through a directory.
struct Walk<'w> {
    base: &'w Path,
    root: &'w Path,
    folders: Folders,
    /// Whether there is a directory below that was left out.
    passed: bool,
    walked: Walked,
}

impl Walk<'_> {
    /// Goes through a directory by name. Links to directories are not followed, so that there is an
    /// end.
    fn directory(&mut self, directory: &Path) -> Result<(), String> {
        let entries = fs::read_dir(self.base.join(directory))
            .and_then(Iterator::collect::<io::Result<Vec<_>>>);
        let mut entries = entries.map_err(|error| wrong(directory, &error))?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            // `.` is not repeated in each name.
            let path = if directory == Path::new(".") {
                entry.file_name().into()
            } else {
                directory.join(entry.file_name())
            };
            let kind = entry.file_type().map_err(|error| wrong(&path, &error))?;
            match (kind.is_dir(), self.folders) {
                (false, _) => self.file(&path)?,
                (true, Folders::Below) => self.directory(&path)?,
                (true, Folders::Own) => self.passed = true,
            }
        }
        Ok(())
    }

    fn file(&mut self, path: &Path) -> Result<(), String> {
        if has_end(path) {
            let root = self.root.to_owned();
            let read = file(self.base, path, Origin::Directory { root });
            let read = read.map_err(|error| wrong(path, &error))?;
            self.walked.files.push(read);
        } else if !self.is_hidden(path) {
            let name = one_line(&path.to_string_lossy());
            self.walked.others.push(name.into());
        }
        Ok(())
    }

    /// Whether a name below the directory begins with a point, as those of `.git` do.
    fn is_hidden(&self, path: &Path) -> bool {
        let below = path.strip_prefix(self.root).unwrap_or(path);
        let mut names = below.iter();
        names.any(|name| name.as_encoded_bytes().starts_with(b"."))
    }
}

fn wrong(path: &Path, error: &io::Error) -> String {
    let path = one_line(&path.to_string_lossy());
    format!("{path}: {}", in_words(error))
}

fn has_end(path: &Path) -> bool {
    path.extension()
        .is_some_and(|end| ENDS.iter().any(|known| end == *known))
}

/// The source of another tool holds no manifests itself.
fn refuse_source(file: &File) -> Result<(), String> {
    match file.rendered() {
        Some(command) => Err(format!(
            "{}: it holds no manifest, but what manifests are made of\nhint: {command}",
            file.name
        )),
        None => Ok(()),
    }
}

impl File {
    /// What makes manifests of its directory, where it is the source of another tool: a chart, a
    /// kustomization.
    pub(crate) fn tool(&self) -> Option<&'static str> {
        match self.path.file_name()?.to_str()? {
            "Chart.yaml" => Some("helm template"),
            "kustomization.yaml" | "kustomization.yml" => Some("kustomize build"),
            _ => None,
        }
    }

    /// What to do instead of reading the source of another tool.
    pub(crate) fn rendered(&self) -> Option<String> {
        let directory = match self.path.parent()? {
            here if here.as_os_str().is_empty() => Path::new("."),
            directory => directory,
        };
        let directory = directory.display();
        Some(format!("{} {directory} | cutover … -f -", self.tool()?))
    }
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
