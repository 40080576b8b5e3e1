//! Scalars of one line, as values and as keys.

use std::borrow::Cow;

use serde_json::Value;

use super::cursor::Cursor;
use crate::read::kustomize;
use crate::read::scalar::Scalar;

/// How many bytes a key may have: the scanner takes as many characters at least.
const KEY: usize = 1000;

/// The length of the longest word that is no text, `false`.
const LONGEST_WORD: usize = 5;

/// A scalar of one line as it is written.
pub(super) enum Written<'t> {
    Plain(&'t str),
    Quoted(Cow<'t, str>),
}

impl Written<'_> {
    /// As a value; `None` where kubectl and kustomize read it differently, or kubectl not at all.
    pub(super) fn into_value(self) -> Option<Value> {
        let text = match self {
            Self::Quoted(text) => return Some(Value::String(text.into_owned())),
            Self::Plain(text) if is_surely_text(text) => return Some(text.into()),
            Self::Plain(text) => text,
        };
        let scalar = Scalar::plain(text);
        if text == "<<" || kustomize::value(text, &scalar).is_some() {
            return None;
        }
        scalar.into_value()
    }

    /// As a key; `None` where it is not surely a text, or too long for one.
    pub(super) fn into_key(self) -> Option<String> {
        let key = match self {
            Self::Quoted(text) => text.into_owned(),
            Self::Plain(text) if is_surely_text(text) => text.to_owned(),
            Self::Plain("<<") => return None,
            Self::Plain(text) => match Scalar::plain(text) {
                scalar @ Scalar::Text(_) if kustomize::key(text, &scalar).is_none() => {
                    text.to_owned()
                }
                _ => return None,
            },
        };
        (key.len() <= KEY).then_some(key)
    }
}

/// Whether no rule can make anything but text of it: numbers and dates begin with another character
/// than a letter, and the words of YAML are short.
fn is_surely_text(text: &str) -> bool {
    text.len() > LONGEST_WORD && text.as_bytes()[0].is_ascii_alphabetic()
}

/// Whether a plain scalar may begin so. Where it depends on what follows, only what is plain in any
/// case is taken.
pub(super) fn begins_plain(rest: &[u8]) -> bool {
    match rest {
        [b'-', next, ..] => next.is_ascii_alphanumeric() || matches!(next, b'-' | b'.'),
        [b'.', ..] => !rest.starts_with(b"..."),
        [first, ..] => {
            first.is_ascii_alphanumeric()
                || matches!(
                    first,
                    b'_' | b'/' | b'$' | b'(' | b'+' | b'<' | b'=' | b'~' | b'^'
                )
                || !first.is_ascii()
        }
        [] => false,
    }
}

/// Reads a text in quotes that ends on its line.
pub(super) fn quoted<'t>(cursor: &mut Cursor<'t>) -> Option<Written<'t>> {
    let text = match cursor.peek()? {
        b'\'' => single_quoted(cursor),
        b'"' => double_quoted(cursor),
        _ => None,
    };
    text.map(Written::Quoted)
}

fn single_quoted<'t>(cursor: &mut Cursor<'t>) -> Option<Cow<'t, str>> {
    cursor.skip(b'\'')?;
    let first = until_quote(cursor)?;
    if cursor.peek() != Some(b'\'') {
        return Some(Cow::Borrowed(first));
    }
    let mut text = first.to_owned();
    while cursor.skip(b'\'').is_some() {
        text.push('\'');
        text.push_str(until_quote(cursor)?);
    }
    Some(Cow::Owned(text))
}

/// What stands before the next single quote, which is gone over.
fn until_quote<'t>(cursor: &mut Cursor<'t>) -> Option<&'t str> {
    let mut bytes = cursor.rest().iter();
    let end = bytes.position(|byte| matches!(byte, b'\'' | b'\n' | b'\t'))?;
    let text = cursor.take(end)?;
    cursor.skip(b'\'')?;
    Some(text)
}

fn double_quoted<'t>(cursor: &mut Cursor<'t>) -> Option<Cow<'t, str>> {
    cursor.skip(b'"')?;
    let first = until_escape(cursor)?;
    if cursor.skip(b'"').is_some() {
        return Some(Cow::Borrowed(first));
    }
    let mut text = first.to_owned();
    while cursor.skip(b'"').is_none() {
        cursor.skip(b'\\')?;
        text.push(match cursor.take(1)? {
            "n" => '\n',
            "t" => '\t',
            "\"" => '"',
            "\\" => '\\',
            _ => return None,
        });
        text.push_str(until_escape(cursor)?);
    }
    Some(Cow::Owned(text))
}

/// What stands before the next double quote or backslash.
fn until_escape<'t>(cursor: &mut Cursor<'t>) -> Option<&'t str> {
    let mut bytes = cursor.rest().iter();
    let end = bytes.position(|byte| matches!(byte, b'"' | b'\\' | b'\n' | b'\t'))?;
    cursor.take(end)
}
