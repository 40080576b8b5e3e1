//! From the scanner's events to one value: scalars, anchors and merges as go-yaml v2 has them, keys as JSON's.
//!
//! Nothing here calls itself: the collections that are open stand on a stack of their own, so no document
//! can overflow the program's.

use std::collections::BTreeMap;

use granit_parser::{Event, Marker, Parser, ScalarStyle, Span, StrInput, Tag};
use serde_json::Value;

use super::scalar::Scalar;
use super::text::{Chunk, holds_nothing};
use super::{kustomize, refuse, tag};
use crate::{Finding, FindingKind, Place, ReadError};

/// How many levels of collections may stand within each other, of blocks and of brackets each.
const NESTING: usize = 255;
/// How many characters a key may have, where YAML limits it.
const SIMPLE_KEY: usize = 1024;
/// How much text all aliases of a document may stand for.
const ALIASED_BYTES: usize = 64 << 20;

/// The value of a document.
pub(crate) struct Composed {
    pub(crate) value: Value,
    pub(crate) place: Place,
    /// Where the items of a list of objects stand.
    pub(crate) items: Vec<Place>,
}

/// Reads one document. `None` where there is none: blank lines, comments, `null`.
pub(crate) fn compose(chunk: &Chunk<'_>, findings: &mut Vec<Finding>) -> Result<Option<Composed>, ReadError> {
    let mut composer = Composer {
        chunk,
        findings,
        open: Vec::new(),
        anchors: BTreeMap::new(),
        read: Weight::default(),
        aliased: Weight::default(),
        root: None,
        items: Vec::new(),
    };
    composer.run().map_err(|error| refuse::template(chunk, error))?;
    let items = composer.items;
    Ok(composer.root.filter(|(value, _)| !value.is_null()).map(|(value, place)| Composed {
        value,
        place,
        items,
    }))
}

/// The events of a document, as kubectl would see them.
pub(crate) fn events<'t>(chunk: &Chunk<'t>) -> Parser<'t, StrInput<'t>> {
    Parser::new_from_str_with_options(
        chunk.text,
        granit_parser::options! {
            emit_comments: false,
            disallow_directives: true,
            emit_unresolved_aliases: true,
            bom_inside_document_as_content: true,
            flow_nesting_limit: NESTING,
            block_nesting_limit: NESTING,
            simple_key_max_lookahead: if chunk.json { usize::MAX } else { SIMPLE_KEY },
        },
    )
}

struct Composer<'c> {
    chunk: &'c Chunk<'c>,
    findings: &'c mut Vec<Finding>,
    open: Vec<Open>,
    anchors: BTreeMap<usize, (Node, Weight)>,
    read: Weight,
    aliased: Weight,
    root: Option<(Value, Place)>,
    items: Vec<Place>,
}

/// A collection whose end is yet to come.
struct Open {
    collection: Collection,
    anchor: usize,
    start: Marker,
    before: Weight,
}

enum Collection {
    Sequence(Vec<Value>),
    Mapping { entries: BTreeMap<String, Entry>, key: Option<(Key, Marker)> },
}

/// A value of a map, and the line of its key unless a merge brought it.
struct Entry {
    value: Value,
    line: Option<u32>,
}

enum Key {
    Text(String),
    Merge,
}

#[derive(Clone)]
enum Node {
    Scalar(Scalar),
    /// `<<`, which is text anywhere but as a key.
    Merge,
    Collection(Value),
}

/// How much was read: go-yaml's measure against aliases of aliases, and the text itself.
#[derive(Clone, Copy, Default)]
struct Weight {
    nodes: usize,
    bytes: usize,
}

