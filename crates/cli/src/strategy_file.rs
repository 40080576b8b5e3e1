//! Reading strategy files: our own types, so what is wrong has a line and a column.

use std::path::PathBuf;
use std::slice;
use std::str;

use cutover::StrategyFile;
use cutover::manifest::Place;
use serde_yaml::{DefaultMessageFormatter, Error as YamlError, MessageFormatter};

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
    let strategy =
        serde_yaml::from_str(text).map_err(|error| Error::failed(reason(&file.name, &error)))?;
    Ok((strategy, file))
}

fn reason(file: &str, error: &YamlError) -> String {
    let error = error.without_snippet();
    let place = error.location().map_or_else(
        || file.to_owned(),
        |location| {
            let number = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
            Place::new(file, number(location.line()), number(location.column())).to_string()
        },
    );
    format!("{place}: {}", in_words(error))
}

/// What is wrong, and what is known instead.
fn in_words(error: &YamlError) -> String {
    match error {
        YamlError::SerdeUnknownField {
            field, expected, ..
        } => {
            format!(
                "the field `{field}` is not known\nhint: known are {}",
                expected.join(", ")
            )
        }
        YamlError::SerdeUnknownVariant {
            variant, expected, ..
        } => {
            format!(
                "`{variant}` is not known\nhint: known are {}",
                expected.join(", ")
            )
        }
        YamlError::SerdeMissingField { field, .. } => {
            format!(
                "the field `{field}` is missing\nhint: `cutover schema strategy` tells what each strategy needs"
            )
        }
        other => {
            let message = DefaultMessageFormatter
                .format_message(other)
                .replace("\\n", "\n");
            if message.contains("\nhint: ") {
                message
            } else {
                message + EXAMPLE
            }
        }
    }
}

const EXAMPLE: &str = "\nhint: write one strategy with its fields, as canary: { steps: [{ setWeight: 25 }, { pause: {} }] }; \
                       `cutover schema strategy` tells what each takes";
