//! The collections of a document whose end is yet to come.

use granit_parser::{Marker, Span};
use serde_json::Value;

use super::node::{Entries, Key};
use super::weight::Weight;
use crate::pointer::escape;

/// A stack of collections, the innermost last.
#[derive(Default)]
pub(super) struct OpenCollections(Vec<Open>);

/// A collection whose end is yet to come.
pub(super) struct Open {
    pub(super) collection: Collection,
    pub(super) anchor: usize,
    pub(super) start: Span,
    /// What was read before it.
    pub(super) before: Weight,
}

/// What a collection holds so far.
pub(super) enum Collection {
    Sequence(Vec<Value>),
    Mapping {
        entries: Entries,
        /// The key that waits for its value.
        key: Option<(Key, Marker)>,
    },
}

impl OpenCollections {
    pub(super) fn begin(&mut self, open: Open) {
        self.0.push(open);
    }

    /// The innermost one, which is open no more.
    pub(super) fn end(&mut self) -> Option<Open> {
        self.0.pop()
    }

    /// Whether the next node is the key of a map.
    pub(super) fn wants_key(&self) -> bool {
        let innermost = self.0.last().map(|open| &open.collection);
        matches!(innermost, Some(Collection::Mapping { key: None, .. }))
    }

    /// The way to what stands within those that are open.
    pub(super) fn pointer(&self) -> String {
        let mut pointer = String::new();
        for Open { collection, .. } in &self.0 {
            match collection {
                Collection::Sequence(items) => pointer += &format!("/{}", items.len()),
                Collection::Mapping {
                    key: Some((Key::Text(key), _)),
                    ..
                } => pointer += &format!("/{}", escape(key)),
                Collection::Mapping { .. } => {}
            }
        }
        pointer
    }

    /// Whether `depth` collections are open and the way in goes over the key `items` of the
    /// outermost.
    pub(super) fn leads_to_items(&self, depth: usize) -> bool {
        self.0.len() == depth
            && matches!(
                &self.0[0].collection,
                Collection::Mapping { key: Some((Key::Text(key), _)), .. } if key == "items"
            )
    }
}

impl Collection {
    pub(super) fn sequence() -> Self {
        Self::Sequence(Vec::new())
    }

    pub(super) fn mapping() -> Self {
        Self::Mapping {
            entries: Entries::new(),
            key: None,
        }
    }

    pub(super) fn into_value(self) -> Value {
        match self {
            Self::Sequence(items) => Value::Array(items),
            Self::Mapping { entries, .. } => {
                let entries = entries.into_iter();
                Value::Object(entries.map(|(key, entry)| (key, entry.value)).collect())
            }
        }
    }
}