impl Composer<'_> {
    fn run(&mut self) -> Result<(), ReadError> {
        if !self.chunk.json {
            refuse::characters(self.chunk)?;
        }
        for event in events(self.chunk) {
            let (event, span) = event.map_err(|error| refuse::scanner(self.chunk, &error))?;
            if matches!(event, Event::DocumentEnd) {
                self.look_behind(span);
                break;
            }
            self.event(event, span)?;
        }
        Ok(())
    }

    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), ReadError> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.scalar(&text, style, anchor, tag.as_deref(), span)
            }
            Event::SequenceStart(_, anchor, _) => {
                if self.stands_in_items(1) {
                    self.items.clear();
                }
                self.open(Collection::Sequence(Vec::new()), anchor, span);
                Ok(())
            }
            Event::MappingStart(_, anchor, _) => {
                self.open(Collection::Mapping { entries: BTreeMap::new(), key: None }, anchor, span);
                Ok(())
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(),
            Event::Alias(anchor) => self.alias(anchor, span),
            Event::UnresolvedAlias(name) => {
                Err(ReadError::UnknownAlias { place: self.place(span.start), name: name.into_owned() })
            }
            _ => Ok(()),
        }
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
        span: Span,
    ) -> Result<(), ReadError> {
        let before = self.read;
        self.read.nodes += 1;
        self.read.bytes += text.len();
        if style == ScalarStyle::DoubleQuoted && !self.chunk.json {
            refuse::escapes(self.chunk, span)?;
        }
        let scalar = match (tag, style) {
            (Some(tag), _) => tag::resolve(text, tag).map_err(|tag| ReadError::Tag {
                place: self.place(span.start),
                tag,
                text: text.to_owned(),
            })?,
            (None, ScalarStyle::Plain) => Scalar::plain(text),
            (None, _) => Scalar::Text(text.to_owned()),
        };
        let plain = tag.is_none() && style == ScalarStyle::Plain;
        if plain && self.chunk.json && matches!(scalar, Scalar::Text(_)) {
            return Err(ReadError::NotFinite { place: self.place(span.start), text: text.to_owned() });
        }
        if plain {
            self.compare(text, &scalar, span);
        }
        let merge = text == "<<" && (plain || tag.is_some_and(tag::is_merge));
        let node = if merge { Node::Merge } else { Node::Scalar(scalar) };
        self.anchor(anchor, &node, before);
        self.add(node, span, false)
    }

    /// Finds out whether kustomize reads an unquoted scalar as kubectl does.
    fn compare(&mut self, text: &str, scalar: &Scalar, span: Span) {
        let expects_key =
            matches!(self.open.last(), Some(Open { collection: Collection::Mapping { key: None, .. }, .. }));
        let (kubectl, kustomize) = if expects_key && text != "<<" {
            (scalar.clone().into_key().map(Value::from), kustomize::key(text, scalar))
        } else {
            (scalar.clone().into_value(), kustomize::value(text, scalar).map(|value| value.to_string()))
        };
        if let (Some(kubectl), Some(kustomize)) = (kubectl, kustomize) {
            let kind =
                FindingKind::Ambiguous { text: text.to_owned(), kubectl: kubectl.to_string(), kustomize };
            self.find(span.start, kind);
        }
    }

    fn open(&mut self, collection: Collection, anchor: usize, span: Span) {
        let before = self.read;
        self.read.nodes += 1;
        self.open.push(Open { collection, anchor, start: span.start, before });
    }

    fn close(&mut self) -> Result<(), ReadError> {
        let Some(Open { collection, anchor, start, before }) = self.open.pop() else {
            return Ok(());
        };
        let node = Node::Collection(match collection {
            Collection::Sequence(items) => Value::Array(items),
            Collection::Mapping { entries, .. } => {
                Value::Object(entries.into_iter().map(|(key, entry)| (key, entry.value)).collect())
            }
        });
        self.anchor(anchor, &node, before);
        self.add(node, Span::empty(start), false)
    }

    fn anchor(&mut self, anchor: usize, node: &Node, before: Weight) {
        if anchor > 0 {
            let nodes = self.read.nodes - before.nodes;
            let bytes = self.read.bytes - before.bytes;
            self.anchors.insert(anchor, (node.clone(), Weight { nodes, bytes }));
        }
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Result<(), ReadError> {
        let place = self.place(span.start);
        let Some((node, weight)) = self.anchors.get(&anchor) else {
            let name = span.slice(self.chunk.text).unwrap_or_default().trim_start_matches('*').to_owned();
            return Err(ReadError::AliasInItself { place, name });
        };
        self.aliased.nodes += weight.nodes;
        self.aliased.bytes += weight.bytes;
        self.read.nodes += weight.nodes + 1;
        self.read.bytes += weight.bytes;
        if is_excessive(self.aliased, self.read) {
            return Err(ReadError::TooManyAliases { place });
        }
        let node = node.clone();
        self.add(node, span, true)
    }

    /// Puts a node where it belongs: into the innermost open collection, as a key or a value.
    fn add(&mut self, node: Node, span: Span, alias: bool) -> Result<(), ReadError> {
        let place = || self.chunk.origin.place(span.start.line() - 1, span.start.col());
        if self.stands_in_items(2) {
            self.items.push(place());
        }
        match self.open.last_mut().map(|open| &mut open.collection) {
            None => self.root = Some((node.into_value(self.chunk, span)?, place())),
            Some(Collection::Sequence(items)) => items.push(node.into_value(self.chunk, span)?),
            Some(Collection::Mapping { key: waiting, entries }) => match waiting.take() {
                None => *waiting = Some((node.into_key(place)?, span.start)),
                Some((Key::Text(key), at)) => {
                    let line = Some(self.chunk.origin.place(at.line() - 1, at.col()).line);
                    let value = node.into_value(self.chunk, span)?;
                    let previous = entries.insert(key.clone(), Entry { value, line });
                    if let Some(first) = previous.and_then(|entry| entry.line) {
                        self.find(at, FindingKind::DuplicateKey { key, first });
                    }
                }
                Some((Key::Merge, at)) => {
                    let overridden =
                        merge(entries, node, alias).ok_or_else(|| ReadError::Merge { place: place() })?;
                    for (key, first) in overridden {
                        self.find(at, FindingKind::MergeOverrides { key, first });
                    }
                }
            },
        }
        Ok(())
    }

    /// Whether `depth` collections are open and the way to the innermost goes over the key `items` of the outermost.
    fn stands_in_items(&self, depth: usize) -> bool {
        self.open.len() == depth
            && matches!(
                self.open.first(),
                Some(Open { collection: Collection::Mapping { key: Some((Key::Text(key), _)), .. }, .. }) if key == "items"
            )
    }

    /// Looks for text behind the end of the document.
    fn look_behind(&mut self, end: Span) {
        let Some(end) = end.end.byte_offset() else { return };
        let mut at = end;
        for line in self.chunk.text[end..].split_inclusive('\n') {
            let dropped = !holds_nothing(line) && !line.starts_with("...");
            if dropped {
                let place = self.chunk.place_of(at);
                self.findings.push(Finding { place, kind: FindingKind::DroppedAfterDocumentEnd });
                return;
            }
            at += line.len();
        }
    }

    fn find(&mut self, at: Marker, kind: FindingKind) {
        let place = self.place(at);
        self.findings.push(Finding { place, kind });
    }

    fn place(&self, at: Marker) -> Place {
        self.chunk.origin.place(at.line() - 1, at.col())
    }
}

