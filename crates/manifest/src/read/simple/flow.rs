//! Flow maps and lists that end on their line: `{app: hello, ports: [80, 443]}`.

use serde_json::{Map, Value};

use super::NESTING;
use super::cursor::Cursor;
use super::scalar::{Written, begins_plain, quoted};

/// Reads the map or list that begins here.
pub(super) fn collection(cursor: &mut Cursor<'_>, depth: usize) -> Option<Value> {
    match cursor.peek()? {
        _ if depth > NESTING => None,
        b'{' => mapping(cursor, depth).map(Value::Object),
        b'[' => sequence(cursor, depth).map(Value::Array),
        _ => None,
    }
}

fn mapping(cursor: &mut Cursor<'_>, depth: usize) -> Option<Map<String, Value>> {
    cursor.skip(b'{')?;
    cursor.skip_spaces();
    let mut map = Map::new();
    if cursor.skip(b'}').is_some() {
        return Some(map);
    }
    loop {
        let key = scalar(cursor, End::Key)?.into_key()?;
        cursor.skip(b':')?;
        cursor.skip(b' ')?;
        cursor.skip_spaces();
        if map.insert(key, value(cursor, depth)?).is_some() {
            return None;
        }
        if !goes_on(cursor, b'}')? {
            return Some(map);
        }
    }
}

fn sequence(cursor: &mut Cursor<'_>, depth: usize) -> Option<Vec<Value>> {
    cursor.skip(b'[')?;
    cursor.skip_spaces();
    let mut items = Vec::new();
    if cursor.skip(b']').is_some() {
        return Some(items);
    }
    loop {
        items.push(value(cursor, depth)?);
        if !goes_on(cursor, b']')? {
            return Some(items);
        }
    }
}

/// Whether a comma follows, and not the end.
fn goes_on(cursor: &mut Cursor<'_>, end: u8) -> Option<bool> {
    cursor.skip_spaces();
    if cursor.skip(end).is_some() {
        return Some(false);
    }
    cursor.skip(b',')?;
    cursor.skip_spaces();
    Some(true)
}

fn value(cursor: &mut Cursor<'_>, depth: usize) -> Option<Value> {
    match cursor.peek()? {
        b'{' | b'[' => collection(cursor, depth + 1),
        _ => scalar(cursor, End::Value)?.into_value(),
    }
}

/// What ends a scalar.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// A colon and a space.
    Key,
    /// A comma or a bracket.
    Value,
}

fn scalar<'t>(cursor: &mut Cursor<'t>, end: End) -> Option<Written<'t>> {
    if matches!(cursor.peek()?, b'"' | b'\'') {
        return quoted(cursor);
    }
    let rest = cursor.rest();
    if !begins_plain(rest) {
        return None;
    }
    let length = plain_length(rest, end)?;
    let text = cursor.take(length)?;
    Some(Written::Plain(text.trim_end_matches(' ')))
}

/// The length of the plain scalar that begins here, where it ends as it should.
fn plain_length(rest: &[u8], end: End) -> Option<usize> {
    for (at, byte) in rest.iter().enumerate() {
        let next = rest.get(at + 1);
        match byte {
            b',' | b']' | b'}' => return (end == End::Value).then_some(at),
            b':' if next == Some(&b' ') => return (end == End::Key).then_some(at),
            b':' if next.is_none_or(|next| b"\n,[]{}".contains(next)) => return None,
            b'#' if at > 0 && rest[at - 1] == b' ' => return None,
            b'\n' | b'\t' | b'[' | b'{' => return None,
            _ => {}
        }
    }
    None
}
