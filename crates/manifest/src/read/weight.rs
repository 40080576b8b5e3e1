//! How much was read: the measure against aliases of aliases.

use std::ops::{Add, AddAssign, Sub};

/// How much text all aliases of a document may stand for.
const ALIASED_BYTES: usize = 64 << 20;

/// A number of nodes and the length of their texts.
#[derive(Clone, Copy, Default)]
pub(crate) struct Weight {
    pub(crate) nodes: usize,
    pub(crate) bytes: usize,
}

impl Weight {
    /// One node with this text.
    pub(crate) fn of(text: &str) -> Self {
        Self {
            nodes: 1,
            bytes: text.len(),
        }
    }
}

impl Add for Weight {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            nodes: self.nodes + other.nodes,
            bytes: self.bytes + other.bytes,
        }
    }
}

impl AddAssign for Weight {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for Weight {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self {
            nodes: self.nodes - other.nodes,
            bytes: self.bytes - other.bytes,
        }
    }
}

/// Whether aliases bring too much of what was read.
///
/// The limit on nodes is go-yaml's: the larger a document, the smaller the part. The limit on text
/// is ours, since we copy what Go shares.
pub(crate) fn is_excessive(aliased: Weight, read: Weight) -> bool {
    const SMALL: usize = 400_000;
    const LARGE: usize = 4_000_000;
    let percent = match read.nodes {
        ..=SMALL => 99,
        LARGE.. => 10,
        nodes => 99 - 89 * (nodes - SMALL) / (LARGE - SMALL),
    };
    let too_many =
        aliased.nodes > 100 && read.nodes > 1000 && aliased.nodes * 100 > percent * read.nodes;
    too_many || aliased.bytes > ALIASED_BYTES
}
