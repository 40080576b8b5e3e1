//! Nodes before they are values: a scalar that is used as a key is not what it is as a value.

use std::collections::BTreeMap;

use serde_json::Value;

use super::scalar::Scalar;

/// A node of a document.
#[derive(Clone)]
pub(crate) enum Node {
    Scalar(Scalar),
    /// `<<`, which is text anywhere but as a key.
    Merge,
    Collection(Value),
}

/// What a node is as a key.
pub(crate) enum Key {
    Text(String),
    Merge,
}

/// The entries of a map that is being read.
pub(crate) type Entries = BTreeMap<String, Entry>;

/// A value of a map, and the line of its key unless a merge brought it.
pub(crate) struct Entry {
    pub(crate) value: Value,
    pub(crate) line: Option<u32>,
}

impl Node {
    /// As a value; nothing for a float that JSON lacks.
    pub(crate) fn into_value(self) -> Option<Value> {
        match self {
            Self::Collection(value) => Some(value),
            Self::Merge => Some("<<".into()),
            Self::Scalar(scalar) => scalar.into_value(),
        }
    }

    /// As a key.
    ///
    /// # Errors
    ///
    /// What it is, where kubectl takes no such key.
    pub(crate) fn into_key(self) -> Result<Key, &'static str> {
        match self {
            Self::Merge => Ok(Key::Merge),
            Self::Scalar(Scalar::Null) => Err("null"),
            Self::Scalar(scalar) => scalar.into_key().map(Key::Text).ok_or("a number too large"),
            Self::Collection(Value::Array(_)) => Err("a list"),
            Self::Collection(_) => Err("a map"),
        }
    }
}

/// Sets all entries of a map, or of each map of a list, the first of which wins.
///
/// Like go-yaml v2 it sets them over those that are there. Returns what it set anew, with the lines
/// of before, or nothing where the node is no map. An alias to a list is none to go-yaml, though
/// the list itself would do.
pub(crate) fn merge(
    entries: &mut Entries,
    node: Node,
    is_alias: bool,
) -> Option<Vec<(String, u32)>> {
    let maps = match node {
        Node::Collection(Value::Array(maps)) if !is_alias => maps,
        Node::Collection(map) => vec![map],
        _ => return None,
    };
    let mut overridden = Vec::new();
    for map in maps.into_iter().rev() {
        let Value::Object(map) = map else { return None };
        for (key, value) in map {
            if let Some(Entry {
                value: before,
                line: Some(line),
            }) = entries.get(&key)
                && *before != value
            {
                overridden.push((key.clone(), *line));
            }
            entries.insert(key, Entry { value, line: None });
        }
    }
    Some(overridden)
}
