//! How a document is laid out, and new values in the same way.

use granit_parser::ScalarStyle;
use serde_json::{Map, Value};

use super::scalar::Strings;
use super::tree::{Kind, Node, column, line_end, line_start};
use crate::emit::is_block;

/// The indentation, the line ends and the strings of a document.
pub(super) struct Layout<'t> {
    pub(super) text: &'t str,
    pub(super) newline: &'static str,
    pub(super) strings: Strings,
    /// How much further a map stands than its key.
    unit: usize,
    /// How much further the dashes of a list stand than its key.
    dash: usize,
    /// How much further an item stands than its dash.
    item: usize,
}

impl<'t> Layout<'t> {
    /// The layout of a text, with the first map and list in it as examples.
    pub(super) fn of(text: &'t str, root: &Node, strings: Strings) -> Self {
        let (mut unit, mut dash, mut item) = (None, None, None);
        for node in root.descendants() {
            let outer = node.collection().filter(|outer| !outer.is_flow);
            let Some(outer) = outer else { continue };
            for slot in &outer.slots {
                let inner = slot.value.collection().filter(|inner| !inner.is_flow);
                let Some(first) = inner.and_then(|inner| inner.slots.first()) else {
                    continue;
                };
                let further = column(text, first.start).saturating_sub(column(text, slot.start));
                match (outer.is_map, first.key.is_some()) {
                    (true, true) => unit = unit.or(Some(further)),
                    (true, false) => dash = dash.or(Some(further)),
                    (false, _) => item = item.or(Some(further)),
                }
            }
        }
        Self {
            text,
            newline: if text.contains("\r\n") { "\r\n" } else { "\n" },
            strings,
            unit: unit.unwrap_or(2).max(1),
            dash: dash.unwrap_or(0),
            item: item.unwrap_or(2).max(2),
        }
    }

    /// A line end, and so many blanks.
    pub(super) fn line(&self, column: usize) -> String {
        format!("{}{}", self.newline, " ".repeat(column))
    }

    /// An entry of a map whose key stands at `column`, of blocks or in brackets.
    pub(super) fn entry(&self, key: &str, value: &Value, column: usize, is_flow: bool) -> String {
        let key = self.strings.key(key, is_flow);
        match is_flow {
            true => format!("{key}: {}", self.flow(value, None)),
            false => format!("{key}:{}", self.below(value, column, None, false)),
        }
    }

    /// An item of a list whose dash stands at `column`, written like another.
    pub(super) fn item(&self, value: &Value, column: usize, like: &Node) -> String {
        format!("-{}", self.below(value, column, Some(like), true))
    }

    /// What stands behind a colon or a dash at `column`, written like another.
    pub(super) fn below(
        &self,
        value: &Value,
        column: usize,
        like: Option<&Node>,
        is_item: bool,
    ) -> String {
        let bracketed = like
            .and_then(Node::collection)
            .is_some_and(|like| like.is_flow && !like.slots.is_empty());
        let lead = |further: usize| match is_item {
            true => " ".repeat(self.item - 1),
            false => self.line(column + further),
        };
        match value {
            Value::Object(map) if !map.is_empty() && !bracketed => {
                let further = if is_item { self.item } else { self.unit };
                lead(further) + &self.mapping(map, column + further, like)
            }
            Value::Array(items) if !items.is_empty() && !bracketed => {
                let further = if is_item { self.item } else { self.dash };
                lead(further) + &self.sequence(items, column + further, like)
            }
            Value::String(text) if self.takes_lines(text, like) => {
                format!(" {}", self.block(text, column, None))
            }
            other => format!(" {}", self.flow(other, like)),
        }
    }

    fn mapping(&self, map: &Map<String, Value>, column: usize, like: Option<&Node>) -> String {
        let mut lines = Vec::new();
        for key in order(map, like) {
            let like = like.and_then(|like| like.slot(key)).map(|slot| &slot.value);
            let below = self.below(&map[key], column, like, false);
            lines.push(format!("{}:{below}", self.strings.key(key, false)));
        }
        lines.join(&self.line(column))
    }

    fn sequence(&self, items: &[Value], column: usize, like: Option<&Node>) -> String {
        let like = like.and_then(first);
        let item = |item| format!("-{}", self.below(item, column, like, true));
        let lines: Vec<String> = items.iter().map(item).collect();
        lines.join(&self.line(column))
    }

    /// A value in brackets, or a scalar, on one line.
    pub(super) fn flow(&self, value: &Value, like: Option<&Node>) -> String {
        let is_flow = like.is_none_or(|like| like.collection().is_some());
        match value {
            Value::Array(items) => {
                let like = like.and_then(first);
                let item = |item| self.flow_within(item, like);
                format!(
                    "[{}]",
                    items.iter().map(item).collect::<Vec<_>>().join(", ")
                )
            }
            Value::Object(map) => {
                let mut entries = Vec::new();
                for key in order(map, like) {
                    let like = like.and_then(|like| like.slot(key)).map(|slot| &slot.value);
                    let value = self.flow_within(&map[key], like);
                    entries.push(format!("{}: {value}", self.strings.key(key, true)));
                }
                format!("{{{}}}", entries.join(", "))
            }
            scalar => self.strings.scalar(scalar, like, is_flow),
        }
    }

