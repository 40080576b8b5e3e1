//! From the scanner's events to one value: scalars, anchors and merges as go-yaml v2 has them, keys
//! as JSON's.
//!
//! Nothing here calls itself: the collections that are open stand on a stack of their own, so no
//! document can overflow the program's.

use granit_parser::{Event, Marker, Parser, ScalarStyle, Span, StrInput, Tag};
use serde_json::Value;

use super::anchors::{Anchors, BadAlias};
use super::collections::{Collection, Open, OpenCollections};
use super::node::{Entries, Entry, Key, Node, merge};
use super::scalar::Scalar;
use super::text::{Chunk, holds_nothing};
use super::{kustomize, refuse, tag};
use crate::{Finding, FindingKind, Place, ReadError};

/// How many levels of collections may stand within each other, of blocks and of brackets each.
const NESTING: usize = 255;
/// How many characters a key may have, where YAML limits it.
const SIMPLE_KEY: usize = 1024;

/// The value of a document.
pub(crate) struct Composed {
    pub(crate) value: Value,
    pub(crate) place: Place,
    /// Where the items of a list of objects stand.
    pub(crate) items: Vec<Place>,
}

/// Reads one document. `None` where there is none: blank lines, comments, `null`.
pub(crate) fn compose(
    chunk: &Chunk<'_>,
    findings: &mut Vec<Finding>,
) -> Result<Option<Composed>, ReadError> {
    let mut composer = Composer {
        chunk,
        findings,
        open: OpenCollections::default(),
        anchors: Anchors::default(),
        root: None,
        items: Vec::new(),
    };
    composer
        .run()
        .map_err(|error| refuse::template(chunk, error))?;
    let items = composer.items;
    let root = composer.root.filter(|(value, _)| !value.is_null());
    Ok(root.map(|(value, place)| Composed {
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
    open: OpenCollections,
    anchors: Anchors,
    root: Option<(Value, Place)>,
    items: Vec<Place>,
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
                let before = self.anchors.read();
                self.anchors.count(&text);
                let node = self.scalar(&text, style, tag.as_deref(), span)?;
                self.anchors.set(anchor, &node, before);
                self.add(node, span, false)
            }
            Event::SequenceStart(_, anchor, _) => {
                if self.open.leads_to_items(1) {
                    self.items.clear();
                }
                self.begin(Collection::sequence(), anchor, span);
                Ok(())
            }
            Event::MappingStart(_, anchor, _) => {
                self.begin(Collection::mapping(), anchor, span);
                Ok(())
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            Event::Alias(anchor) => self.alias(anchor, span),
            Event::UnresolvedAlias(name) => Err(ReadError::UnknownAlias {
                place: self.place(span.start),
                name: name.into_owned(),
            }),
            _ => Ok(()),
        }
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        tag: Option<&Tag>,
        span: Span,
    ) -> Result<Node, ReadError> {
        match (tag, style) {
            (_, ScalarStyle::DoubleQuoted) if !self.chunk.json => {
                refuse::escapes(self.chunk, span)?
            }
            (None, ScalarStyle::Plain) => return self.plain(text, span),
            _ => {}
        }
        match tag {
            Some(tag) if text == "<<" && tag::is_merge(tag) => Ok(Node::Merge),
            Some(tag) => tag::resolve(text, tag)
                .map(Node::Scalar)
                .map_err(|tag| ReadError::Tag {
                    place: self.place(span.start),
                    tag,
                    text: text.to_owned(),
                }),
            None => Ok(Node::Scalar(Scalar::Text(text.to_owned()))),
        }
    }

    fn plain(&mut self, text: &str, span: Span) -> Result<Node, ReadError> {
        if text == "<<" {
            return Ok(Node::Merge);
        }
        let scalar = Scalar::plain(text);
        if self.chunk.json && matches!(scalar, Scalar::Text(_)) {
            return Err(self.not_finite(span));
        }
        self.compare(text, &scalar, span.start);
        Ok(Node::Scalar(scalar))
    }

    /// Finds out whether kustomize reads an unquoted scalar as kubectl does.
    fn compare(&mut self, text: &str, scalar: &Scalar, at: Marker) {
        let is_key = self.open.wants_key();
        let kustomize = if is_key {
            kustomize::key(text, scalar)
        } else {
            kustomize::value(text, scalar)
        };
        let Some(kustomize) = kustomize else { return };
        let scalar = scalar.clone();
        let kubectl = if is_key {
            scalar.into_key().map(Value::from)
        } else {
            scalar.into_value()
        };
        if let Some(kubectl) = kubectl {
            let (text, kubectl) = (text.to_owned(), kubectl.to_string());
            self.find(
                at,
                FindingKind::Ambiguous {
                    text,
                    kubectl,
                    kustomize,
                },
            );
        }
    }

    fn begin(&mut self, collection: Collection, anchor: usize, start: Span) {
        let before = self.anchors.read();
        self.open.begin(Open {
            collection,
            anchor,
            start,
            before,
        });
        self.anchors.count("");
    }

    fn end(&mut self) -> Result<(), ReadError> {
        let Some(open) = self.open.end() else {
            return Ok(());
        };
        let node = Node::Collection(open.collection.into_value());
        self.anchors.set(open.anchor, &node, open.before);
        self.add(node, open.start, false)
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Result<(), ReadError> {
        let place = self.place(span.start);
        match self.anchors.alias(anchor) {
            Ok(node) => self.add(node, span, true),
            Err(BadAlias::InItself) => {
                let name = span.slice(self.chunk.text).unwrap_or_default();
                let name = name.trim_start_matches('*').to_owned();
                Err(ReadError::AliasInItself { place, name })
            }
            Err(BadAlias::TooMany) => Err(ReadError::TooManyAliases { place }),
        }
    }

    /// Puts a node where it belongs: into the innermost open collection, as a key or a value.
    fn add(&mut self, node: Node, span: Span, is_alias: bool) -> Result<(), ReadError> {
        if self.open.leads_to_items(2) {
            self.items.push(self.place(span.start));
        }
        match self.open.end() {
            None => self.root = Some((self.value(node, span)?, self.place(span.start))),
            Some(mut open) => {
                self.add_to(&mut open.collection, node, span, is_alias)?;
                self.open.begin(open);
            }
        }
        Ok(())
    }

    fn add_to(
        &mut self,
        collection: &mut Collection,
        node: Node,
        span: Span,
        is_alias: bool,
    ) -> Result<(), ReadError> {
        let (entries, waiting) = match collection {
            Collection::Sequence(items) => {
                items.push(self.value(node, span)?);
                return Ok(());
            }
            Collection::Mapping { entries, key } => (entries, key),
        };
        match waiting.take() {
            None => {
                let key = node.into_key();
                let key = key.map_err(|found| ReadError::Key {
                    place: self.place(span.start),
                    found,
                })?;
                *waiting = Some((key, span.start));
            }
            Some((Key::Text(key), at)) => {
                let value = self.value(node, span)?;
                self.insert(entries, key, value, at);
            }
            Some((Key::Merge, at)) => {
                let overridden = merge(entries, node, is_alias);
                let overridden = overridden.ok_or_else(|| ReadError::Merge {
                    place: self.place(span.start),
                })?;
                for (key, first) in overridden {
                    self.find(at, FindingKind::MergeOverrides { key, first });
                }
            }
        }
        Ok(())
    }

    fn insert(&mut self, entries: &mut Entries, key: String, value: Value, at: Marker) {
        if let Some(Entry {
            line: Some(first), ..
        }) = entries.get(&key)
        {
            self.find(
                at,
                FindingKind::DuplicateKey {
                    key: key.clone(),
                    first: *first,
                    document: self.chunk.index,
                    pointer: self.open.pointer(),
                },
            );
        }
        let line = Some(self.chunk.origin.line_of(at.line() - 1));
        entries.insert(key, Entry { value, line });
    }

    /// Looks for text behind the end of the document.
    fn look_behind(&mut self, end: Span) {
        let Some(mut at) = end.end.byte_offset() else {
            return;
        };
        for line in self.chunk.text[at..].split_inclusive('\n') {
            if !holds_nothing(line) && !line.starts_with("...") {
                let place = self.chunk.place_of(at);
                self.findings.push(Finding {
                    place,
                    kind: FindingKind::DroppedAfterDocumentEnd,
                });
                return;
            }
            at += line.len();
        }
    }

    fn find(&mut self, at: Marker, kind: FindingKind) {
        let place = self.place(at);
        self.findings.push(Finding { place, kind });
    }

    fn value(&self, node: Node, span: Span) -> Result<Value, ReadError> {
        node.into_value().ok_or_else(|| self.not_finite(span))
    }

    fn not_finite(&self, span: Span) -> ReadError {
        let text = span.slice(self.chunk.text).unwrap_or_default().to_owned();
        ReadError::NotFinite {
            place: self.place(span.start),
            text,
        }
    }

    fn place(&self, at: Marker) -> Place {
        self.chunk.origin.place(at.line() - 1, at.col())
    }
}
