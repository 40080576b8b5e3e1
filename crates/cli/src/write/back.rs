//! What writing a step back would not bring back: the bytes of what is removed, which no plan holds.

use super::draft::Draft;
use super::stand::{Stand, Standing};
use crate::error::Error;
use crate::input::Input;
use crate::walk::File;

/// The files that would be otherwise if a step was written and written back.
///
/// # Errors
///
/// A plan that does not fit itself, or files that stand at no state of it.
pub(crate) fn lost(
    stand: &Stand<'_>,
    standing: &Standing,
    input: &Input,
    draft: &Draft<'_>,
) -> Result<Vec<String>, Error> {
    let Some(state) = standing.state else {
        return Ok(Vec::new());
    };
    let there = Input::of(draft.files())?;
    let standing = stand.find(&there, state)?;
    let mut changes = stand.changes(&standing, &stand.after(state)?);
    // A person puts a Secret back, and sees to its bytes.
    changes.retain(|change| change.object.kind != "Secret");
    let mut back = Draft::new(&there);
    if !back.make(&changes, stand).is_empty() {
        return Ok(Vec::new());
    }
    let files = back.files();
    let mut lost = Vec::new();
    for file in &input.files {
        if draft.is_restored(&file.path) {
            continue;
        }
        let same = |other: &File| other.path == file.path && other.bytes == file.bytes;
        if !files.iter().any(same) {
            lost.push(file.name.to_string());
        }
    }
    Ok(lost)
}

/// What is said of such a file, before it is written.
pub(crate) fn warning(name: &str) -> String {
    format!(
        "{name}: written back it has other bytes than now: what is removed comes back as cutover prints it, without its comments, and a text may come back with other quotes\nhint: `git checkout COMMIT -- {name}` brings the file back as it is now, and so does `cutover write --originals DIR` from a copy of it"
    )
}
