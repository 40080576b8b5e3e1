//! What the anchors of a document stand for, and how much its aliases make of it.

use std::collections::BTreeMap;

use super::node::Node;
use super::weight::{Weight, is_excessive};

/// The anchors that have been read, and the weight of all that was.
#[derive(Default)]
pub(super) struct Anchors {
    nodes: BTreeMap<usize, (Node, Weight)>,
    read: Weight,
    aliased: Weight,
}

/// An alias that stands for nothing, or for too much.
pub(super) enum BadAlias {
    /// The anchor holds the alias itself.
    InItself,
    /// Aliases make a small file a huge one.
    TooMany,
}

impl Anchors {
    /// The weight of what has been read so far, with what aliases stand for.
    pub(super) fn read(&self) -> Weight {
        self.read
    }

    /// Another node is read, of this text where it has one.
    pub(super) fn count(&mut self, text: &str) {
        self.read += Weight::of(text);
    }

    /// A node has been read whole, whose anchor (0 for none) was met when this much had been.
    pub(super) fn set(&mut self, anchor: usize, node: &Node, before: Weight) {
        if anchor > 0 {
            let weight = self.read - before;
            self.nodes.insert(anchor, (node.clone(), weight));
        }
    }

    /// What an alias of this anchor stands for.
    pub(super) fn alias(&mut self, anchor: usize) -> Result<Node, BadAlias> {
        let Some((node, weight)) = self.nodes.get(&anchor) else {
            return Err(BadAlias::InItself);
        };
        self.aliased += *weight;
        self.read += *weight + Weight::of("");
        if is_excessive(self.aliased, self.read) {
            return Err(BadAlias::TooMany);
        }
        Ok(node.clone())
    }
}
