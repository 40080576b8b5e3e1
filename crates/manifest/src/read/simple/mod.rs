//! The fast way through a document: the part of YAML that most manifests are written in.
//!
//! That is block maps and lists, `|` texts, plain and quoted scalars of one line, flow maps and
//! lists of such scalars on one line, and comments. At the first thing outside of it, and at
//! whatever would be a finding or an error, this reader gives up, without a trace, and leaves the
//! document to the scanner: anchors, tags, folded texts, texts of several lines, tabs, carriage
//! returns, keys that are no texts or stand twice, a word that kustomize reads differently.
//!
//! So it never says what a document means where the scanner would say something else; both are held
//! against each other in the tests, on all documents that they have and on random ones.

mod block;
mod cursor;
mod flow;
mod literal;
mod scalar;

use self::block::Blocks;
use self::cursor::Cursor;
use super::compose::Composed;
use super::refuse;
use super::text::Chunk;

/// How many levels of maps and lists it follows. The scanner follows 255, without recursion.
const NESTING: usize = 64;

/// Reads one document; `None` where the scanner must.
pub(super) fn compose(chunk: &Chunk<'_>) -> Option<Composed> {
    if chunk.json || !is_simple(chunk) {
        return None;
    }
    let mut cursor = Cursor::new(chunk.text);
    cursor.skip_to_content()?;
    let place = chunk.origin.place(cursor.line(), cursor.column());
    let mut blocks = Blocks::new(cursor, &chunk.origin);
    let value = blocks.document()?;
    Some(Composed {
        value,
        place,
        items: blocks.items,
    })
}

/// Whether no character needs a second look.
fn is_simple(chunk: &Chunk<'_>) -> bool {
    // Without a branch for each byte, so that many are looked at together.
    let suspicious = |byte: u8| matches!(byte, 0..=8 | 11..=31 | 127 | 0xc2 | 0xe2 | 0xef);
    let blocks = chunk.text.as_bytes().chunks(64);
    let mut any = false;
    for block in blocks {
        any |= block
            .iter()
            .fold(false, |any, byte| any | suspicious(*byte));
    }
    if !any {
        return true;
    }
    let is_known = |byte: &u8| !matches!(byte, 0..=8 | 11..=31 | 127);
    chunk.text.as_bytes().iter().all(is_known)
        && !chunk.text.contains('\u{feff}')
        && refuse::characters(chunk).is_ok()
}
