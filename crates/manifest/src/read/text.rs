//! From bytes to the text of each document, as kubectl cuts them: before any YAML is read.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use crate::{Place, ReadError};

const BYTE_ORDER_MARK: char = '\u{feff}';

/// The text of a file.
pub(crate) struct Text<'b> {
    pub(crate) text: Cow<'b, str>,
    /// How many bytes of the file stand before `text`, unless `text` is not what the bytes of the
    /// file are.
    pub(crate) offset: Option<usize>,
    /// Where in `text` the first character stands that the file has no right encoding for.
    pub(crate) invalid: Option<usize>,
}

impl<'b> Text<'b> {
    /// Follows a byte order mark, and takes UTF-8 where there is none. What is not valid becomes
    /// U+FFFD.
    pub(crate) fn decode(bytes: &'b [u8]) -> Self {
        let text = match bytes {
            [0xff, 0xfe, rest @ ..] => Self::utf16(rest, u16::from_le_bytes),
            [0xfe, 0xff, rest @ ..] => Self::utf16(rest, u16::from_be_bytes),
            [0xef, 0xbb, 0xbf, rest @ ..] => Self::utf8(rest, 3),
            _ => Self::utf8(bytes, 0),
        };
        if text.is_json() { text.escaped() } else { text }
    }

    /// Escapes what JSON's strings may hold as it is and YAML's may not.
    fn escaped(self) -> Self {
        const RAW: [(char, &str); 3] = [
            ('\u{7f}', "\\u007f"),
            ('\u{fffe}', "\\ufffe"),
            ('\u{ffff}', "\\uffff"),
        ];
        if !self.text.contains(RAW.map(|(character, _)| character)) {
            return self;
        }
        let text = RAW
            .into_iter()
            .fold(self.text.into_owned(), |text, (raw, escape)| {
                text.replace(raw, escape)
            });
        Self {
            text: Cow::Owned(text),
            offset: None,
            ..self
        }
    }

    fn utf8(bytes: &'b [u8], offset: usize) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self {
                text: Cow::Borrowed(text),
                offset: Some(offset),
                invalid: None,
            },
            Err(error) => {
                let text = String::from_utf8_lossy(bytes);
                Self {
                    text,
                    offset: None,
                    invalid: Some(error.valid_up_to()),
                }
            }
        }
    }

    fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Self {
        let (pairs, odd) = bytes.as_chunks::<2>();
        let units = pairs.iter().map(|pair| unit(*pair));
        let mut text = String::with_capacity(pairs.len());
        let mut invalid = None;
        for character in char::decode_utf16(units)
            .chain((!odd.is_empty()).then_some(Ok(char::REPLACEMENT_CHARACTER)))
        {
            if character.is_err() {
                invalid.get_or_insert(text.len());
            }
            text.push(character.unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        Self {
            text: Cow::Owned(text),
            offset: None,
            invalid,
        }
    }

    /// Whether kubectl takes the file for JSON.
    pub(crate) fn is_json(&self) -> bool {
        self.text.trim_start().starts_with('{')
    }
}

/// The text of one document within that of its file.
#[derive(Clone, Debug)]
pub(crate) struct Chunk<'t> {
    pub(crate) text: &'t str,
    /// Where it begins in the text of the file, in bytes.
    pub(crate) start: usize,
    pub(crate) origin: Origin,
    /// Its number among the documents of the file.
    pub(crate) index: usize,
    /// Whether it is JSON, where `<<` and numbers too large have no YAML about them.
    pub(crate) json: bool,
}

impl Chunk<'_> {
    /// The bytes of the file's text that it takes.
    pub(crate) fn range(&self) -> Range<usize> {
        self.start..self.start + self.text.len()
    }

    /// The place of a byte of its text.
    pub(crate) fn place_of(&self, offset: usize) -> Place {
        self.origin.place_of(self.text, offset)
    }
}

/// Where a chunk of a file begins.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    pub(crate) file: Arc<str>,
    /// The line of the file, from 0.
    pub(crate) line: usize,
    /// In characters, from 0; other than 0 only behind a JSON value on the same line.
    pub(crate) column: usize,
}

impl Origin {
    /// The place of a byte of the text that begins here.
    pub(crate) fn place_of(&self, text: &str, offset: usize) -> Place {
        let before = text.get(..offset).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let lines = before.bytes().filter(|byte| *byte == b'\n').count();
        self.place(
            lines,
            before[line_start..]
                .chars()
                .filter(|c| *c != BYTE_ORDER_MARK)
                .count(),
        )
    }

    /// The place of a line and a column of the text that begins here, both from 0.
    pub(crate) fn place(&self, line: usize, column: usize) -> Place {
        let column = if line == 0 {
            self.column + column
        } else {
            column
        };
        Place {
            file: self.file.clone(),
            line: self.line_of(line),
            column: one_based(column),
        }
    }

    /// The number in the file of a line of the text that begins here, from 0.
    pub(crate) fn line_of(&self, line: usize) -> u32 {
        one_based(self.line + line)
    }
}

fn one_based(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX).saturating_add(1)
}

/// Cuts the text at each line that begins with `---`.
///
/// # Errors
///
/// Such a line that says more: kubectl takes only a comment there.
pub(crate) fn split<'t>(file: &Arc<str>, text: &'t str) -> Result<Vec<Chunk<'t>>, ReadError> {
    let mut chunks = Vec::new();
    let (mut start, mut line) = (0, 0);
    let origin = |line| Origin {
        file: file.clone(),
        line,
        column: 0,
    };
    for separator in separators(text) {
        let end = text[separator..]
            .find('\n')
            .map_or(text.len(), |at| separator + at + 1);
        chunks.push(chunk(
            &text[start..separator],
            start,
            origin(line),
            chunks.len(),
        ));
        line += lines(&text[start..separator]);
        check_separator(text[separator..end].trim_end(), &origin(line))?;
        line += 1;
        start = end;
    }
    chunks.push(chunk(&text[start..], start, origin(line), chunks.len()));
    if chunks.len() > 1 && holds_nothing(chunks[0].text) {
        chunks.remove(0);
        chunks.iter_mut().for_each(|chunk| chunk.index -= 1);
    }
    Ok(chunks)
}

/// Where the lines begin that end a document.
fn separators(text: &str) -> impl Iterator<Item = usize> {
    let first = text.starts_with("---").then_some(0);
    first
        .into_iter()
        .chain(text.match_indices("\n---").map(|(at, _)| at + 1))
}

fn check_separator(line: &str, origin: &Origin) -> Result<(), ReadError> {
    let rest = line[3..].trim_start();
    if rest.is_empty() || rest.starts_with('#') {
        return Ok(());
    }
    Err(ReadError::Separator {
        place: origin.place_of(line, line.len() - rest.len()),
        text: rest.to_owned(),
    })
}

/// A document of YAML. A byte order mark before it is no part of it.
fn chunk(text: &str, start: usize, origin: Origin, index: usize) -> Chunk<'_> {
    let marked = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    Chunk {
        text: marked,
        start: start + text.len() - marked.len(),
        origin,
        index,
        json: false,
    }
}

pub(crate) fn lines(text: &str) -> usize {
    text.bytes().filter(|byte| *byte == b'\n').count()
}

/// Whether there is nothing but blank lines and comments.
pub(crate) fn holds_nothing(text: &str) -> bool {
    text.lines()
        .map(str::trim)
        .all(|line| line.is_empty() || line.starts_with('#'))
}
