//! What the scanner says no to, or should, in words that name what to do.

use granit_parser::{ErrorKind, ScanError, Span};

use super::text::Chunk;
use crate::ReadError;

/// An error of the scanner.
pub(crate) fn scanner(chunk: &Chunk<'_>, error: &ScanError) -> ReadError {
    let place = chunk.origin.place(
        error.marker().line().saturating_sub(1),
        error.marker().col(),
    );
    match error.kind() {
        ErrorKind::RecursionLimitExceeded => ReadError::TooDeep { place },
        ErrorKind::DirectiveDisallowed => ReadError::Directive { place },
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabAtBlockScalarStart => ReadError::Tab { place },
        kind => ReadError::NotYaml {
            place,
            message: with_hint(kind),
        },
    }
}

/// Where a template's braces stand in the line of an error, or the one before, they are the cause.
pub(crate) fn template(chunk: &Chunk<'_>, error: ReadError) -> ReadError {
    if !matches!(
        error,
        ReadError::NotYaml { .. } | ReadError::Key { .. } | ReadError::Tab { .. }
    ) {
        return error;
    }
    let line = (error.place().line as usize).saturating_sub(chunk.origin.line + 1);
    let mut start = 0;
    for (number, text) in chunk.text.split_inclusive('\n').enumerate().take(line + 1) {
        match text.find("{{") {
            Some(at) if number + 1 >= line => {
                return ReadError::Template {
                    place: chunk.place_of(start + at),
                };
            }
            _ => start += text.len(),
        }
    }
    error
}

/// Refuses the characters that YAML 1.1 has no place for, and those that are line ends to it alone.
pub(crate) fn characters(chunk: &Chunk<'_>) -> Result<(), ReadError> {
    let suspicious =
        |byte: u8| matches!(byte, 0..=8 | 11 | 12 | 14..=31 | 127 | 0xc2 | 0xe2 | 0xef);
    if !chunk.text.bytes().any(suspicious) {
        return Ok(());
    }
    for (at, character) in chunk.text.char_indices() {
        let place = || chunk.place_of(at);
        match character {
            '\t' | '\n' | '\r' => {}
            '\u{85}' | '\u{2028}' | '\u{2029}' => {
                return Err(ReadError::LineSeparator {
                    place: place(),
                    character,
                });
            }
            '\u{fffe}' | '\u{ffff}' => {
                return Err(ReadError::ControlCharacter {
                    place: place(),
                    character,
                });
            }
            _ if character.is_control() => {
                return Err(ReadError::ControlCharacter {
                    place: place(),
                    character,
                });
            }
            _ => {}
        }
    }
    Ok(())
}

/// Refuses the escapes of JSON that YAML 1.1 lacks: `\/` and the halves of a surrogate pair.
pub(crate) fn escapes(chunk: &Chunk<'_>, span: Span) -> Result<(), ReadError> {
    let mut rest = span.slice(chunk.text).unwrap_or_default();
    while let Some(at) = rest.find('\\') {
        rest = &rest[at..];
        let surrogate = matches!(
            rest.as_bytes(),
            [
                _,
                b'u',
                b'd' | b'D',
                b'8'..=b'9' | b'a'..=b'f' | b'A'..=b'F',
                ..,
            ]
        );
        let length = if surrogate { 6 } else { 2 };
        if surrogate || rest.starts_with("\\/") {
            let place = chunk.origin.place(span.start.line() - 1, span.start.col());
            return Err(ReadError::Escape {
                place,
                escape: rest.get(..length).unwrap_or(rest).to_owned(),
            });
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    Ok(())
}

fn with_hint(kind: &ErrorKind) -> String {
    match kind {
        ErrorKind::MappingValueNotAllowed => format!("{kind}\nhint: quote a text that holds `: `"),
        ErrorKind::InvalidSimpleKey | ErrorKind::SimpleKeyExpected => {
            format!(
                "{kind}\nhint: a key ends with `:` and a space, and has at most 1024 characters"
            )
        }
        ErrorKind::InvalidIndentation | ErrorKind::ExpectedBlockMappingKey => {
            format!("{kind}\nhint: keys of one map begin in one column")
        }
        ErrorKind::UnexpectedCharacter { character } => {
            format!("a text begins with {character:?}\nhint: quote it")
        }
        kind => kind.to_string(),
    }
}
