//! JSON Patch operations on a YAML syntax tree.

use std::str::FromStr;

use cutover_patch::{Patch, PatchOperation};
use serde_json::Value;
use yaml_edit::{AsYaml, Document, SyntaxKind, YamlNode};

use super::scalar::{Style, Written, written};
use crate::pointer;

/// Why an operation cannot be written into the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Obstacle {
    pub(super) kind: ObstacleKind,
    /// What is to change.
    pub(super) pointer: String,
    /// What stands in the way: it, or one above it.
    pub(super) at: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ObstacleKind {
    /// The place, or one above or under it, bears an anchor.
    Anchor,
    /// The place or one above it is an alias.
    Alias,
    /// The place or one above it is not in the text: a merge key brings it, or the key is spelt in
    /// another way.
    NotWritten,
    /// The place or one above it bears a tag.
    Tag,
}

impl Obstacle {
    fn new(kind: ObstacleKind, pointer: &str, at: &str) -> Self {
        Self {
            kind,
            pointer: pointer.to_owned(),
            at: at.to_owned(),
        }
    }
}

impl ObstacleKind {
    /// What the obstacle does, to go behind its place.
    pub(super) fn what(self) -> &'static str {
        match self {
            Self::Alias => "is an alias",
            Self::Anchor => "bears an anchor",
            Self::NotWritten => "is not written as it is read (a merge key?)",
            Self::Tag => "bears a tag",
        }
    }
}

/// The text of one document with all of the patch in it. `before` is its value.
///
/// `None` where yaml-edit cannot read the text, or the patch does not fit.
pub(super) fn patched(
    text: &str,
    before: &Value,
    patch: &Patch,
    style: Style,
) -> Result<Option<String>, Obstacle> {
    let parsed = Document::from_str(text)
        .ok()
        .filter(|document| document.to_string() == text);
    let Some(document) = parsed else {
        return Ok(None);
    };
    let mut now = before.clone();
    for operation in &patch.0 {
        operate(&document, &now, operation, style)?;
        if cutover_patch::apply(&mut now, &Patch(vec![operation.clone()])).is_err() {
            return Ok(None);
        }
    }
    Ok(Some(document.to_string()))
}

/// Makes one change; `now` is the document's value before it.
fn operate(
    document: &Document,
    now: &Value,
    operation: &PatchOperation,
    style: Style,
) -> Result<(), Obstacle> {
    match operation {
        PatchOperation::Add(add) => put(document, add.path.as_str(), &add.value, true, style),
        PatchOperation::Replace(replace) => put(
            document,
            replace.path.as_str(),
            &replace.value,
            false,
            style,
        ),
        PatchOperation::Remove(remove) => take(document, remove.path.as_str()),
        PatchOperation::Move(relocate) => {
            let value = now.pointer(relocate.from.as_str()).unwrap_or(&Value::Null);
            take(document, relocate.from.as_str())?;
            put(document, relocate.path.as_str(), value, true, style)
        }
        // A diff makes no copies, and a test changes nothing.
        PatchOperation::Copy(_) | PatchOperation::Test(_) => Ok(()),
    }
}

fn put(
    document: &Document,
    path: &str,
    new: &Value,
    insert: bool,
    style: Style,
) -> Result<(), Obstacle> {
    let (parent, name) = parent_of(document, path)?;
    let old = child(&parent, &name).filter(|_| !insert || matches!(parent, YamlNode::Mapping(_)));
    if let Some(old) = &old {
        refuse_shared(old, path)?;
    } else if !insert {
        return Err(Obstacle::new(ObstacleKind::NotWritten, path, path));
    }
    match written(&name, new, old.as_ref(), style) {
        Some(Written::Built { key, value }) => place(&parent, &name, key, value, insert),
        Some(Written::Parsed { key, value }) => place(&parent, &name, key, value, insert),
        None => None,
    }
    .ok_or_else(|| Obstacle::new(ObstacleKind::NotWritten, path, path))
}

fn place(
    parent: &YamlNode,
    name: &str,
    key: impl AsYaml,
    new: impl AsYaml,
    insert: bool,
) -> Option<()> {
    match parent {
        YamlNode::Mapping(map) => map.set(key, new),
        YamlNode::Sequence(list) => match name.parse() {
            Ok(index) if index < list.len() && insert => list.insert(index, new),
            Ok(index) if index < list.len() => drop(list.set(index, new)),
            _ => list.push(new),
        },
        _ => return None,
    }
    Some(())
}

fn take(document: &Document, path: &str) -> Result<(), Obstacle> {
    let (parent, name) = parent_of(document, path)?;
    let old =
        child(&parent, &name).ok_or_else(|| Obstacle::new(ObstacleKind::NotWritten, path, path))?;
    refuse_shared(&old, path)?;
    match &parent {
        YamlNode::Mapping(map) => drop(map.remove(name)),
        YamlNode::Sequence(list) => drop(name.parse().ok().and_then(|index| list.remove(index))),
        _ => {}
    }
    Ok(())
}

/// The map or list that holds the place at `path`, and the place's own name in it.
fn parent_of(document: &Document, path: &str) -> Result<(YamlNode, String), Obstacle> {
    let absent = |at: &str| Obstacle::new(ObstacleKind::NotWritten, path, at);
    let (parents, last) = path.rsplit_once('/').ok_or_else(|| absent(""))?;
    let mut node = document
        .as_mapping()
        .map(YamlNode::Mapping)
        .ok_or_else(|| absent(""))?;
    let mut at = String::new();
    refuse_marked(&node, path, &at)?;
    for token in parents.split('/').skip(1) {
        at = format!("{at}/{token}");
        node = child(&node, &pointer::unescape(token)).ok_or_else(|| absent(&at))?;
        refuse_marked(&node, path, &at)?;
    }
    Ok((node, pointer::unescape(last)))
}

fn child(parent: &YamlNode, name: &str) -> Option<YamlNode> {
    match parent {
        YamlNode::Mapping(map) => map.get(name),
        YamlNode::Sequence(list) => list.get(name.parse().ok()?),
        _ => None,
    }
}

/// Refuses a node that other places share, or that a tag gives another meaning.
fn refuse_marked(node: &YamlNode, path: &str, at: &str) -> Result<(), Obstacle> {
    match node {
        YamlNode::Alias(_) => Err(Obstacle::new(ObstacleKind::Alias, path, at)),
        YamlNode::TaggedNode(_) => Err(Obstacle::new(ObstacleKind::Tag, path, at)),
        _ if is_anchored(node) => Err(Obstacle::new(ObstacleKind::Anchor, path, at)),
        _ => Ok(()),
    }
}

/// Refuses a node to be replaced or removed where it, or one inside it, is shared. An alias shares
/// nothing of its own.
fn refuse_shared(node: &YamlNode, path: &str) -> Result<(), Obstacle> {
    let holds_anchor = node.as_node().is_some_and(|node| {
        node.descendants_with_tokens()
            .any(|element| element.kind() == SyntaxKind::ANCHOR)
    });
    if holds_anchor || is_anchored(node) {
        return Err(Obstacle::new(ObstacleKind::Anchor, path, path));
    }
    Ok(())
}

/// An anchor stands beside its node, under the same parent.
fn is_anchored(node: &YamlNode) -> bool {
    let parent = node.as_node().and_then(|node| node.parent());
    parent.is_some_and(|parent| {
        parent
            .children_with_tokens()
            .any(|element| element.kind() == SyntaxKind::ANCHOR)
    })
}
