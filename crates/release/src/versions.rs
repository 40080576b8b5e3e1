//! ConfigMaps and Secrets under names that tell their content, for good (rule 6 of the planner).

use std::collections::{BTreeMap, BTreeSet};

use cutover_manifest::{
    Bundle, Digest, Manifest, ObjectRef, Warning, listing, short_name, with_references,
};
use cutover_workload::{TEMPLATES, data_of, reconfigures};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::kinds;
use crate::refusal::{Refusals, refuse};
use crate::templates::{is_made, read_by};

/// What becomes of a ConfigMap or Secret whose data changes and that pods read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Configuration {
    /// It changes, right before the pods that read it are replaced.
    #[default]
    Change,
    /// It stays as it is. Its new data is another object, whose name tells its content, and the pods
    /// read that.
    Version,
}

/// What is wanted, with the new data of each ConfigMap and Secret that pods read in an object of its
/// own; and which lines the files should get.
pub(crate) fn version_configuration(
    from: &Bundle,
    to: &mut Bundle,
) -> Result<Vec<Warning>, Refusals> {
    let mut notes = Vec::new();
    let mut versions: BTreeMap<ObjectRef, Manifest> = BTreeMap::new();
    for running in from {
        let object = running.object();
        let Some(wanted) = to.get(object).filter(|to| reconfigures(running, to)) else {
            continue;
        };
        let readers = readers(object, from, to);
        if !readers.is_empty() {
            let version = named_by_content(wanted, [from, to])?;
            notes.push(note(object, version.object(), &readers));
            versions.insert(object.clone(), version);
        }
    }
    let reading: Vec<Manifest> = to
        .iter()
        .filter(|manifest| may_change(manifest, from))
        .map(|manifest| reading(manifest, &versions))
        .collect();
    to.extend(reading);
    for (object, version) in versions {
        to.extend(from.get(&object).cloned());
        to.insert(version);
    }
    Ok(notes)
}

/// A copy of a ConfigMap or Secret whose name tells its content; one that is there already is taken.
pub(crate) fn named_by_content(
    manifest: &Manifest,
    ends: [&Bundle; 2],
) -> Result<Manifest, Refusals> {
    let base = base_name(&manifest.object().name);
    let copy = manifest.copy_as(&short_name(base, digest(manifest)?.short()))?;
    match ends.into_iter().find_map(|end| end.get(copy.object())) {
        Some(other) if reconfigures(other, &copy) => Err(refuse(
            kinds::TAKEN,
            copy.object(),
            "",
            format!(
                "the plan would make it of {}, and it is there with other data",
                manifest.object()
            ),
            "take it out of the input, or give it another name",
        )),
        Some(other) => Ok(other.clone()),
        None => Ok(copy),
    }
}

/// The name without the content that it tells, so that what is a version already gives its place to
/// the next.
///
/// It is known by its form: of a Secret the content is a seal, and another one under each name.
pub(crate) fn base_name(name: &str) -> &str {
    let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    match name.rsplit_once('-') {
        Some((base, told))
            if !base.is_empty() && told.len() == DIGITS && told.bytes().all(is_hex) =>
        {
            base
        }
        _ => name,
    }
}

/// The digits of a [short](Digest::short) digest.
const DIGITS: usize = 12;

fn digest(manifest: &Manifest) -> Result<Digest, Refusals> {
    let content: BTreeMap<_, _> = data_of(manifest).collect();
    Digest::of(&json!(content)).map_err(|error| {
        let hint = "write the value as a text";
        let (object, reason) = (manifest.object(), error.to_string());
        refuse(kinds::TYPE, object, "/data", reason, hint)
    })
}

/// What makes pods that read a ConfigMap or Secret, and may have others.
fn readers<'a>(
    configuration: &ObjectRef,
    from: &Bundle,
    to: &'a Bundle,
) -> BTreeSet<&'a ObjectRef> {
    let readers = to
        .iter()
        .filter(|manifest| may_change(manifest, from))
        .filter(|manifest| read_by(manifest).any(|read| read == *configuration));
    readers.map(Manifest::object).collect()
}

/// Whether the pods of an object may be others: a Job that is there keeps its own, and what a
/// controller made is made anew from a template of that.
fn may_change(manifest: &Manifest, from: &Bundle) -> bool {
    let object = manifest.object();
    let has_run = object.kind == "Job" && from.contains(object);
    !has_run && !is_made(manifest)
}

/// The same object, whose pods read the versions.
fn reading(manifest: &Manifest, versions: &BTreeMap<ObjectRef, Manifest>) -> Manifest {
    let namespace = &manifest.object().namespace;
    let near = versions
        .iter()
        .filter(|(object, _)| object.namespace == *namespace);
    let names: BTreeMap<(String, String), String> = near
        .map(|(object, version)| {
            let reference = (object.kind.clone(), object.name.clone());
            (reference, version.object().name.clone())
        })
        .collect();
    let mut reading = manifest.clone();
    for field in TEMPLATES {
        if let Some(template) = manifest.pointer(field.pointer()) {
            reading = reading.with(field, with_references(template, &names));
        }
    }
    reading
}

fn note(object: &ObjectRef, version: &ObjectRef, readers: &BTreeSet<&ObjectRef>) -> Warning {
    let readers = listing(readers);
    Warning::about(
        object,
        format!(
            "it stays as it is: its new data is in {version}, which the pods of {readers} read from now on; what else reads it goes on with the old data"
        ),
        format!(
            "let the files say so, or the next apply of them takes it back: `name: {}`, where it is defined and where the pods of {readers} refer to it",
            version.name
        ),
    )
}

#[cfg(test)]
mod tests;
