//! Entries and items put into a text, taken out of it and moved, with the comments that are theirs.
//!
//! A comment belongs to what it stands right above, in the same column; one that stands further in
//! belongs to what is above it. What is put in and taken out again leaves the text as it was.

use std::ops::Range;

use granit_parser::ScalarStyle;
use serde_json::{Map, Value};

use super::layout::Layout;
use super::tree::{Collection, Kind, Node, Slot, column, line_end, line_start};

/// A map or list without anything in it.
pub(super) struct Empty<'n> {
    pub(super) node: &'n Node,
    /// Where it stands, unless that is in brackets.
    pub(super) slot: Option<&'n Slot>,
    /// The key of what comes into a map.
    pub(super) key: Option<&'n str>,
}

/// Puts a first entry or item into an empty map or list.
pub(super) fn into_empty(layout: &Layout<'_>, empty: &Empty<'_>, new: &Value) -> String {
    let text = layout.text;
    let node = empty.node;
    if let Some(slot) = empty.slot.filter(|_| !layout.strings.json)
        && text[slot.after..node.start] == *" "
        && node.end == node.start + 2
        && node.end == line_end(text, node.end)
    {
        let whole = match empty.key {
            Some(key) => Value::Object(Map::from_iter([(key.to_owned(), new.clone())])),
            None => Value::Array(vec![new.clone()]),
        };
        let is_item = slot.key.is_none();
        let below = layout.below(&whole, column(text, slot.start), None, is_item);
        return spliced(text, slot.after..node.end, &below);
    }
    let inner = match empty.key {
        Some(key) => layout.entry(key, new, 0, true),
        None => layout.flow(&Value::Array(vec![new.clone()]), None)[1..].to_owned(),
    };
    let inner = inner
        .strip_suffix(']')
        .filter(|_| empty.key.is_none())
        .unwrap_or(&inner);
    let space = &text[node.start + 1..node.end - 1];
    spliced(text, node.end - 1..node.end - 1, &format!("{inner}{space}"))
}

/// Puts an entry at the end of a map.
pub(super) fn add_entry(layout: &Layout<'_>, map: &Collection, key: &str, new: &Value) -> String {
    let place = map.slots.len();
    if map.is_flow {
        let entry = match rows(layout.text, map) {
            Some((at, unit)) => {
                let value = layout.flow_lines(new, at, unit);
                format!("{}: {value}", layout.strings.key(key, true))
            }
            None => layout.entry(key, new, 0, true),
        };
        return insert_flow(layout.text, map, place, &entry);
    }
    let at = column(layout.text, map.slots[0].start);
    insert_block(layout, map, place, &layout.entry(key, new, at, false))
}

/// Puts an item into a list, in front of the one that has its index.
pub(super) fn insert_item(
    layout: &Layout<'_>,
    list: &Collection,
    index: usize,
    new: &Value,
) -> String {
    let neighbour = &list.slots[index.saturating_sub(1)].value;
    if list.is_flow {
        let is_tall = layout.text[neighbour.start..neighbour.end].contains('\n');
        let item = match rows(layout.text, list).filter(|_| is_tall) {
            Some((at, unit)) => layout.flow_lines(new, at, unit),
            None => item_in_brackets(layout, new, neighbour),
        };
        return insert_flow(layout.text, list, index, &item);
    }
    let at = column(layout.text, list.slots[0].start);
    insert_block(layout, list, index, &layout.item(new, at, neighbour))
}

/// Sets the value of an entry or an item.
pub(super) fn set(layout: &Layout<'_>, slot: &Slot, new: &Value, is_flow: bool) -> String {
    let (text, old) = (layout.text, &slot.value);
    let range = old.start..old.end;
    let space = if range.is_empty() { " " } else { "" };
    if is_flow {
        let item = item_in_brackets(layout, new, old);
        return spliced(text, range, &format!("{space}{item}"));
    }
    let at = column(text, slot.start);
    let is_block_scalar = old.is_block_scalar();
    match new {
        Value::String(lines) if layout.takes_lines(lines, Some(old)) => {
            let block = layout.block(lines, at, is_block_scalar.then_some(old));
            spliced(text, range, &format!("{space}{block}"))
        }
        Value::Object(_) | Value::Array(_) => {
            let below = layout.below(new, at, Some(old), slot.key.is_none());
            spliced(text, slot.after..old.end, &below)
        }
        _ if old.collection().is_some_and(|old| !old.is_flow) => {
            let below = layout.below(new, at, None, slot.key.is_none());
            spliced(text, slot.after..old.end, &below)
        }
        scalar => {
            let scalar = layout.strings.scalar(scalar, Some(old), false);
            spliced(text, range, &format!("{space}{scalar}"))
        }
    }
}

