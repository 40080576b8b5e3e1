//! The manifests that a command is given.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::panic::resume_unwind;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use cutover::manifest::{
    Loaded, Manifest, ObjectRef, Place, ReadError, Reading, Source, Warning, listing, load, locate,
    read, scalar_text,
};

use crate::error::Error;
use crate::walk::{File, Folders};
use crate::{World, message, skipped, walk};

/// Manifests, and the files that they came from.
#[derive(Debug)]
pub(crate) struct Input {
    /// The files, in the order in which they were read.
    pub(crate) files: Vec<File>,
    /// The manifests that they hold, each once, and what there is to say of them.
    pub(crate) loaded: Loaded,
    /// The files among them that hold plans and fleets, which are no manifests.
    pub(crate) plans: Vec<Arc<str>>,
    /// The files of directories that hold no manifest, and were left out.
    pub(crate) skipped: Vec<Arc<str>>,
}

impl Input {
    /// Reads manifests, and warns about what may not be meant as it is read. Keys that stand twice
    /// are [judged](judge_duplicates) by who knows what becomes of their objects.
    ///
    /// # Errors
    ///
    /// All that keeps them from being used, each with its place.
    pub(crate) fn read(
        world: &mut World<'_>,
        paths: &[PathBuf],
        folders: Folders,
    ) -> Result<Self, Error> {
        let input = Self::read_running(world, paths, folders)?;
        input.loaded.refuse_removed().map_err(Error::from_input)?;
        Ok(input)
    }

    /// The same of what runs, and is not wanted so: it may be written in versions of an API that
    /// were served once.
    ///
    /// # Errors
    ///
    /// As [`Input::read`], but for those versions.
    pub(crate) fn read_running(
        world: &mut World<'_>,
        paths: &[PathBuf],
        folders: Folders,
    ) -> Result<Self, Error> {
        let walked = walk::files(world, paths, folders)?;
        let mut input = Self::of(walked.files)?;
        input.skipped.extend(walked.others);
        skipped::tell(world, &input.files, &input.skipped);
        skipped::tell_own(world, &input.plans);
        input
            .loaded
            .warnings
            .iter()
            .for_each(|warning| message::warning(world, warning));
        for manifest in input.loaded.bundle.iter() {
            for pointer in manifest.unknown_fields() {
                let warning = input.unknown(manifest.object(), &pointer);
                message::warning(world, warning);
            }
        }
        Ok(input)
    }

    /// What is said of a field that Kubernetes does not have.
    fn unknown(&self, object: &ObjectRef, pointer: &str) -> Warning {
        Warning {
            object: Some(object.clone()),
            place: self.place(object, pointer),
            message: format!(
                "{pointer}: Kubernetes has no such field, and the API server drops it"
            ),
            hint: Some("check how it is spelt, and below which field it belongs".to_owned()),
        }
    }

    /// The manifests of files that were read.
    ///
    /// # Errors
    ///
    /// As [`Input::read_running`].
    pub(crate) fn of(files: Vec<File>) -> Result<Self, Error> {
        let mut readings = readings(&files)?;
        let skipped = skipped::leave_out(&files, &mut readings);
        let plans = skipped::leave_out_own(&files, &mut readings);
        let loaded = load(readings).map_err(Error::from_input)?;
        if loaded.bundle.is_empty() {
            let names = listing(files.iter().map(|file| &file.name));
            let hint = files.iter().find_map(File::rendered).unwrap_or_else(|| {
                "name the files or directories that the manifests are in".to_owned()
            });
            return Err(Error::failed(format!(
                "{names}: no manifests in it\nhint: {hint}"
            )));
        }
        Ok(Self {
            files,
            loaded,
            plans,
            skipped,
        })
    }

    /// The objects in the order of the files.
    pub(crate) fn in_order(&self) -> Vec<&Manifest> {
        let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
        for (number, file) in self.files.iter().enumerate() {
            numbers.entry(&file.name).or_insert(number);
        }
        let rank = |source: &Source| {
            (
                numbers.get(&*source.place.file).copied(),
                source.document,
                source.place.line,
                source.place.column,
            )
        };
        let mut objects: Vec<(&ObjectRef, &Source)> = self.loaded.sources.iter().collect();
        objects.sort_by_key(|(_, source)| rank(source));
        objects
            .into_iter()
            .filter_map(|(object, _)| self.loaded.bundle.get(object))
            .collect()
    }

