//! JSON Patch operations on the text of a document.

use cutover_patch::{Patch, PatchOperation};
use serde_json::Value;

use super::layout::Layout;
use super::obstacle::{Obstacle, ObstacleKind};
use super::scalar::Strings;
use super::splice;
use super::tree::{Kind, Node, Slot};
use crate::pointer;

/// How new text is written, from the best to read to the safest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// As JSON: the only one for files that are JSON.
    Json,
    /// As what is replaced, or as the document has it elsewhere.
    Kept,
    /// Strings in double quotes.
    Quoted,
}

/// The text of one document with all of the patch in it.
///
/// `None` where the text has no tree, or the patch does not fit.
pub(super) fn patched(text: &str, patch: &Patch, style: Style) -> Result<Option<String>, Obstacle> {
    let Some(root) = Node::parse(text, style == Style::Json) else {
        return Ok(None);
    };
    let (json, cautious) = (style == Style::Json, style == Style::Quoted);
    let strings = Strings::of(&root, patch, json, cautious);
    let mut text = text.to_owned();
    for operation in &patch.0 {
        let Some(next) = operate(&text, operation, strings)? else {
            return Ok(None);
        };
        text = next;
    }
    Ok(Some(text))
}

fn operate(
    text: &str,
    operation: &PatchOperation,
    strings: Strings,
) -> Result<Option<String>, Obstacle> {
    let Some(root) = Node::parse(text, strings.json) else {
        return Ok(None);
    };
    let editor = Editor {
        text,
        root,
        strings,
    };
    match operation {
        PatchOperation::Add(add) => editor.add(add.path.as_str(), &add.value),
        PatchOperation::Replace(replace) => editor.replace(replace.path.as_str(), &replace.value),
        PatchOperation::Remove(remove) => editor.remove(remove.path.as_str()),
        PatchOperation::Move(relocate) => {
            editor.relocate(relocate.from.as_str(), relocate.path.as_str())
        }
        // A diff makes no copies, and a test changes nothing.
        PatchOperation::Copy(_) | PatchOperation::Test(_) => Ok(Some(text.to_owned())),
    }
}

struct Editor<'t> {
    text: &'t str,
    root: Node,
    strings: Strings,
}

/// The map or list that holds the place of an operation.
struct Parent<'n> {
    node: &'n Node,
    /// Where it stands itself, unless it is the document.
    slot: Option<&'n Slot>,
    /// Whether it stands in brackets.
    within_flow: bool,
    /// The place's own name in it.
    name: String,
}

impl<'t> Editor<'t> {
    fn add(&self, path: &str, new: &Value) -> Result<Option<String>, Obstacle> {
        let parent = self.parent(path)?;
        let absent = || Obstacle::new(ObstacleKind::NotWritten, path, path);
        let collection = parent.node.collection().ok_or_else(absent)?;
        let layout = self.layout();
        if collection.slots.is_empty() {
            return Ok(Some(splice::into_empty(&layout, &parent.as_empty(), new)));
        }
        if !collection.is_map {
            let last = collection.slots.len();
            let index = parent
                .name
                .parse()
                .map_or(last, |index: usize| index.min(last));
            return Ok(Some(splice::insert_item(&layout, collection, index, new)));
        }
        match parent.node.slot(&parent.name) {
            Some(_) => self.replace(path, new),
            None => Ok(Some(splice::add_entry(
                &layout,
                collection,
                &parent.name,
                new,
            ))),
        }
    }

    fn replace(&self, path: &str, new: &Value) -> Result<Option<String>, Obstacle> {
        let parent = self.parent(path)?;
        let slot = parent.target(path)?;
        if slot.value.tagged {
            return Err(Obstacle::new(ObstacleKind::Tag, path, path));
        }
        let is_flow = parent
            .node
            .collection()
            .is_some_and(|within| within.is_flow);
        let layout = self.layout();
        Ok(Some(splice::set(&layout, slot, new, is_flow)))
    }

    fn remove(&self, path: &str) -> Result<Option<String>, Obstacle> {
        let parent = self.parent(path)?;
        let target = parent.target(path)?;
        let Some(collection) = parent.node.collection() else {
            return Ok(None);
        };
        let index = collection
            .slots
            .iter()
            .position(|slot| slot.start == target.start);
        let Some(index) = index else { return Ok(None) };
        Ok(Some(match &collection.slots[..] {
            [_] => splice::empty(self.text, parent.node, parent.slot),
            _ => splice::remove(self.text, collection, index),
        }))
    }

    /// Moves an item within its list.
    fn relocate(&self, from: &str, path: &str) -> Result<Option<String>, Obstacle> {
        let (source, target) = (self.parent(from)?, self.parent(path)?);
        source.target(from)?;
        let (Ok(from), Ok(to)) = (source.name.parse(), target.name.parse()) else {
            return Ok(None);
        };
        let Some(list) = source.node.collection() else {
            return Ok(None);
        };
        if source.node.start != target.node.start || list.is_map {
            return Ok(None);
        }
        Ok(splice::relocate(self.text, list, from, to))
    }

    fn layout(&self) -> Layout<'t> {
        Layout::of(self.text, &self.root, self.strings)
    }

    fn parent(&self, path: &str) -> Result<Parent<'_>, Obstacle> {
        let absent = |at: &str| Obstacle::new(ObstacleKind::NotWritten, path, at);
        let (parents, last) = path.rsplit_once('/').ok_or_else(|| absent(""))?;
        let mut at = String::new();
        let mut parent = Parent {
            node: &self.root,
            slot: None,
            within_flow: false,
            name: pointer::unescape(last),
        };
        refuse_marked(parent.node, path, &at)?;
        for token in parents.split('/').skip(1) {
            at = format!("{at}/{token}");
            let is_flow = parent
                .node
                .collection()
                .is_some_and(|within| within.is_flow);
            let slot = parent.node.slot(&pointer::unescape(token));
            let slot = slot.ok_or_else(|| absent(&at))?;
            refuse_marked(&slot.value, path, &at)?;
            parent.within_flow |= is_flow;
            parent.node = &slot.value;
            parent.slot = Some(slot);
        }
        Ok(parent)
    }
}

impl<'n> Parent<'n> {
    /// The place of an operation, which is to be there and not to be shared.
    fn target(&self, path: &str) -> Result<&'n Slot, Obstacle> {
        let slot = self.node.slot(&self.name);
        let slot = slot.ok_or_else(|| Obstacle::new(ObstacleKind::NotWritten, path, path))?;
        // An alias shares nothing of its own.
        if slot.value.descendants().iter().any(|node| node.anchored) {
            return Err(Obstacle::new(ObstacleKind::Anchor, path, path));
        }
        Ok(slot)
    }

    fn as_empty(&self) -> splice::Empty<'_> {
        splice::Empty {
            node: self.node,
            slot: self.slot.filter(|_| !self.within_flow),
            key: self
                .node
                .collection()
                .is_some_and(|collection| collection.is_map)
                .then_some(&*self.name),
        }
    }
}

/// Refuses a node that other places share, or that a tag gives another meaning.
fn refuse_marked(node: &Node, path: &str, at: &str) -> Result<(), Obstacle> {
    match node.kind {
        Kind::Alias => Err(Obstacle::new(ObstacleKind::Alias, path, at)),
        _ if node.tagged => Err(Obstacle::new(ObstacleKind::Tag, path, at)),
        _ if node.anchored => Err(Obstacle::new(ObstacleKind::Anchor, path, at)),
        Kind::Scalar { .. } | Kind::Collection(_) => Ok(()),
    }
}
