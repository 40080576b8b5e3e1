use std::fmt;

use crate::Place;

/// What kubectl passes over in silence and a person would want to know.
///
/// ```
/// use cutover_manifest::read;
///
/// let reading = read("a.yaml", b"data:\n  debug: no\n  debug: on\n").unwrap();
/// let findings: Vec<String> = reading.findings.iter().map(ToString::to_string).collect();
/// assert_eq!(findings, [
///     "a.yaml:2:10: `no` is false for kubectl and \"no\" for kustomize\nhint: quote it if it is meant as text",
///     "a.yaml:3:3: the key `debug` is already defined in line 2\nhint: kubectl takes the last one; remove the others",
///     "a.yaml:3:10: `on` is true for kubectl and \"on\" for kustomize\nhint: quote it if it is meant as text",
/// ]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Where it was found.
    pub place: Place,
    /// What was found there.
    pub kind: FindingKind,
}

/// What was found in a text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FindingKind {
    /// An unquoted scalar, value or key, that kubectl and kustomize read differently.
    #[error(
        "`{text}` is {kubectl} for kubectl and {kustomize} for kustomize\nhint: quote it if it is meant as text"
    )]
    Ambiguous {
        /// As it is written.
        text: String,
        /// What kubectl reads, as JSON.
        kubectl: String,
        /// What kustomize reads, as JSON, or `an error`.
        kustomize: String,
    },
    /// Text behind the end of a document (`...`) with no `---` before it.
    #[error(
        "this text stands behind the end of its document, where kubectl ignores it\nhint: put `---` before it"
    )]
    DroppedAfterDocumentEnd,
    /// A key twice in one map, also where only the spellings differ (`1` and `"1"`).
    #[error(
        "the key `{}` is already defined in line {first}\nhint: kubectl takes the last one; remove the others",
        key.escape_debug()
    )]
    DuplicateKey {
        /// The key, as kubectl reads it.
        key: String,
        /// The line of the one before.
        first: u32,
        /// The number of its document in the file, as [`Document::index`](crate::Document::index).
        document: usize,
        /// The map that it stands in, as a JSON pointer into the document.
        pointer: String,
    },
    /// Bytes that are no text.
    #[error(
        "these bytes are no valid text, and kubectl replaces them by U+FFFD\nhint: save the file as UTF-8"
    )]
    InvalidUtf8,
    /// A `<<` behind a key that it sets too.
    #[error(
        "`<<` sets `{}` again: kubectl takes that one, kustomize the one in line {first}\nhint: put `<<` first",
        key.escape_debug()
    )]
    MergeOverrides {
        /// The key, as kubectl reads it.
        key: String,
        /// The line where the map has it itself.
        first: u32,
    },
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.kind)
    }
}
