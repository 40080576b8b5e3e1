//! A file a patch and a new object, and the lines by which kubectl applies them.

use std::path::{Path, PathBuf};

use cutover::manifest::emit;
use cutover::planning::Change;
use serde_json::json;

use super::files::{Files, name};
use super::kubectl::{self, Quoted};
use super::way::{Passage, Way};
use crate::error::Error;
use crate::message::one_line;

/// The files, and a script for a shell that makes the changes of all steps.
///
/// # Errors
///
/// A plan that does not fit itself, and a directory that no shell can name.
pub(super) fn folder(way: &Way<'_>, directory: &Path) -> Result<(Files, String), Error> {
    let mut files = Files::default();
    let mut script = kubectl::START.to_owned();
    way.visit(|passage| {
        script += &format!("\n# {}\n", one_line(&head(passage)));
        for (number, change) in (1..).zip(&passage.step.changes) {
            let line = line(number, change, passage, directory, &mut files)?;
            script += &format!("{line}\n");
        }
        script += &kubectl::waits(passage)?;
        Ok(())
    })?;
    Ok((files, script))
}

fn head(passage: &Passage<'_>) -> String {
    let Passage { number, step, .. } = passage;
    format!("step {number} · {} · {}", step.phase, passage.name())
}

/// The line that makes a change; the file that it needs is added to the others.
fn line(
    number: usize,
    change: &Change,
    passage: &Passage<'_>,
    directory: &Path,
    files: &mut Files,
) -> Result<String, Error> {
    let object = change.object();
    let path = |verb: &str, end: &str| -> PathBuf {
        let name = name(number, verb, object, end);
        directory.join(format!("{}-{name}", passage.label))
    };
    match change {
        Change::Create(manifest) => {
            let path = path("create", "yaml");
            let line = kubectl::create(object, &Quoted::path(&path)?)?;
            files.add(path, emit(manifest.value()));
            Ok(line)
        }
        Change::Delete(object) => kubectl::delete(object),
        Change::Patch(patch) => {
            let path = path("patch", "json");
            let line = kubectl::patch(object, &Quoted::path(&path)?)?;
            files.add(path, format!("{:#}\n", json!(patch.ops)));
            Ok(line)
        }
        // Refused before anything is written.
        Change::Replace(_) => Ok(String::new()),
    }
}