/// Takes out an entry or an item, with others left.
pub(super) fn remove(text: &str, collection: &Collection, index: usize) -> String {
    let slots = &collection.slots;
    let (slot, next) = (&slots[index], slots.get(index + 1));
    let range = match (collection.is_flow, next) {
        (true, Some(next)) => slot.start..next.start,
        (true, None) => slots[index - 1].value.end..slot.value.end,
        (false, Some(next)) if shares_line(text, slot) => slot.start..next.start,
        (false, Some(_)) => head(text, slot)..after_blank_lines(text, tail(text, slot)),
        (false, None) => before_blank_lines(text, head(text, slot))..tail(text, slot),
    };
    spliced(text, range, "")
}

/// Takes out the only entry or item.
pub(super) fn empty(text: &str, node: &Node, slot: Option<&Slot>) -> String {
    let Some(collection) = node.collection() else {
        return text.to_owned();
    };
    let (open, close) = if collection.is_map {
        ('{', '}')
    } else {
        ('[', ']')
    };
    if collection.is_flow {
        let only = &collection.slots[0];
        let (before, behind) = (
            &text[node.start + 1..only.start],
            &text[only.value.end..node.end - 1],
        );
        let space = if before == behind { before } else { "" };
        return spliced(text, node.start..node.end, &format!("{open}{space}{close}"));
    }
    let Some(slot) = slot else {
        return spliced(text, node.start..node.end, &format!("{open}{close}"));
    };
    // A comment behind the key stays there.
    let key_line = line_end(text, slot.after);
    let kept = if key_line < node.start {
        &text[slot.after..key_line]
    } else {
        ""
    };
    spliced(text, slot.after..node.end, &format!(" {open}{close}{kept}"))
}

/// Moves an item to another index, with what belongs to it; all between the items stays.
pub(super) fn relocate(text: &str, list: &Collection, from: usize, to: usize) -> Option<String> {
    let extent = |slot: &Slot| match list.is_flow {
        true => slot.start..slot.value.end,
        false => head(text, slot)..tail(text, slot),
    };
    let places: Vec<Range<usize>> = list.slots.iter().map(extent).collect();
    if from >= places.len() || to >= places.len() {
        return None;
    }
    let mut bodies = places.clone();
    let body = bodies.remove(from);
    bodies.insert(to, body);
    let (mut moved, mut at) = (String::with_capacity(text.len()), 0);
    for (place, body) in places.into_iter().zip(bodies) {
        moved += &text[at..place.start];
        moved += &text[body];
        at = place.end;
    }
    Some(moved + &text[at..])
}

fn insert_block(layout: &Layout<'_>, collection: &Collection, index: usize, new: &str) -> String {
    let (text, slots) = (layout.text, &collection.slots);
    let at = column(text, slots[0].start);
    let apart = match &slots[..] {
        [first, second, ..] => {
            let behind = tail(text, first);
            text[behind..head(text, second)].matches('\n').count() > 1
        }
        _ => false,
    };
    let blank = if apart { layout.newline } else { "" };
    let Some(next) = slots.get(index) else {
        let end = slots.last().map_or(text.len(), |last| tail(text, last));
        return spliced(text, end..end, &format!("{blank}{}{new}", layout.line(at)));
    };
    if shares_line(text, next) {
        let new = format!("{new}{}", layout.line(at));
        return spliced(text, next.start..next.start, &new);
    }
    let start = head(text, next);
    let new = format!("{}{new}{}{blank}", " ".repeat(at), layout.newline);
    spliced(text, start..start, &new)
}

