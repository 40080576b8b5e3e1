//! The text of one document as a tree that knows where each part of it stands.

use std::ops::Range;
use std::sync::Arc;

use granit_parser::{Event, Parser, ScalarStyle, StrInput, StructureStyle};

use crate::read::{Chunk, Origin, Scalar, events};

/// A value, and the bytes that it takes.
pub(super) struct Node {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) kind: Kind,
    pub(super) anchored: bool,
    pub(super) tagged: bool,
}

pub(super) enum Kind {
    Alias,
    Scalar { style: ScalarStyle, text: String },
    Collection(Collection),
}

/// A map or a list.
pub(super) struct Collection {
    pub(super) is_map: bool,
    /// Whether it is written in brackets or braces, and not as a block.
    pub(super) is_flow: bool,
    pub(super) slots: Vec<Slot>,
}

/// An entry of a map or an item of a list.
pub(super) struct Slot {
    /// The key as kubectl reads it; none for an item, or where it is no simple key.
    pub(super) key: Option<String>,
    /// Where the key stands, or the dash of an item; in a list in brackets, the item itself.
    pub(super) start: usize,
    /// What is behind the colon or the dash.
    pub(super) after: usize,
    pub(super) value: Node,
}

impl Node {
    /// Reads the text of one document. `None` where it has no tree that can be relied on.
    pub(super) fn parse(text: &str, json: bool) -> Option<Self> {
        let chunk = Chunk {
            text,
            start: 0,
            origin: Origin {
                file: Arc::from(""),
                line: 0,
                column: 0,
            },
            index: 0,
            json,
        };
        let mut reader = Reader {
            text,
            events: events(&chunk),
        };
        let first = reader.next()?;
        reader.node(first, 0)
    }

    pub(super) fn collection(&self) -> Option<&Collection> {
        match &self.kind {
            Kind::Collection(collection) => Some(collection),
            Kind::Alias | Kind::Scalar { .. } => None,
        }
    }

    /// The entry or the item that a token of a JSON pointer names.
    pub(super) fn slot(&self, name: &str) -> Option<&Slot> {
        let collection = self.collection()?;
        if collection.is_map {
            let named = |slot: &&Slot| slot.key.as_deref() == Some(name);
            return collection.slots.iter().rfind(named);
        }
        let Ok(index) = name.parse::<usize>() else {
            return None;
        };
        collection.slots.get(index)
    }

    /// The value itself and all within it.
    pub(super) fn descendants(&self) -> Vec<&Self> {
        let mut found = vec![self];
        let mut next = 0;
        while let Some(node) = found.get(next).copied() {
            let slots = node.collection().map_or(&[][..], |within| &within.slots);
            found.extend(slots.iter().map(|slot| &slot.value));
            next += 1;
        }
        found
    }
}

type Found<'t> = (Event<'t>, Range<usize>);

struct Reader<'t> {
    text: &'t str,
    events: Parser<'t, StrInput<'t>>,
}

