//! The files as they are to be, before any of them is written.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cutover::Plan;
use cutover::manifest::{Manifest, ObjectRef, Place, Source, emit};
use cutover::planning::Workload;

use super::document;
use super::pieces::Pieces;
use super::stand::{Change, Stand};
use crate::file_name::FileName;
use crate::input::Input;
use crate::walk::{File, Origin};

/// The input's files with what is changed in them.
pub(crate) struct Draft<'i> {
    input: &'i Input,
    /// What is edited in files.
    pieces: BTreeMap<Arc<str>, Pieces<'i>>,
    /// What files that change are to hold; nothing where they go.
    changed: BTreeMap<Arc<str>, Option<Vec<u8>>>,
    /// Files that are made, by path, with what they hold.
    created: BTreeMap<PathBuf, Vec<u8>>,
    /// Those of both that are as they were before, byte for byte.
    restored: BTreeSet<PathBuf>,
}

impl<'i> Draft<'i> {
    pub(crate) fn new(input: &'i Input) -> Self {
        Self {
            input,
            pieces: BTreeMap::new(),
            changed: BTreeMap::new(),
            created: BTreeMap::new(),
            restored: BTreeSet::new(),
        }
    }

    /// The files that it begins with.
    pub(crate) fn input(&self) -> &'i Input {
        self.input
    }

    /// Puts a file back that holds what it is to hold.
    pub(crate) fn restore(&mut self, path: &Path, bytes: &[u8]) {
        match self.input.files.iter().find(|file| file.path == path) {
            Some(file) if file.bytes == bytes => return,
            Some(file) => drop(
                self.changed
                    .insert(file.name.clone(), Some(bytes.to_owned())),
            ),
            None => drop(self.created.insert(path.to_owned(), bytes.to_owned())),
        }
        self.restored.insert(path.to_owned());
    }

    /// Whether a file was put back as it was before.
    pub(crate) fn is_restored(&self, path: &Path) -> bool {
        self.restored.contains(path)
    }

    /// Whether nothing is to be written.
    pub(crate) fn is_empty(&self) -> bool {
        self.changed.is_empty() && self.created.is_empty()
    }

    /// What the files of the input that change are to hold, in their order; nothing where they go.
    pub(crate) fn changed(&self) -> impl Iterator<Item = (&'i File, Option<&[u8]>)> {
        self.input
            .files
            .iter()
            .filter_map(|file| Some((file, self.changed.get(&file.name)?.as_deref())))
    }

    /// Files that are made, by path from the world's directory.
    pub(crate) fn created(&self) -> &BTreeMap<PathBuf, Vec<u8>> {
        &self.created
    }

    /// All files as they are to be, for reading them again.
    pub(crate) fn files(&self) -> Vec<File> {
        let known = self.input.files.iter().filter_map(|file| {
            let bytes = self
                .changed
                .get(&file.name)
                .cloned()
                .unwrap_or_else(|| Some(file.bytes.clone()))?;
            Some(File {
                bytes,
                ..file.clone()
            })
        });
        let new = self.created.iter().map(|(path, bytes)| File {
            name: Arc::from(path.to_string_lossy()),
            path: path.clone(),
            bytes: bytes.clone(),
            origin: Origin::Named,
        });
        known.chain(new).collect()
    }

    /// Makes all changes, and tells those that cannot be made.
    pub(crate) fn make(&mut self, changes: &[Change], stand: &Stand<'_>) -> Vec<String> {
        let mut reasons = self.doubled(changes);
        for change in changes {
            reasons.extend(self.edit(change, stand).err());
        }
        self.join();
        reasons.extend(self.remove(changes));
        for change in changes {
            reasons.extend(self.create(change, stand).err());
        }
        reasons
    }

    /// The changes of objects that stand in several places: an edit of one would make two contents
    /// of them.
    fn doubled(&self, changes: &[Change]) -> Vec<String> {
        let loaded = &self.input.loaded;
        let again = loaded.again.iter();
        let changed = again.filter(|(object, _)| {
            let mut changes = changes.iter();
            changes.any(|change| change.object == *object)
        });
        let told = changed.filter_map(|(object, second)| {
            let twice = cutover::manifest::Error::Twice {
                object: Box::new(object.clone()),
                first: loaded.sources.get(object)?.place.clone(),
                second: second.clone(),
            };
            Some(twice.to_string())
        });
        told.collect()
    }

    /// Edits an object in its file.
    ///
    /// # Errors
    ///
    /// What cannot be changed without touching more.
    fn edit(&mut self, change: &Change, stand: &Stand<'_>) -> Result<(), String> {
        let written = self
            .input
            .loaded
            .bundle
            .get(&change.object)
            .zip(self.input.loaded.sources.get(&change.object));
        let (Some((written, source)), Some(after)) = (written, &change.after) else {
            return Ok(());
        };
        let wanted = change.wanted(written, after, stand)?;
        let file = self
            .input
            .file_of(&change.object)
            .ok_or_else(|| gone(source))?;
        let pieces = self
            .pieces
            .entry(file.name.clone())
            .or_insert_with(|| Pieces::new(file));
        pieces
            .edit(source, written, &wanted)
            .map_err(|error| error.to_string())
    }

    /// Puts the edited documents into their files, for what comes after them.
    fn join(&mut self) {
        let joined = std::mem::take(&mut self.pieces).into_iter();
        self.changed
            .extend(joined.map(|(name, pieces)| (name, Some(pieces.joined()))));
    }

    /// Removes what is to go from its files, the last first, so that those before it stay where
    /// they are.
    fn remove(&mut self, changes: &[Change]) -> Vec<String> {
        let going = changes.iter().filter(|change| change.after.is_none());
        let mut sources: Vec<&Source> = going
            .filter_map(|change| self.input.loaded.sources.get(&change.object))
            .collect();
        sources.sort_by_key(|source| (source.document, item(source)));
        sources
            .into_iter()
            .rev()
            .filter_map(|source| self.remove_one(source).err())
            .collect()
    }

    fn remove_one(&mut self, source: &Source) -> Result<(), String> {
        let bytes = self.bytes(source).ok_or_else(|| gone(source))?;
        let left = match item(source) {
            Some(item) => document::without_item(bytes, source, item)?,
            None => document::without(bytes, source)?,
        };
        self.changed.insert(source.place.file.clone(), left);
        Ok(())
    }

    /// Puts a new object where its workload stands: into a file of its own beside it, or at the end
    /// of its file where that was named itself.
    ///
    /// # Errors
    ///
    /// Where a file of that name is there already, or a Secret's values would be needed that no
    /// file has.
    fn create(&mut self, change: &Change, stand: &Stand<'_>) -> Result<(), String> {
        let (None, Some(after)) = (&change.before, &change.after) else {
            return Ok(());
        };
        let after = &stand.open(after)?;
        let sibling = self
            .sibling(&change.object, stand.plan)
            .ok_or_else(|| homeless(&change.object))?;
        match sibling.origin {
            Origin::Directory { .. } => self.create_file(sibling, after),
            Origin::Named | Origin::Standard => self.append(sibling, after),
        }
    }

    fn create_file(&mut self, sibling: &File, manifest: &Manifest) -> Result<(), String> {
        let object = manifest.object();
        let directory = sibling.path.parent().unwrap_or_else(|| Path::new(""));
        let mut path = FileName::of(object)?.in_directory(directory);
        if let Some(namespace) = &object.namespace
            && self.is_taken(&path)
        {
            path = FileName::with_namespace(object, namespace)?.in_directory(directory);
        }
        if self.is_taken(&path) {
            let hint = "give that file another name, then write again";
            let path = path.display();
            return Err(format!(
                "{path}: the file is there already, and {object} is to go there\nhint: {hint}"
            ));
        }
        self.created
            .insert(path, emit(manifest.value()).into_bytes());
        Ok(())
    }

    fn is_taken(&self, path: &Path) -> bool {
        self.created.contains_key(path) || self.input.files.iter().any(|file| file.path == *path)
    }

    fn append(&mut self, sibling: &File, manifest: &Manifest) -> Result<(), String> {
        let bytes = match self.changed.get(&sibling.name) {
            Some(changed) => changed.as_deref().unwrap_or_default(),
            None => &sibling.bytes,
        };
        let longer = document::with(bytes, manifest).map_err(|reason| {
            format!("{}: {reason}\nhint: save the file as UTF-8", sibling.name)
        })?;
        self.changed.insert(sibling.name.clone(), Some(longer));
        Ok(())
    }

    /// The file of the object's workload, or of anything else that the plan starts from.
    fn sibling(&self, object: &ObjectRef, plan: &Plan) -> Option<&'i File> {
        let belongs = |workload: &&Workload| {
            let routers = workload.routers.iter().map(|router| &router.object);
            let mut parts = workload.objects().chain(routers);
            parts.any(|part| part == object)
        };
        let workloads = plan.spec.workloads.iter().filter(belongs);
        let own = workloads.flat_map(Workload::objects).cloned();
        let any = plan
            .spec
            .from
            .iter()
            .map(|manifest| manifest.object().clone());
        let mut places = own
            .chain(any)
            .filter_map(|known| self.input.file_of(&known));
        places.next().or_else(|| self.input.files.first())
    }

    fn bytes(&self, source: &Source) -> Option<&[u8]> {
        match self.changed.get(&source.place.file) {
            Some(changed) => changed.as_deref(),
            None => self
                .input
                .files
                .iter()
                .find(|file| file.name == source.place.file)
                .map(|file| &*file.bytes),
        }
    }
}

/// The number of an object in its list, where it stands in one.
fn item(source: &Source) -> Option<usize> {
    let Ok(number) = source.pointer.strip_prefix("/items/")?.parse() else {
        return None;
    };
    Some(number)
}

fn gone(source: &Source) -> String {
    let Place { file, .. } = &source.place;
    format!("{file}: the file is not among those that were read\nhint: name it with -f")
}

fn homeless(object: &ObjectRef) -> String {
    format!(
        "{object}: there is no file beside which it could stand\nhint: name the files that the plan was made from with -f"
    )
}
