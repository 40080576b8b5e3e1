//! The manifests that a command is given.

use std::path::PathBuf;
use std::sync::Arc;

use cutover::manifest::{
    Loaded, Manifest, ObjectRef, Place, ReadError, Reading, Source, listing, load, locate, read,
    scalar_text,
};
use cutover::planning::API_VERSION;
use serde_json::Value;

use crate::error::Error;
use crate::walk::{File, Folders};
use crate::{World, message, skipped, walk};

/// Manifests, and the files that they came from.
#[derive(Debug)]
pub(crate) struct Input {
    /// The files, in the order in which they were read.
    pub(crate) files: Vec<File>,
    /// What they hold.
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
        let walked = walk::files(world, paths, folders)?;
        let mut input = Self::of(walked.files)?;
        input.skipped.extend(walked.others);
        skipped::tell(world, &input.files, &input.skipped);
        for name in &input.plans {
            message::note(
                world,
                format!("{name}: a document of cutover is no manifest, and is left out"),
            );
        }
        input
            .loaded
            .warnings
            .iter()
            .for_each(|warning| message::warning(world, warning));
        Ok(input)
    }

    /// The manifests of files that were read.
    ///
    /// # Errors
    ///
    /// As [`Input::read`].
    pub(crate) fn of(files: Vec<File>) -> Result<Self, Error> {
        let mut readings = readings(&files)?;
        let skipped = skipped::leave_out(&files, &mut readings);
        let mut plans = Vec::new();
        for (file, reading) in files.iter().zip(&mut readings) {
            let documents = reading.documents.len();
            reading
                .documents
                .retain(|document| !is_plan(&document.value) && !is_fleet(&document.value));
            if reading.documents.len() < documents {
                plans.push(file.name.clone());
            }
        }
        let loaded = load(readings);
        let loaded = loaded
            .map_err(|errors| Error::Failed(errors.iter().map(ToString::to_string).collect()))?;
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
        let rank = |source: &Source| {
            let file = self
                .files
                .iter()
                .position(|file| file.name == source.place.file);
            (
                file,
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
        Ok(!documents.is_empty() && documents.iter().all(|document| is_plan(&document.value)))
    }
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

/// A plan that is kept beside the manifests that it was made from is none of them.
fn is_plan(value: &Value) -> bool {
    is_ours(value, &["FleetPlan", "Plan"])
}

/// A fleet that is kept there is none of them either.
fn is_fleet(value: &Value) -> bool {
    is_ours(value, &["Fleet"])
}

fn is_ours(value: &Value, kinds: &[&str]) -> bool {
    let text = |field: &str| value.get(field).and_then(Value::as_str).unwrap_or_default();
    text("apiVersion") == API_VERSION && kinds.contains(&text("kind"))
}

/// What files hold, as kubectl reads them.
///
/// # Errors
///
/// All files at once that kubectl could not read.
pub(crate) fn readings(files: &[File]) -> Result<Vec<Reading>, Error> {
    let mut readings = Vec::new();
    let mut reasons = Vec::new();
    for file in files {
        match read(&file.name, &file.bytes) {
            Ok(reading) => readings.push(reading),
            Err(reason) => reasons.push(reason.to_string()),
        }
    }
    Error::unless_empty(reasons).map(|()| readings)
}
