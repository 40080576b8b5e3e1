//! Reading manifests as kubectl does.

use std::ops::Range;
use std::sync::Arc;

use serde_json::Value;

use crate::Place;

mod anchors;
mod collections;
mod compose;
mod error;
mod finding;
mod flatten;
mod json;
mod kustomize;
mod locate;
mod node;
mod refuse;
mod scalar;
mod simple;
mod tag;
mod text;
mod weight;

pub use error::ReadError;
pub use finding::{Finding, FindingKind};
pub use flatten::flatten;
pub use locate::{locate, scalar_text};
pub use scalar::read_scalar;

use compose::Composed;
#[cfg(feature = "edit")]
pub(crate) use compose::events;
pub(crate) use kustomize::time;
pub(crate) use scalar::Scalar;
use text::Text;
pub(crate) use text::{Chunk, Origin};

/// What a file holds.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Reading {
    /// The documents in their order; those that hold nothing are left out.
    pub documents: Vec<Document>,
    /// What kubectl would pass over in silence, in the order of the places.
    pub findings: Vec<Finding>,
}

/// One document of a file, or one object of a list.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Document {
    /// What it says, as kubectl reads it.
    pub value: Value,
    /// Where it begins: at its first key, not at the `---` before.
    pub place: Place,
    /// Its number among the documents of the file, from 0, counting those that hold nothing.
    ///
    /// Comments and blank lines before the first `---` are no document.
    pub index: usize,
    /// Where in the document the value stands, as a JSON pointer: empty, or `/items/2` for an
    /// object of a list.
    pub pointer: String,
    /// Which bytes of the file are the document, from the line after its `---` up to the next one.
    ///
    /// `None` where the text had to be decoded first: UTF-16, and bytes that are not UTF-8.
    pub range: Option<Range<usize>>,
    /// Where the items of a list of objects stand.
    items: Vec<Place>,
}

/// Reads a file as kubectl does.
///
/// A byte order mark, UTF-16, CRLF, several documents, documents that hold nothing and JSON are all
/// fine. Numbers, booleans, keys, anchors, merges and tags mean what they mean to kubectl, which no
/// reader of YAML 1.2 gets right.
///
/// # Errors
///
/// What kubectl could not read either, and a few things that it would: more than 255 levels of
/// nesting, a raw U+2028 in quotes, the escape `\'`, half a surrogate pair in JSON. Whether a
/// document is an object is no question of this function.
///
/// # Examples
///
/// ```
/// use cutover_manifest::read;
/// use serde_json::json;
///
/// let reading = read("hello.yaml", b"# greeting\n---\nkind: Secret\ndefaultMode: 0440\n---\nkind: Service\n").unwrap();
/// assert_eq!(reading.documents.len(), 2);
/// assert_eq!(reading.documents[0].value, json!({"kind": "Secret", "defaultMode": 288}));
/// assert_eq!(reading.documents[1].place.to_string(), "hello.yaml:6:1");
/// assert_eq!(reading.documents[1].index, 1);
/// ```
///
/// What is silently other than it looks is a [`Finding`]:
///
/// ```
/// # use cutover_manifest::read;
/// let reading = read("a.yaml", b"replicas: 1\nreplicas: 3\n").unwrap();
/// assert_eq!(reading.documents[0].value["replicas"], 3);
/// assert_eq!(reading.findings[0].place.line, 2);
/// ```
pub fn read(file: &str, bytes: &[u8]) -> Result<Reading, ReadError> {
    read_by(file, bytes, |chunk, findings| {
        match simple::compose(chunk) {
            Some(composed) => Ok(Some(composed)),
            None => compose::compose(chunk, findings),
        }
    })
}

/// As [`read`], by the scanner alone: what the fast way through simple documents is held against.
///
/// # Errors
///
/// As [`read`].
///
/// ```
/// use cutover_manifest::{read, scan};
///
/// let text = b"kind: Secret\ndefaultMode: 0440\n";
/// assert_eq!(scan("a.yaml", text), read("a.yaml", text));
/// ```
pub fn scan(file: &str, bytes: &[u8]) -> Result<Reading, ReadError> {
    read_by(file, bytes, compose::compose)
}

/// Reads a file, each of its documents by `compose`.
fn read_by(
    file: &str,
    bytes: &[u8],
    compose: impl Fn(&Chunk<'_>, &mut Vec<Finding>) -> Result<Option<Composed>, ReadError>,
) -> Result<Reading, ReadError> {
    let file = Arc::from(file);
    let text = Text::decode(bytes);
    let mut reading = Reading::default();
    for chunk in chunks(&file, &text)? {
        if let Some(composed) = compose(&chunk, &mut reading.findings)? {
            let range = text
                .offset
                .map(|offset| chunk.range().start + offset..chunk.range().end + offset);
            reading.documents.push(Document {
                value: composed.value,
                place: composed.place,
                index: chunk.index,
                pointer: String::new(),
                range,
                items: composed.items,
            });
        }
    }
    if let Some(at) = text.invalid {
        let place = Origin {
            file,
            line: 0,
            column: 0,
        }
        .place_of(&text.text, at);
        reading.findings.push(Finding {
            place,
            kind: FindingKind::InvalidUtf8,
        });
    }
    reading
        .findings
        .sort_by(|one, other| one.place.cmp(&other.place));
    Ok(reading)
}

fn chunks<'t>(file: &Arc<str>, text: &'t Text<'_>) -> Result<Vec<Chunk<'t>>, ReadError> {
    if text.is_json() {
        json::split(file, &text.text)
    } else {
        text::split(file, &text.text)
    }
}
