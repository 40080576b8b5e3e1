//! Whole documents, put into a file and taken out of it.

use cutover::manifest::{Document, Manifest, Source, edit, emit, read};
use serde_json::Value;

/// The file with one document more at its end.
///
/// # Errors
///
/// A file that is no UTF-8.
pub(crate) fn with(bytes: &[u8], manifest: &Manifest) -> Result<Vec<u8>, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "the file is no UTF-8".to_owned())?;
    let newline = if text.ends_with('\n') || text.is_empty() {
        ""
    } else {
        "\n"
    };
    let new = if is_json(bytes) {
        format!("{:#}\n", manifest.value())
    } else if text.is_empty() {
        emit(manifest.value())
    } else {
        format!("---\n{}", emit(manifest.value()))
    };
    Ok(format!("{text}{newline}{new}").into_bytes())
}

/// The file without the document that an object is; nothing where no other is left.
///
/// # Errors
///
/// A file that would then read otherwise.
pub(crate) fn without(bytes: &[u8], source: &Source) -> Result<Option<Vec<u8>>, String> {
    let documents = documents(bytes, source)?;
    let position = documents
        .iter()
        .position(|document| document.index == source.document);
    let position = position.ok_or_else(|| by_hand(source))?;
    let mut left: Vec<&Value> = documents.iter().map(|document| &document.value).collect();
    left.remove(position);
    if left.is_empty() {
        return Ok(None);
    }
    let range = documents[position]
        .range
        .clone()
        .ok_or_else(|| by_hand(source))?;
    let (start, end) = with_separator(bytes, range.start, range.end);
    let shorter = [&bytes[..start], &bytes[end..]].concat();
    let again = self::documents(&shorter, source)?;
    let same = again.iter().map(|document| &document.value).eq(left);
    if same {
        Ok(Some(shorter))
    } else {
        Err(by_hand(source))
    }
}

/// The file without one item of a list of objects; nothing where no other object is left.
///
/// # Errors
///
/// A file that cannot be edited so.
pub(crate) fn without_item(
    bytes: &[u8],
    source: &Source,
    item: usize,
) -> Result<Option<Vec<u8>>, String> {
    let documents = documents(bytes, source)?;
    let list = documents
        .iter()
        .find(|document| document.index == source.document)
        .ok_or_else(|| by_hand(source))?;
    let mut shorter = list.value.clone();
    let items = shorter.get_mut("items").and_then(Value::as_array_mut);
    let items = items
        .filter(|items| item < items.len())
        .ok_or_else(|| by_hand(source))?;
    items.remove(item);
    let whole = Source {
        place: list.place.clone(),
        document: list.index,
        pointer: String::new(),
    };
    if items.is_empty() {
        return without(bytes, &whole);
    }
    edit(bytes, &whole, &list.value, &shorter)
        .map(Some)
        .map_err(|error| error.to_string())
}

/// What begins with `{` is JSON for kubectl, to its end.
pub(crate) fn is_json(bytes: &[u8]) -> bool {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    text.trim_ascii_start().starts_with(b"{")
}

fn documents(bytes: &[u8], source: &Source) -> Result<Vec<Document>, String> {
    Ok(read(&source.place.file, bytes)
        .map_err(|error| error.to_string())?
        .documents)
}

/// The range and the separator before it, or where there is none before it, the one after it.
fn with_separator(bytes: &[u8], start: usize, end: usize) -> (usize, usize) {
    let before = bytes[..start]
        .strip_suffix(b"\n")
        .unwrap_or(&bytes[..start]);
    let line = before
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |newline| newline + 1);
    if before[line..].starts_with(b"---") {
        return (line, end);
    }
    let after = &bytes[end..];
    let separator = after
        .iter()
        .position(|byte| *byte == b'\n')
        .map_or(after.len(), |newline| newline + 1);
    if after.starts_with(b"---") {
        (start, end + separator)
    } else {
        (start, end)
    }
}

fn by_hand(source: &Source) -> String {
    format!(
        "{}: the document cannot be removed without touching more\nhint: remove it by hand",
        source.place
    )
}
