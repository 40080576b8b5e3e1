//! A file in its documents, so that an edit of one reads no other: files of thousands of objects
//! are edited in time.

use std::collections::BTreeMap;
use std::ops::Range;

use cutover::manifest::{EditError, Manifest, Source, edit, read};

use super::document::is_json;
use crate::walk::File;

/// It begins a document for whoever reads a piece alone, also one that would be taken for JSON
/// else.
const SEPARATOR: &[u8] = b"---\n";

/// A file, and its documents that were edited.
pub(crate) struct Pieces<'f> {
    file: &'f File,
    /// Where the documents are; none in a file that is edited as a whole.
    ranges: BTreeMap<usize, Range<usize>>,
    edited: BTreeMap<usize, Vec<u8>>,
    whole: Option<Vec<u8>>,
}

impl<'f> Pieces<'f> {
    pub(crate) fn new(file: &'f File) -> Self {
        let documents = match read(&file.name, &file.bytes) {
            Ok(reading) if !is_json(&file.bytes) => reading.documents,
            _ => Vec::new(),
        };
        let ranges = documents
            .into_iter()
            .filter_map(|document| Some((document.index, document.range?)))
            .collect();
        Self {
            file,
            ranges,
            edited: BTreeMap::new(),
            whole: None,
        }
    }

    /// Edits an object.
    ///
    /// # Errors
    ///
    /// What cannot be changed without touching more, with its place in the file.
    pub(crate) fn edit(
        &mut self,
        source: &Source,
        before: &Manifest,
        after: &Manifest,
    ) -> Result<(), EditError> {
        let edit =
            |bytes: &[u8], source: &Source| edit(bytes, source, before.value(), after.value());
        let Some(range) = self.ranges.get(&source.document) else {
            let bytes = self.whole.as_ref().unwrap_or(&self.file.bytes);
            self.whole = Some(edit(bytes, source)?);
            return Ok(());
        };
        let written = || &self.file.bytes[range.clone()];
        let piece = self
            .edited
            .get(&source.document)
            .map_or_else(written, Vec::as_slice);
        let alone = Source {
            document: 0,
            ..source.clone()
        };
        match edit(&[SEPARATOR, piece].concat(), &alone) {
            Ok(mut edited) => {
                edited.drain(..SEPARATOR.len());
                self.edited.insert(source.document, edited);
                Ok(())
            }
            // The file itself tells the line.
            Err(error) => edit(&self.file.bytes, source).and(Err(error)),
        }
    }

    /// The file with all that was edited.
    pub(crate) fn joined(self) -> Vec<u8> {
        let bytes = self.whole.unwrap_or_else(|| self.file.bytes.clone());
        let (mut joined, mut at) = (Vec::with_capacity(bytes.len()), 0);
        for (document, edited) in self.edited {
            if let Some(range) = self.ranges.get(&document) {
                joined.extend_from_slice(&bytes[at..range.start]);
                joined.extend(edited);
                at = range.end;
            }
        }
        joined.extend_from_slice(&bytes[at..]);
        joined
    }
}
