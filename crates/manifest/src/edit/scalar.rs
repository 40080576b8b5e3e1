//! How a new scalar is written: as the one that it replaces, where kubectl and kustomize both read
//! it back so, and as the document writes such scalars elsewhere.

use std::collections::BTreeSet;

use cutover_patch::{Patch, PatchOperation, apply};
use granit_parser::ScalarStyle;
use serde_json::Value;

use super::notation;
use super::tree::{Kind, Node, Slot};
use crate::emit::{double_quoted, number, quoted};

/// How a document writes its strings.
#[derive(Clone, Copy, Debug)]
pub(super) struct Strings {
    /// All new ones in double quotes.
    pub(super) cautious: bool,
    /// As JSON has them.
    pub(super) json: bool,
    /// New strings that need quotes take `'`, else `"`.
    usual_is_single: bool,
    /// Strings that had no quotes and come to need them take `'`, else `"`.
    forced_is_single: bool,
}

impl Strings {
    /// The habits of a document, read from what the patch leaves as it is: so they are the same on
    /// the way back.
    pub(super) fn of(root: &Node, patch: &Patch, json: bool, cautious: bool) -> Self {
        let lasting = lasting(root, patch);
        // How many strings stand in `"` and in `'`: first those that need no quotes.
        let [mut needless, mut all] = [[0, 0]; 2];
        for node in root.descendants() {
            let Kind::Scalar { text, .. } = &node.kind else {
                continue;
            };
            let Some(single) = quotes_of(node).filter(|_| lasting.contains(&node.start)) else {
                continue;
            };
            all[usize::from(single)] += 1;
            needless[usize::from(single)] += usize::from(is_bare(text, true));
        }
        let [double, single] = [0, 1].map(|kind| (needless[kind], all[kind]));
        Self {
            cautious,
            json,
            usual_is_single: all[1] > all[0],
            // The rarer kind tells a string that had no quotes from one that had them.
            forced_is_single: single <= double,
        }
    }

    /// A scalar on one line, where `old` stood or beside it.
    pub(super) fn scalar(self, value: &Value, old: Option<&Node>, is_flow: bool) -> String {
        match value {
            Value::String(text) => self.string(text, old, is_flow),
            Value::Number(exact) if !self.json => {
                let whole = exact.as_u64().zip(old.and_then(plain));
                let alike = whole.and_then(|(whole, old)| notation::like(old, whole));
                alike.unwrap_or_else(|| {
                    let mut out = String::new();
                    number(&mut out, exact);
                    out
                })
            }
            other => other.to_string(),
        }
    }

    /// Whether a string has quotes only because it needs them.
    pub(super) fn are_forced(self, old: &Node, is_flow: bool) -> bool {
        let Kind::Scalar { text, .. } = &old.kind else {
            return false;
        };
        quotes_of(old) == Some(self.forced_is_single) && !is_bare(text, is_flow)
    }

    /// The key of a map.
    pub(super) fn key(self, key: &str, is_flow: bool) -> String {
        self.string(key, None, is_flow)
    }

    fn string(self, text: &str, old: Option<&Node>, is_flow: bool) -> String {
        if self.json {
            return Value::from(text).to_string();
        }
        let fits = is_bare(text, is_flow);
        let quotes = match old.map(quotes_of) {
            Some(Some(_)) if fits && old.is_some_and(|old| self.are_forced(old, is_flow)) => None,
            Some(Some(single)) => Some(single),
            Some(None) => (!fits).then_some(self.forced_is_single),
            None => (!fits).then_some(self.usual_is_single),
        };
        match quotes {
            _ if self.cautious => double_quoted(text),
            None => text.to_owned(),
            Some(true) if !text.contains(char::is_control) => single_quoted(text),
            Some(false) if text.contains(['"', '\\']) && !text.contains(char::is_control) => {
                single_quoted(text)
            }
            Some(_) => double_quoted(text),
        }
    }
}

/// Where the scalars begin that are there before and after a patch.
fn lasting(root: &Node, patch: &Patch) -> BTreeSet<usize> {
    let mut starts = starts(root);
    let mut found = BTreeSet::new();
    // What does not fit the text comes to nothing anyway.
    if apply(&mut starts, &emptied(patch)).is_ok() {
        collect(&starts, &mut found);
    }
    found
}

/// The same tree with the beginning of each scalar in its place.
fn starts(node: &Node) -> Value {
    let Kind::Collection(collection) = &node.kind else {
        return node.start.into();
    };
    let slots = &collection.slots;
    if !collection.is_map {
        return slots.iter().map(|slot| starts(&slot.value)).collect();
    }
    let entry = |slot: &Slot| Some((slot.key.clone()?, starts(&slot.value)));
    slots.iter().filter_map(entry).collect()
}

/// The same operations, with nothing in place of what they put in.
fn emptied(patch: &Patch) -> Patch {
    let mut patch = patch.clone();
    for operation in &mut patch.0 {
        match operation {
            PatchOperation::Add(add) => add.value = Value::Null,
            PatchOperation::Replace(replace) => replace.value = Value::Null,
            PatchOperation::Remove(_)
            | PatchOperation::Move(_)
            | PatchOperation::Copy(_)
            | PatchOperation::Test(_) => {}
        }
    }
    patch
}

fn collect(value: &Value, found: &mut BTreeSet<usize>) {
    match value {
        Value::Object(map) => map.values().for_each(|value| collect(value, found)),
        Value::Array(items) => items.iter().for_each(|value| collect(value, found)),
        Value::Number(start) => {
            if let Some(Ok(start)) = start.as_u64().map(usize::try_from) {
                found.insert(start);
            }
        }
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

/// Whether a string stands in `'` or in `"`; nothing where it has no quotes.
fn quotes_of(node: &Node) -> Option<bool> {
    match &node.kind {
        Kind::Scalar { style, .. } => match style {
            ScalarStyle::SingleQuoted => Some(true),
            ScalarStyle::DoubleQuoted => Some(false),
            _ => None,
        },
        Kind::Alias | Kind::Collection(_) => None,
    }
}

/// What stands without quotes.
fn plain(node: &Node) -> Option<&str> {
    match &node.kind {
        Kind::Scalar { style, text } => (*style == ScalarStyle::Plain).then_some(text),
        Kind::Alias | Kind::Collection(_) => None,
    }
}

fn single_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Whether the string is itself without quotes.
fn is_bare(text: &str, is_flow: bool) -> bool {
    quoted(text).is_none() && !(is_flow && text.contains([',', '[', ']', '{', '}']))
}
