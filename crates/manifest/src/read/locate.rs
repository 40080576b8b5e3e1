use std::sync::Arc;

use granit_parser::{Event, Marker, ScalarStyle, Span};

use super::scalar::Scalar;
use super::text::{Chunk, Text};
use super::{chunks, compose, tag};
use crate::Place;

/// Where a JSON pointer's value, or failing that its nearest parent, stands in a file.
///
/// `document` is [`Document::index`](crate::Document::index). What an alias or a merge brings is at
/// the alias. A collection stands at its first key or item.
///
/// `None` where the file or the document cannot be read.
///
/// ```
/// use cutover_manifest::locate;
///
/// let text = b"kind: Deployment\nspec:\n  template:\n    spec:\n      containers:\n      - name: app\n";
/// let place = |pointer| locate("web.yaml", text, 0, pointer).unwrap().to_string();
/// assert_eq!(place("/spec/template/spec/containers/0/name"), "web.yaml:6:15");
/// assert_eq!(place("/spec/template/spec/containers/0/image"), "web.yaml:6:9", "absent: its container");
/// ```
pub fn locate(file: &str, bytes: &[u8], document: usize, pointer: &str) -> Option<Place> {
    found(file, bytes, document, pointer, |chunk, Found { at, .. }| {
        Some(chunk.origin.place(at.line() - 1, at.col()))
    })
}

/// The scalar at a JSON pointer as it is written in a file; nothing where there is no scalar.
///
/// ```
/// use cutover_manifest::scalar_text;
///
/// let text = b"kind: Service\nmetadata: {labels: {version: 1.10, app: web}}\n";
/// let written = |pointer| scalar_text("web.yaml", text, 0, pointer);
/// assert_eq!(written("/metadata/labels/version").as_deref(), Some("1.10"));
/// assert_eq!(written("/metadata/labels"), None);
/// assert_eq!(written("/metadata/labels/track"), None);
/// ```
pub fn scalar_text(file: &str, bytes: &[u8], document: usize, pointer: &str) -> Option<String> {
    found(
        file,
        bytes,
        document,
        pointer,
        |chunk, Found { scalar, .. }| scalar?.slice(chunk.text).map(str::to_owned),
    )
}

/// What a JSON pointer leads to in a file.
fn found<T>(
    file: &str,
    bytes: &[u8],
    document: usize,
    pointer: &str,
    then: impl FnOnce(&Chunk<'_>, Found) -> Option<T>,
) -> Option<T> {
    let text = Text::decode(bytes);
    let Ok(chunks) = chunks(&Arc::from(file), &text) else {
        return None;
    };
    let chunk = chunks.into_iter().find(|chunk| chunk.index == document)?;
    let tokens = tokens(pointer);
    let found = Walk {
        chunk: &chunk,
        tokens: &tokens,
        open: Vec::new(),
        found: None,
    }
    .run()?;
    then(&chunk, found)
}

/// Where a pointer's value, or its nearest parent, begins.
#[derive(Clone, Copy)]
struct Found {
    at: Marker,
    /// The value, where it is a scalar.
    scalar: Option<Span>,
}

/// The reference tokens of a JSON pointer (RFC 6901, section 4).
fn tokens(pointer: &str) -> Vec<String> {
    pointer
        .split('/')
        .skip(1)
        .map(|token| token.replace("~1", "/").replace("~0", "~"))
        .collect()
}

struct Walk<'w> {
    chunk: &'w Chunk<'w>,
    tokens: &'w [String],
    open: Vec<Level>,
    found: Option<Found>,
}

/// An open collection, and what the node that comes next is in it.
struct Level {
    /// Whether the pointer leads here.
    on_path: bool,
    next: Next,
}

enum Next {
    Item(usize),
    Key,
    Value(String),
}

impl Walk<'_> {
    fn run(mut self) -> Option<Found> {
        for event in compose::events(self.chunk) {
            let Ok((event, span)) = event else {
                return None;
            };
            match event {
                Event::Scalar(text, style, _, tag) => {
                    let key = self.key(&text, style == ScalarStyle::Plain, tag.as_deref());
                    if self.enter(key, span.start) && self.open.len() == self.tokens.len() {
                        let scalar = Some(span);
                        self.found = Some(Found {
                            at: span.start,
                            scalar,
                        });
                    }
                }
                Event::Alias(_) | Event::UnresolvedAlias(_) => {
                    self.enter(None, span.start);
                }
                Event::SequenceStart(..) => self.descend(Next::Item(0), span.start),
                Event::MappingStart(..) => self.descend(Next::Key, span.start),
                Event::SequenceEnd | Event::MappingEnd => drop(self.open.pop()),
                Event::DocumentEnd => break,
                _ => {}
            }
        }
        self.found
    }

    fn descend(&mut self, next: Next, at: Marker) {
        let on_path = self.enter(None, at);
        self.open.push(Level { on_path, next });
    }

    /// Takes note of a node, and tells whether the pointer leads to it or through it.
    fn enter(&mut self, key: Option<String>, at: Marker) -> bool {
        let depth = self.open.len();
        let on_path = match self.open.last_mut() {
            None => true,
            Some(level) => level.on_path & level.step(key, self.tokens.get(depth - 1)),
        };
        if on_path {
            self.found = Some(Found { at, scalar: None });
        }
        on_path
    }

    /// What a scalar is as a key, where one comes next.
    fn key(&self, text: &str, plain: bool, tag: Option<&granit_parser::Tag>) -> Option<String> {
        if !matches!(self.open.last()?.next, Next::Key) {
            return None;
        }
        match tag {
            Some(tag) => match tag::resolve(text, tag) {
                Ok(scalar) => scalar.into_key(),
                Err(_) => None,
            },
            None if plain => Scalar::plain(text).into_key(),
            None => Some(text.to_owned()),
        }
    }
}

impl Level {
    /// Goes on to the next node, and tells whether this one was the value that `token` names.
    fn step(&mut self, key: Option<String>, token: Option<&String>) -> bool {
        match &mut self.next {
            Next::Item(number) => {
                *number += 1;
                token.is_some_and(|token| *token == (*number - 1).to_string())
            }
            Next::Key => {
                self.next = Next::Value(key.unwrap_or_default());
                false
            }
            Next::Value(key) => {
                let matches = token == Some(key);
                self.next = Next::Key;
                matches
            }
        }
    }
}