fn insert_flow(text: &str, collection: &Collection, index: usize, new: &str) -> String {
    let slots = &collection.slots;
    let between = match &slots[..] {
        [first, second, ..] => &text[first.value.end..second.start],
        _ => "",
    };
    let is_plain = between.chars().all(|c| c.is_whitespace() || c == ',');
    let separator = match rows(text, collection) {
        _ if is_plain && !between.is_empty() => between.to_owned(),
        Some((at, _)) => format!(",\n{}", " ".repeat(at)),
        None => ", ".to_owned(),
    };
    match slots.get(index) {
        Some(next) => spliced(text, next.start..next.start, &format!("{new}{separator}")),
        None => {
            let end = slots.last().map_or(0, |last| last.value.end);
            spliced(text, end..end, &format!("{separator}{new}"))
        }
    }
}

/// The column and the indentation of entries that have lines of their own.
fn rows(text: &str, collection: &Collection) -> Option<(usize, usize)> {
    let first = collection.slots.first()?;
    if shares_line(text, first) {
        return None;
    }
    let at = column(text, first.start);
    let above = text[..line_start(text, first.start)].trim_end();
    let line = &above[line_start(above, above.len())..];
    let outer = line.len() - line.trim_start().len();
    Some((at, at.saturating_sub(outer)))
}

fn item_in_brackets(layout: &Layout<'_>, new: &Value, like: &Node) -> String {
    match new {
        Value::Array(_) | Value::Object(_) => layout.flow(new, Some(like)),
        scalar => layout.strings.scalar(scalar, Some(like), true),
    }
}

/// Whether something stands before it on its line: the dash of an outer list, a bracket.
fn shares_line(text: &str, slot: &Slot) -> bool {
    !text[line_start(text, slot.start)..slot.start]
        .trim()
        .is_empty()
}

/// Where what belongs to it begins: at the comments right above it.
fn head(text: &str, slot: &Slot) -> usize {
    if shares_line(text, slot) {
        return slot.start;
    }
    let mut head = line_start(text, slot.start);
    let at = slot.start - head;
    while head > 0 {
        let above = line_start(text, head - 1);
        if comment_column(&text[above..head]) != Some(at) {
            break;
        }
        head = above;
    }
    head
}

/// Where what belongs to it ends, before the line end: behind the comments that stand further in.
fn tail(text: &str, slot: &Slot) -> usize {
    let mut tail = line_end(text, slot.value.end);
    let at = column(text, slot.start);
    loop {
        let next = after_line_end(text, tail);
        if next == tail || comment_column(&text[next..]).is_none_or(|column| column <= at) {
            return tail;
        }
        tail = line_end(text, next);
    }
}

/// The column of the comment that the first line of a text is.
fn comment_column(text: &str) -> Option<usize> {
    let line = text.split('\n').next()?;
    let blanks = line.len() - line.trim_start().len();
    line.trim_start().starts_with('#').then_some(blanks)
}

fn after_line_end(text: &str, end: usize) -> usize {
    text[end..]
        .find('\n')
        .map_or(end, |newline| end + newline + 1)
}

/// Behind the line end at `end` and the blank lines after it.
fn after_blank_lines(text: &str, end: usize) -> usize {
    let mut at = after_line_end(text, end);
    loop {
        let next = after_line_end(text, at);
        if next == at || !text[at..next].trim().is_empty() {
            return at;
        }
        at = next;
    }
}

/// Before the blank lines that end at `start`, where the line before them ends.
fn before_blank_lines(text: &str, start: usize) -> usize {
    let mut at = start;
    while at > 0 {
        let above = line_start(text, at - 1);
        if !text[above..at].trim().is_empty() {
            return line_end(text, above);
        }
        at = above;
    }
    at
}

impl Node {
    fn is_block_scalar(&self) -> bool {
        matches!(
            self.kind,
            Kind::Scalar {
                style: ScalarStyle::Folded | ScalarStyle::Literal,
                ..
            }
        )
    }
}

fn spliced(text: &str, range: Range<usize>, new: &str) -> String {
    [&text[..range.start], new, &text[range.end..]].concat()
}
