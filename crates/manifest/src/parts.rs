//! Documents that are digested and written without being put together first.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::canonical::{NotCanonical, entries, items, write};
use crate::{Digest, Manifest};

/// A part of a document. Manifests stay where they are: a document that holds thousands of them needs
/// no second copy of each to be digested or written.
///
/// ```
/// use cutover_manifest::{Digest, Manifest, Part, emit, emit_part};
/// use serde_json::json;
///
/// let value = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "hello"}});
/// let services = [Manifest::new(value.clone())?];
/// let part = Part::Fields([("from", Part::Manifests(&services))].into());
/// let whole = json!({ "from": [value] });
/// assert_eq!(Digest::of_part(&part)?, Digest::of(&whole)?);
/// assert_eq!(emit_part(&part), emit(&whole));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum Part<'a> {
    /// The fields of a map, by names of ASCII.
    Fields(BTreeMap<&'static str, Self>),
    /// A list of objects.
    Manifests(&'a [Manifest]),
    /// Anything else, already as JSON.
    Value(Value),
}

impl Digest {
    /// The digest of a document in parts: that of the document that they make.
    ///
    /// # Errors
    ///
    /// As [`Digest::of`].
    pub fn of_part(part: &Part<'_>) -> Result<Self, NotCanonical> {
        let mut text = String::new();
        write_part(part, &mut text)?;
        Ok(Self::of_canonical(&text))
    }
}

fn write_part(part: &Part<'_>, text: &mut String) -> Result<(), NotCanonical> {
    match part {
        Part::Value(value) => write(value, text),
        Part::Manifests(manifests) => items(manifests.iter().map(Manifest::value), text),
        Part::Fields(fields) => entries(fields.iter(), text, write_part),
    }
}
