//! Block maps and lists: what belongs together by its indentation.
//!
//! Each function begins at the first character of what it reads and ends at the first character of
//! the next line with content.

use serde_json::{Map, Value};

use super::cursor::Cursor;
use super::literal::literal;
use super::scalar::{Written, begins_plain, quoted};
use super::{NESTING, flow};
use crate::Place;
use crate::read::text::Origin;

pub(super) struct Blocks<'c, 't> {
    cursor: Cursor<'t>,
    origin: &'c Origin,
    /// How many maps and lists are open.
    depth: usize,
    /// Whether it reads the `items` of the document.
    is_list: bool,
    /// Where the items of a list of objects stand.
    pub(super) items: Vec<Place>,
}

/// What stands on a line: a key with its colon, or a value.
enum Token {
    Key(String),
    Value(Value),
}

impl<'c, 't> Blocks<'c, 't> {
    pub(super) fn new(cursor: Cursor<'t>, origin: &'c Origin) -> Self {
        Self {
            cursor,
            origin,
            depth: 0,
            is_list: false,
            items: Vec::new(),
        }
    }

    /// The whole document, a map.
    pub(super) fn document(&mut self) -> Option<Value> {
        let column = self.cursor.indent()?;
        let key = self.key()?;
        let document = self.mapping(column, key)?;
        self.cursor.peek().is_none().then_some(document)
    }

    /// The map or list whose first key or dash is here.
    fn collection(&mut self, column: usize) -> Option<Value> {
        if self.is_at_dash() {
            return self.sequence(column);
        }
        let key = self.key()?;
        self.mapping(column, key)
    }

    /// The map whose first key has been read.
    fn mapping(&mut self, column: usize, first: String) -> Option<Value> {
        self.descend()?;
        let mut map = Map::new();
        let mut key = first;
        loop {
            let value = match self.depth == 1 && key == "items" {
                true => self.list_of_objects(column)?,
                false => self.value(column)?,
            };
            // A key that stands twice is a finding.
            if map.insert(key, value).is_some() {
                return None;
            }
            if !self.goes_on(column)? {
                break;
            }
            key = self.key()?;
        }
        self.depth -= 1;
        Some(Value::Object(map))
    }

    /// What stands behind a key of a map of this column.
    fn value(&mut self, column: usize) -> Option<Value> {
        if self.cursor.is_at_end() {
            self.cursor.end_line()?;
            return match self.cursor.indent() {
                Some(below) if below > column => self.collection(below),
                Some(beside) if beside == column && self.is_at_dash() => self.sequence(column),
                Some(_) | None => Some(Value::Null),
            };
        }
        self.cursor.skip_spaces();
        if self.cursor.peek() == Some(b'|') {
            return literal(&mut self.cursor, column).map(Value::String);
        }
        match self.token()? {
            Token::Key(_) => None,
            Token::Value(value) => {
                self.cursor.end_line()?;
                Some(value)
            }
        }
    }

    /// The `items` of a document, whose places are noted: a list below its key.
    fn list_of_objects(&mut self, column: usize) -> Option<Value> {
        self.cursor.end_line()?;
        let below = self.cursor.indent().filter(|below| *below >= column)?;
        if !self.is_at_dash() {
            return None;
        }
        self.is_list = true;
        let list = self.sequence(below);
        self.is_list = false;
        list
    }

    fn sequence(&mut self, column: usize) -> Option<Value> {
        self.descend()?;
        let mut items = Vec::new();
        loop {
            items.push(self.item(column)?);
            if !(self.goes_on(column)? && self.is_at_dash()) {
                break;
            }
        }
        self.depth -= 1;
        Some(Value::Array(items))
    }

    /// An item of a list of this column, whose dash is here.
    fn item(&mut self, column: usize) -> Option<Value> {
        self.cursor.skip(b'-')?;
        if self.cursor.is_at_end() {
            self.cursor.end_line()?;
            return match self.cursor.indent() {
                Some(below) if below > column => {
                    self.note();
                    self.collection(below)
                }
                // Where nothing stands it has no place.
                Some(_) | None => (!self.is_object()).then_some(Value::Null),
            };
        }
        self.cursor.skip_spaces();
        if self.cursor.peek() == Some(b'|') {
            // As an object, it would have another place than this.
            let text = (!self.is_object()).then(|| literal(&mut self.cursor, column));
            return text?.map(Value::String);
        }
        self.note();
        let inner = self.cursor.column();
        if self.is_at_dash() {
            return self.sequence(inner);
        }
        match self.token()? {
            Token::Key(key) => self.mapping(inner, key),
            Token::Value(value) => {
                self.cursor.end_line()?;
                Some(value)
            }
        }
    }

    /// Whether the next item is one of a list of objects.
    fn is_object(&self) -> bool {
        self.is_list && self.depth == 2
    }

    /// Notes where an object of a list stands.
    fn note(&mut self) {
        if self.is_object() {
            let (line, column) = (self.cursor.line(), self.cursor.column());
            self.items.push(self.origin.place(line, column));
        }
    }

    /// Whether the next line belongs to the map or list of this column; `None` where it belongs to
    /// nothing.
    fn goes_on(&self, column: usize) -> Option<bool> {
        match self.cursor.indent() {
            Some(next) if next > column => None,
            next => Some(next == Some(column)),
        }
    }

    fn descend(&mut self) -> Option<()> {
        self.depth += 1;
        (self.depth <= NESTING).then_some(())
    }

    fn is_at_dash(&self) -> bool {
        let rest = self.cursor.rest();
        matches!(rest, [b'-'] | [b'-', b' ' | b'\n', ..])
    }

    fn key(&mut self) -> Option<String> {
        match self.token()? {
            Token::Key(key) => Some(key),
            Token::Value(_) => None,
        }
    }

    /// Reads a key with its colon, or a value of one line.
    fn token(&mut self) -> Option<Token> {
        let rest = self.cursor.rest();
        let (written, is_key) = match rest.first()? {
            b'{' | b'[' => return flow::collection(&mut self.cursor, 1).map(Token::Value),
            b'"' | b'\'' => {
                let written = quoted(&mut self.cursor)?;
                (written, is_colon(self.cursor.rest()))
            }
            _ if begins_plain(rest) => {
                let (length, is_key) = plain_length(rest)?;
                (Written::Plain(self.cursor.take(length)?), is_key)
            }
            _ => return None,
        };
        if !is_key {
            return written.into_value().map(Token::Value);
        }
        self.cursor.skip(b':')?;
        written.into_key().map(Token::Key)
    }
}

/// Whether this ends a key.
fn is_colon(rest: &[u8]) -> bool {
    matches!(rest, [b':'] | [b':', b' ' | b'\n', ..])
}

/// The length of the plain scalar that begins here, and whether it is a key.
fn plain_length(rest: &[u8]) -> Option<(usize, bool)> {
    // Behind the last byte that is no space.
    let mut end = 0;
    for (at, byte) in rest.iter().enumerate() {
        match byte {
            b' ' => continue,
            b'\n' => break,
            b'#' if end < at => break,
            b':' if is_colon(&rest[at..]) => return (end == at).then_some((at, true)),
            b'\t' => return None,
            _ => end = at + 1,
        }
    }
    Some((end, false))
}