    fn flow_within(&self, value: &Value, like: Option<&Node>) -> String {
        match value {
            Value::Array(_) | Value::Object(_) => self.flow(value, like),
            scalar => self.strings.scalar(scalar, like, true),
        }
    }

    /// A value in brackets whose entries have lines of their own.
    pub(super) fn flow_lines(&self, value: &Value, column: usize, unit: usize) -> String {
        let inner = self.line(column + unit);
        let (open, close, lines): (_, _, Vec<String>) = match value {
            Value::Array(items) if !items.is_empty() => {
                let item = |item| self.flow_lines(item, column + unit, unit);
                ('[', ']', items.iter().map(item).collect())
            }
            Value::Object(map) if !map.is_empty() => {
                let entry = |(key, value): (&String, &Value)| {
                    let value = self.flow_lines(value, column + unit, unit);
                    format!("{}: {value}", self.strings.key(key, true))
                };
                ('{', '}', map.iter().map(entry).collect())
            }
            other => return self.flow_within(other, None),
        };
        let lines = lines.join(&format!(",{inner}"));
        format!("{open}{inner}{lines}{}{close}", self.line(column))
    }

    /// Whether a text is written as a block, where `old` stood.
    pub(super) fn takes_lines(&self, text: &str, old: Option<&Node>) -> bool {
        if self.strings.cautious || self.strings.json {
            return false;
        }
        match old.map(|old| &old.kind) {
            Some(Kind::Scalar {
                style: ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted,
                ..
            }) => old.is_some_and(|old| self.strings.are_forced(old, false)) && is_block(text),
            Some(Kind::Scalar {
                style: ScalarStyle::Literal | ScalarStyle::Folded,
                text: old,
            }) => is_block(text) || (is_one_line(old) && is_one_line(text)),
            _ => is_block(text),
        }
    }

    /// A text as a block, under a key or a dash at `column`, or in place of another block.
    pub(super) fn block(&self, text: &str, column: usize, old: Option<&Node>) -> String {
        let lines = text.trim_end_matches('\n');
        let ends = |text: &str| (text.len() - text.trim_end_matches('\n').len()).min(2);
        let chomp = ["-", "", "+"][ends(text)];
        let (mut header, mut indent) = (format!("|{chomp}"), column + self.unit.max(2));
        if let Some(Node {
            kind: Kind::Scalar {
                style,
                text: before,
            },
            start,
            end,
            ..
        }) = old
        {
            let first = line_end(self.text, *start);
            let written = &self.text[*start..first];
            let folds = matches!(style, ScalarStyle::Folded);
            if ends(before) == ends(text) && !(folds && lines.contains('\n')) {
                header = written.to_owned();
            } else {
                let comment = written.find([' ', '\t']).map_or("", |at| &written[at..]);
                let digits: String = written
                    .chars()
                    .filter(char::is_ascii_digit)
                    .take(1)
                    .collect();
                let sign = if folds && !lines.contains('\n') {
                    '>'
                } else {
                    '|'
                };
                header = format!("{sign}{digits}{chomp}{comment}");
            }
            let content = self.text[first..*end].trim_start();
            let at = *end - content.len();
            if !content.is_empty() {
                indent = at - line_start(self.text, at);
            }
        }
        let mut out = header;
        for line in lines.split('\n') {
            match line {
                "" => out += self.newline,
                line => out += &format!("{}{line}", self.line(indent)),
            }
        }
        out + &self
            .newline
            .repeat((text.len() - lines.len()).saturating_sub(1))
    }
}

/// The value of the first entry or item.
fn first(node: &Node) -> Option<&Node> {
    node.collection()?.slots.first().map(|slot| &slot.value)
}

/// Keys in the order of another map, then by name; where there is none, `name` first.
fn order<'m>(map: &'m Map<String, Value>, like: Option<&Node>) -> Vec<&'m str> {
    let slots = like.and_then(Node::collection).map(|like| &like.slots);
    let rank = |key: &str| {
        let position = slots.and_then(|slots| {
            slots
                .iter()
                .position(|slot| slot.key.as_deref() == Some(key))
        });
        position.map_or((true, key != "name", 0), |position| {
            (false, false, position)
        })
    };
    let mut keys: Vec<&str> = map.keys().map(String::as_str).collect();
    keys.sort_by_key(|key| rank(key));
    keys
}

fn is_one_line(text: &str) -> bool {
    let line = text.trim_end_matches('\n');
    !line.is_empty()
        && !line.contains(char::is_control)
        && !line.starts_with(' ')
        && !line.ends_with(' ')
}