impl<'t> Reader<'t> {
    fn next(&mut self) -> Option<Found<'t>> {
        loop {
            let Ok((event, span)) = self.events.next()? else {
                return None;
            };
            match event {
                Event::StreamStart | Event::DocumentStart(..) | Event::Comment(..) => {}
                _ => return Some((event, span.byte_range()?)),
            }
        }
    }

    fn node(&mut self, (event, range): Found<'t>, after: usize) -> Option<Node> {
        let node = |anchor, tagged, kind| Node {
            start: range.start,
            end: range.end,
            kind,
            anchored: anchor > 0,
            tagged,
        };
        match event {
            Event::Alias(_) | Event::UnresolvedAlias(_) => Some(node(0, false, Kind::Alias)),
            Event::Scalar(text, style, anchor, tag) => {
                let (start, end) = self.extent(style, &range, after);
                let text = text.into_owned();
                let scalar = node(anchor, tag.is_some(), Kind::Scalar { style, text });
                Some(Node {
                    start,
                    end,
                    ..scalar
                })
            }
            Event::SequenceStart(style, anchor, tag) => {
                let is_flow = matches!(style, StructureStyle::Flow);
                let (slots, end) = self.items(is_flow, &range, after)?;
                let list = Collection {
                    is_map: false,
                    is_flow,
                    slots,
                };
                let list = node(anchor, tag.is_some(), Kind::Collection(list));
                Some(Node { end, ..list })
            }
            Event::MappingStart(style, anchor, tag) => {
                let is_flow = matches!(style, StructureStyle::Flow);
                let (slots, end) = self.entries(is_flow, &range)?;
                let map = Collection {
                    is_map: true,
                    is_flow,
                    slots,
                };
                let map = node(anchor, tag.is_some(), Kind::Collection(map));
                Some(Node { end, ..map })
            }
            _ => None,
        }
    }

    /// Where a scalar begins and ends: what is empty, behind its key; a block with its header, but
    /// without the line end behind it.
    fn extent(&self, style: ScalarStyle, range: &Range<usize>, after: usize) -> (usize, usize) {
        if !matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) {
            let is_empty = range.is_empty();
            return if is_empty {
                (after, after)
            } else {
                (range.start, range.end)
            };
        }
        let start = self.skip(after, false);
        let header = line_end(self.text, start);
        let lines = &self.text[..range.end];
        let lines = &lines[..lines.rfind('\n').unwrap_or(lines.len())];
        let lines = match self.text[start..header].contains('+') {
            true => lines.strip_suffix('\r').unwrap_or(lines),
            false => lines.trim_end_matches(['\n', '\r']),
        };
        (start, lines.len().max(header))
    }

    fn items(
        &mut self,
        is_flow: bool,
        opening: &Range<usize>,
        after: usize,
    ) -> Option<(Vec<Slot>, usize)> {
        let mut slots = Vec::new();
        let mut at = if is_flow {
            opening.end
        } else {
            self.content(after)
        };
        loop {
            let next = self.next()?;
            if matches!(next.0, Event::SequenceEnd) {
                return Some((slots, if is_flow { next.1.end } else { at }));
            }
            let start = self.skip(at, is_flow);
            if !is_flow && !self.text[start..].starts_with('-') {
                return None;
            }
            let after = if is_flow { start } else { start + 1 };
            let value = self.node(next, after)?;
            at = value.end;
            slots.push(Slot {
                key: None,
                start,
                after,
                value,
            });
        }
    }

    fn entries(&mut self, is_flow: bool, opening: &Range<usize>) -> Option<(Vec<Slot>, usize)> {
        let mut slots = Vec::new();
        let mut at = if is_flow { opening.end } else { opening.start };
        loop {
            let next = self.next()?;
            if matches!(next.0, Event::MappingEnd) {
                return Some((slots, if is_flow { next.1.end } else { at }));
            }
            let start = self.skip(at, is_flow);
            let key = self.node(next, start)?;
            let colon = self.skip(key.end, false);
            let has_colon = self.text[colon..].starts_with(':');
            let after = if has_colon { colon + 1 } else { key.end };
            let next = self.next()?;
            let value = self.node(next, after)?;
            at = value.end;
            slots.push(Slot {
                key: (start == key.start).then(|| name(&key)).flatten(),
                start,
                after,
                value,
            });
        }
    }

    /// Where a value begins behind its key or dash, its anchor and tag passed over.
    fn content(&self, after: usize) -> usize {
        let mut at = self.skip(after, false);
        while self.text[at..].starts_with(['&', '!']) {
            let property = self.text[at..].find(char::is_whitespace);
            at = self.skip(property.map_or(self.text.len(), |end| at + end), false);
        }
        at
    }

    /// The first byte from `at` on that is neither blank nor of a comment; in brackets, no comma.
    fn skip(&self, mut at: usize, is_flow: bool) -> usize {
        for line in self.text[at..].split_inclusive('\n') {
            let blank = |c: char| c.is_whitespace() || (is_flow && c == ',');
            let rest = line.trim_start_matches(blank);
            at += line.len() - rest.len();
            if rest.starts_with('#') {
                at += rest.len();
            } else if !rest.is_empty() {
                return at;
            }
        }
        at
    }
}

/// A key as kubectl reads it.
fn name(key: &Node) -> Option<String> {
    match &key.kind {
        Kind::Scalar { text, style } if !key.tagged => match style {
            ScalarStyle::Plain => Scalar::plain(text).into_key(),
            _ => Some(text.clone()),
        },
        Kind::Scalar { .. } | Kind::Alias | Kind::Collection(_) => None,
    }
}

/// Where the line begins that a byte is in.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

/// Where the line ends that a byte is in, before its line end.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    let end = text[at..]
        .find('\n')
        .map_or(text.len(), |newline| at + newline);
    match text[at..end].ends_with('\r') {
        true => end - 1,
        false => end,
    }
}

/// How far from the beginning of its line a byte stands.
pub(super) fn column(text: &str, at: usize) -> usize {
    at - line_start(text, at)
}