impl Node {
    fn into_value(self, chunk: &Chunk<'_>, span: Span) -> Result<Value, ReadError> {
        match self {
            Self::Collection(value) => Ok(value),
            Self::Merge => Ok("<<".into()),
            Self::Scalar(scalar) => scalar.into_value().ok_or_else(|| ReadError::NotFinite {
                place: chunk.origin.place(span.start.line() - 1, span.start.col()),
                text: span.slice(chunk.text).unwrap_or_default().to_owned(),
            }),
        }
    }

    fn into_key(self, place: impl FnOnce() -> Place) -> Result<Key, ReadError> {
        let found = match self {
            Self::Merge => return Ok(Key::Merge),
            Self::Scalar(Scalar::Null) => "null",
            Self::Collection(Value::Array(_)) => "a list",
            Self::Collection(_) => "a map",
            Self::Scalar(scalar) => match scalar.into_key() {
                Some(key) => return Ok(Key::Text(key)),
                None => "a number too large",
            },
        };
        Err(ReadError::Key { place: place(), found })
    }
}

/// Sets all entries of a map, or of each map of a list, the first of which wins; like go-yaml v2, over keys that
/// were there before. Returns those, with their lines, or nothing where the node is no map.
fn merge(entries: &mut BTreeMap<String, Entry>, node: Node, alias: bool) -> Option<Vec<(String, u32)>> {
    let maps = match node {
        Node::Collection(Value::Object(map)) => vec![Value::Object(map)],
        Node::Collection(Value::Array(maps)) if !alias => maps,
        _ => return None,
    };
    let mut overridden = Vec::new();
    for map in maps.into_iter().rev() {
        let Value::Object(map) = map else { return None };
        for (key, value) in map {
            match entries.insert(key.clone(), Entry { value: value.clone(), line: None }) {
                Some(Entry { value: before, line: Some(line) }) if before != value => {
                    overridden.push((key, line))
                }
                _ => {}
            }
        }
    }
    Some(overridden)
}

/// go-yaml's limit: the larger a document, the smaller the part of it that aliases may bring.
fn is_excessive(aliased: Weight, read: Weight) -> bool {
    const SMALL: usize = 400_000;
    const LARGE: usize = 4_000_000;
    let percent = match read.nodes {
        ..=SMALL => 99,
        LARGE.. => 10,
        nodes => 99 - 89 * (nodes - SMALL) / (LARGE - SMALL),
    };
    let nodes = aliased.nodes > 100 && read.nodes > 1000 && aliased.nodes * 100 > percent * read.nodes;
    nodes || aliased.bytes > ALIASED_BYTES
}