    /// The file that an object stands in.
    pub(crate) fn file_of(&self, object: &ObjectRef) -> Option<&File> {
        let source = self.loaded.sources.get(object)?;
        self.files
            .iter()
            .find(|file| file.name == source.place.file)
    }

    /// Where an object's field stands, or failing that its nearest parent.
    pub(crate) fn place(&self, object: &ObjectRef, pointer: &str) -> Option<Place> {
        let source = self.loaded.sources.get(object)?;
        if pointer.is_empty() {
            return Some(source.place.clone());
        }
        let file = self.file_of(object)?;
        let pointer = format!("{}{pointer}", source.pointer);
        locate(&file.name, &file.bytes, source.document, &pointer)
            .or_else(|| Some(source.place.clone()))
    }

    /// A scalar as its file writes it; nothing of a Secret.
    pub(crate) fn scalar_text(&self, object: &ObjectRef, pointer: &str) -> Option<String> {
        let source = self.loaded.sources.get(object)?;
        if object.kind == "Secret" {
            return None;
        }
        let file = self.file_of(object)?;
        let pointer = format!("{}{pointer}", source.pointer);
        scalar_text(&file.name, &file.bytes, source.document, &pointer)
    }
}

impl File {
    /// Whether it holds plans, and nothing else.
    ///
    /// # Errors
    ///
    /// A text that kubectl could not read.
    pub(crate) fn is_plan(&self) -> Result<bool, ReadError> {
        let documents = read(&self.name, &self.bytes)?.documents;
        Ok(!documents.is_empty()
            && documents
                .iter()
                .all(|document| skipped::is_plan(&document.value)))
    }
}

/// Warns about keys that stand twice in what runs, of which the last one counts; and judges those
/// in what is wanted, which is what runs where nothing else says so.
///
/// # Errors
///
/// As [`judge_duplicates`].
pub(crate) fn judge_duplicates_of_ends(
    world: &mut World<'_>,
    from: &Input,
    to: Option<&Input>,
    changes: impl Fn(&ObjectRef) -> bool,
) -> Result<(), Error> {
    if to.is_some() {
        judge_duplicates(world, &[from], |_| false)?;
    }
    judge_duplicates(world, &[to.unwrap_or(from)], changes)
}

/// Warns about keys that stand twice in objects that stay as they are, as kubectl lets them pass.
///
/// # Errors
///
/// All keys at once that stand twice in objects that change.
pub(crate) fn judge_duplicates(
    world: &mut World<'_>,
    inputs: &[&Input],
    changes: impl Fn(&ObjectRef) -> bool,
) -> Result<(), Error> {
    let mut reasons = Vec::new();
    for input in inputs {
        match input.loaded.judge_duplicates(&changes) {
            Ok(warnings) => warnings
                .iter()
                .for_each(|warning| message::warning(world, warning)),
            Err(errors) => reasons.extend(errors.iter().map(ToString::to_string)),
        }
    }
    Error::unless_empty(reasons)
}

/// What files hold, as kubectl reads them.
///
/// # Errors
///
/// All files at once that kubectl could not read.
pub(crate) fn readings(files: &[File]) -> Result<Vec<Reading>, Error> {
    let mut readings = Vec::new();
    let mut reasons = Vec::new();
    for read in on_all_cores(files) {
        match read {
            Ok(reading) => readings.push(reading),
            Err(reason) => reasons.push(reason.to_string()),
        }
    }
    Error::unless_empty(reasons).map(|()| readings)
}

/// Reads files, in their order. How many cores there are changes nothing but the time.
fn on_all_cores(files: &[File]) -> Vec<Result<Reading, ReadError>> {
    let read_all = |files: &[File]| -> Vec<Result<Reading, ReadError>> {
        let files = files.iter();
        files.map(|file| read(&file.name, &file.bytes)).collect()
    };
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let share = files.len().div_ceil(cores).max(FEWEST);
    if files.len() <= share {
        return read_all(files);
    }
    thread::scope(|scope| {
        let shares = files.chunks(share);
        let threads: Vec<_> = shares
            .map(|share| scope.spawn(move || read_all(share)))
            .collect();
        let mut all = Vec::with_capacity(files.len());
        for thread in threads {
            match thread.join() {
                Ok(read) => all.extend(read),
                Err(panic) => resume_unwind(panic),
            }
        }
        all
    })
}

/// For fewer files than this, a thread more is not worth its start.
const FEWEST: usize = 16;
