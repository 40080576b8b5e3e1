//! Reading strategy files, and what to do where one is wrong.

use std::path::PathBuf;
use std::slice;
use std::str;

use cutover::{BadStrategy, StrategyFile};

use crate::error::Error;
use crate::walk::{File, Folders};
use crate::{World, walk};

/// Reads a strategy, and returns the file that it is in beside it.
///
/// # Errors
///
/// No strategy, several, a field that is not known, a value that a field cannot have.
pub(crate) fn read(world: &mut World<'_>, path: &PathBuf) -> Result<(StrategyFile, File), Error> {
    let mut files = walk::files(world, slice::from_ref(path), Folders::Below)?.files;
    let (Some(file), true) = (files.pop(), files.is_empty()) else {
        let hint = "name the file: `--strategy strategy.yaml`";
        return Err(Error::failed(format!(
            "{}: a strategy is one file\nhint: {hint}",
            path.display()
        )));
    };
    let text = str::from_utf8(&file.bytes).map_err(|_| {
        Error::failed(format!(
            "{}: the file is no UTF-8\nhint: save it as UTF-8",
            file.name
        ))
    })?;
    let strategy = StrategyFile::from_yaml(&file.name, text)
        .map_err(|error| Error::failed(format!("{error}{}", hint(&error.kind))))?;
    Ok((strategy, file))
}

/// What to do, where the error does not say it itself.
fn hint(kind: &BadStrategy) -> &'static str {
    match kind {
        BadStrategy::MissingField(_) => {
            "\nhint: `cutover schema strategy` tells what each strategy needs"
        }
        BadStrategy::Form(_) => {
            "\nhint: write one strategy with its fields, as canary: { steps: [{ setWeight: 25 }, { pause: {} }] }; \
             `cutover schema strategy` tells what each takes"
        }
        // Their words say what to do.
        BadStrategy::UnknownField { .. }
        | BadStrategy::UnknownName { .. }
        | BadStrategy::Value(_) => "",
    }
}
