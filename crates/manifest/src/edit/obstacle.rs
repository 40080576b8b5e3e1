//! What stands in the way of an edit.

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
    pub(super) fn new(kind: ObstacleKind, pointer: &str, at: &str) -> Self {
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
