//! JSON input: any number of values, one after the other, as `kubectl get -o json` and `jq` print
//! them.

use std::sync::Arc;

use serde::de::IgnoredAny;

use super::text::{Chunk, Origin, lines};
use crate::ReadError;

/// The values of a text that begins with `{`.
///
/// # Errors
///
/// A text that is not JSON from start to end: kubectl does not go back to YAML then.
pub(crate) fn split<'t>(file: &Arc<str>, text: &'t str) -> Result<Vec<Chunk<'t>>, ReadError> {
    let mut chunks = Vec::new();
    let mut origin = Origin {
        file: file.clone(),
        line: 0,
        column: 0,
    };
    let mut end = 0;
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
    while let Some(value) = values.next() {
        if let Err(error) = value {
            return Err(not_json(file, &error));
        }
        let start = end;
        end = values.byte_offset();
        let text = &text[start..end];
        chunks.push(Chunk {
            text,
            start,
            origin: origin.clone(),
            index: chunks.len(),
            json: true,
        });
        origin = behind(&origin, text);
    }
    Ok(chunks)
}

/// Where the text after `text` begins.
fn behind(origin: &Origin, text: &str) -> Origin {
    let column = text.rsplit('\n').next().unwrap_or(text).chars().count();
    match lines(text) {
        0 => Origin {
            column: origin.column + column,
            ..origin.clone()
        },
        down => Origin {
            line: origin.line + down,
            column,
            ..origin.clone()
        },
    }
}

fn not_json(file: &Arc<str>, error: &serde_json::Error) -> ReadError {
    let origin = Origin {
        file: file.clone(),
        line: 0,
        column: 0,
    };
    let place = origin.place(
        error.line().saturating_sub(1),
        error.column().saturating_sub(1),
    );
    let message = error.to_string();
    let message = message
        .split(" at line ")
        .next()
        .unwrap_or(&message)
        .to_owned();
    ReadError::NotJson { place, message }
}
