//! The files as they were before. A plan holds no bytes; where a file is to hold again what it held
//! then, it comes back byte for byte.

use std::path::{Component, Path, PathBuf};
use std::slice;

use cutover::manifest::{Bundle, Manifest, ObjectRef};

use super::draft::Draft;
use super::stand::{Change, Stand};
use crate::error::Error;
use crate::input::Input;
use crate::walk::{self, File, Folders};
use crate::{World, message};

/// The files as they were, each with the place where it belongs.
pub(crate) struct Originals(Vec<Original>);

struct Original {
    /// Where it is among the files that are written.
    path: PathBuf,
    bytes: Vec<u8>,
    /// The manifests that it holds.
    input: Input,
}

impl Originals {
    /// Reads the originals of what `-f` names: by the same path in the directory, as a worktree of
    /// git has them, or right in it, as a copy has them. One that cannot be read is told, and gives
    /// nothing back.
    ///
    /// # Errors
    ///
    /// A directory in which there is none of them.
    pub(crate) fn read(
        world: &mut World<'_>,
        directory: &Path,
        filenames: &[PathBuf],
        folders: Folders,
    ) -> Result<Self, Error> {
        let mut originals = Vec::new();
        for named in filenames {
            let from = beside(world, directory, named);
            if !world.directory.join(&from).exists() {
                continue;
            }
            for file in walk::files(world, slice::from_ref(&from), folders)?.files {
                match original(world, file, &from, named) {
                    Ok(original) => originals.extend(original),
                    Err(error) => message::warning(world, format!("no original: {error}")),
                }
            }
        }
        if originals.is_empty() {
            let hint = "name a copy of what -f names, or a worktree of git that has it";
            let directory = directory.display();
            return Err(Error::failed(format!(
                "{directory}: there are no originals of these files\nhint: {hint}"
            )));
        }
        Ok(Self(originals))
    }

    /// Puts back the files that hold just what they are to hold, and gives what is left to be
    /// changed.
    pub(crate) fn restore(
        &self,
        draft: &mut Draft<'_>,
        mut changes: Vec<Change>,
        stand: &Stand<'_>,
        target: &Bundle,
    ) -> Vec<Change> {
        for original in &self.0 {
            if !original.fits(draft.input(), stand, target) {
                continue;
            }
            draft.restore(&original.path, &original.bytes);
            changes.retain(|change| {
                let place = place(draft.input(), &change.object);
                !original.holds(&change.object) && place != Some(&*original.path)
            });
        }
        changes
    }
}

impl Original {
    fn holds(&self, object: &ObjectRef) -> bool {
        self.input.loaded.bundle.contains(object)
    }

    /// Whether it holds objects of the plan, all as they are to be, and beside them just what its
    /// place holds now.
    fn fits(&self, now: &Input, stand: &Stand<'_>, target: &Bundle) -> bool {
        let planned = stand.as_planned(&self.input);
        let is_right = !planned.is_empty()
            && planned
                .iter()
                .all(|manifest| target.get(manifest.object()) == Some(manifest));
        // Of a Secret whose data stays the plan does not say what it is.
        let here = |manifest: &Manifest| now.loaded.bundle.get(manifest.object());
        let mut secrets = self.input.loaded.bundle.of_kind("Secret");
        let has_data = secrets.all(|was| {
            let stays = planned.get(was.object()).is_some_and(has_kept_data);
            !stays || here(was).is_none_or(|is| is.has_data_of(was))
        });
        let others = self.input.loaded.bundle.iter();
        let mut others = others.filter(|manifest| !planned.contains(manifest.object()));
        let is_same = others.all(|other| now.loaded.bundle.get(other.object()) == Some(other));
        let objects = self.input.loaded.bundle.objects();
        let mut places = objects.filter_map(|object| place(now, object));
        let is_here = places.all(|place| place == self.path);
        let is_plan = now
            .plans
            .iter()
            .any(|name| **name == *self.path.to_string_lossy());
        is_right && has_data && is_same && is_here && !is_plan && self.has_all(now, stand, target)
    }

    /// Whether nothing would get lost that its place holds now, and that is to stay.
    fn has_all(&self, now: &Input, stand: &Stand<'_>, target: &Bundle) -> bool {
        let here = now.loaded.sources.keys();
        let mut here = here.filter(|object| place(now, object) == Some(&*self.path));
        here.all(|object| self.holds(object) || stand.knows(object) && !target.contains(object))
    }
}

fn has_kept_data(planned: &Manifest) -> bool {
    matches!(planned.seal(), Some(Ok(seal)) if seal.is_unchanged())
}

/// The file that an object stands in.
fn place<'i>(input: &'i Input, object: &ObjectRef) -> Option<&'i Path> {
    input.file_of(object).map(|file| &*file.path)
}

/// Where the originals of what is named are.
fn beside(world: &World<'_>, directory: &Path, named: &Path) -> PathBuf {
    let stays = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
    let same = directory.join(named);
    if named.components().all(stays) && world.directory.join(&same).exists() {
        return same;
    }
    match named.file_name() {
        Some(name) if world.directory.join(named).is_file() => directory.join(name),
        _ => directory.to_owned(),
    }
}

/// A file that can be compared; none where it holds no manifests, or a plan besides, or where its
/// place is behind a link.
///
/// # Errors
///
/// A file that cannot be read.
fn original(
    world: &World<'_>,
    file: File,
    from: &Path,
    named: &Path,
) -> Result<Option<Original>, Error> {
    let Ok(below) = file.path.strip_prefix(from) else {
        return Ok(None);
    };
    let mut path = match named == Path::new(".") {
        true => PathBuf::new(),
        false => named.to_owned(),
    };
    for part in below.components() {
        path.push(part);
        if world.directory.join(&path).is_symlink() {
            return Ok(None);
        }
    }
    let bytes = file.bytes.clone();
    let input = Input::of(vec![file])?;
    let is_alone = input.plans.is_empty();
    Ok(is_alone.then_some(Original { path, bytes, input }))
}
