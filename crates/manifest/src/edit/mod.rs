//! Edits in place: only the bytes that a change needs.

mod error;
mod layout;
mod notation;
mod obstacle;
mod operate;
mod scalar;
mod splice;
mod tree;

#[cfg(test)]
mod comments;
#[cfg(test)]
mod on_text;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod there_and_back;

use cutover_patch::{
    Patch, PatchOperation, apply, diff,
    jsonptr::{Pointer, PointerBuf},
};
use serde::de::IgnoredAny;
use serde_json::{Value, json};

pub use self::error::EditError;
use self::obstacle::Obstacle;
use self::operate::{Style, patched};
use crate::{Document, MergeKeys, Source, flatten, locate, read};

/// The file with one object changed from `before` to `after`, and nothing else.
///
/// Comments, quotes, order, line ends, the byte order mark and every other document stay as they
/// are. A new string has no quotes only where kubectl and kustomize both read it back as that
/// string; it keeps the quotes of a string that it replaces. A comment goes with what it stands
/// right above, and what is new is indented and ordered like what stands beside it. The result is
/// read again and compared before it is returned, so a file is either right or not written.
///
/// What is changed and changed back is byte for byte as it was: a string that comes to need quotes
/// gets those that fewer strings of the document have, so the way back tells it from one that had
/// them. Not so what is removed, a text that is folded over several lines, a float in another
/// spelling than JSON's, a string without quotes that kustomize takes for something else, and one that
/// has those quotes without need and comes to need them.
///
/// What is shared by an anchor, an alias or a merge key is not changed, nor what bears a tag. JSON
/// stays JSON.
///
/// # Errors
///
/// Where the file does not hold `before` at `source`, is no UTF-8, or cannot be changed under these
/// limits. The error then has the change as a JSON Patch, for a person to make; of a Secret only
/// the paths.
///
/// ```
/// use cutover_manifest::{bundle, edit, read};
///
/// let file = b"apiVersion: v1\nkind: Service   # the front\nmetadata: {name: hello}\nspec:\n  type: ClusterIP\n";
/// let loaded = bundle(vec![read("a.yaml", file).unwrap()]).unwrap();
/// let (object, source) = loaded.sources.first_key_value().unwrap();
/// let before = loaded.bundle.get(object).unwrap();
/// let after = before.set("/spec/type", "NodePort".into()).unwrap();
/// let edited = edit(file, source, before.value(), after.value()).unwrap();
/// assert_eq!(
///     String::from_utf8(edited).unwrap(),
///     "apiVersion: v1\nkind: Service   # the front\nmetadata: {name: hello}\nspec:\n  type: NodePort\n"
/// );
/// ```
pub fn edit(
    bytes: &[u8],
    source: &Source,
    before: &Value,
    after: &Value,
) -> Result<Vec<u8>, EditError> {
    if before == after {
        return Ok(bytes.to_vec());
    }
    let document = opened(bytes, source)?;
    let range = document.range.clone().ok_or_else(|| EditError::NotUtf8 {
        place: source.place.clone(),
    })?;
    let text = std::str::from_utf8(&bytes[range.clone()]).map_err(|_| EditError::NotUtf8 {
        place: source.place.clone(),
    })?;
    if text.replace("\r\n", "").contains('\r') {
        let place = source.place.clone();
        return Err(EditError::LineEnds { place });
    }
    let task = Task::new(text, document, source, before, after).ok_or_else(|| changed(source))?;
    let new = task
        .carry_out()
        .map_err(|obstacle| task.error(obstacle, bytes))?;
    Ok([&bytes[..range.start], new.as_bytes(), &bytes[range.end..]].concat())
}

/// The document that the object stands in.
fn opened(bytes: &[u8], source: &Source) -> Result<Document, EditError> {
    let documents = read(&source.place.file, bytes)
        .map_err(|_| changed(source))?
        .documents;
    documents
        .into_iter()
        .find(|document| document.index == source.document)
        .ok_or_else(|| changed(source))
}

fn changed(source: &Source) -> EditError {
    EditError::Changed {
        place: source.place.clone(),
    }
}

/// One document to change.
struct Task<'t> {
    text: &'t str,
    json: bool,
    findings: usize,
    secret: bool,
    source: &'t Source,
    patch: Patch,
    after: Value,
}

impl<'t> Task<'t> {
    /// `None` where the document does not hold `before`.
    fn new(
        text: &'t str,
        document: Document,
        source: &'t Source,
        before: &Value,
        after: &Value,
    ) -> Option<Self> {
        let mut wanted = document.value.clone();
        let object = flatten(document)
            .into_iter()
            .find(|object| object.pointer == source.pointer)?;
        if object.value != *before {
            return None;
        }
        let patch = under(&source.pointer, diff(before, after, &MergeKeys))?;
        if apply(&mut wanted, &patch).is_err() {
            return None;
        }
        // YAML may begin with `{` too, but kubectl takes that for JSON at the beginning of a file.
        let json = serde_json::from_str::<IgnoredAny>(text).is_ok();
        let (_, findings) = value_of(text, json)?;
        let secret = before["kind"] == "Secret";
        Some(Self {
            text,
            json,
            findings,
            secret,
            source,
            patch,
            after: wanted,
        })
    }

    /// The document's new text: by the first style that comes out right. No obstacle where none
    /// does.
    fn carry_out(&self) -> Result<String, Option<Obstacle>> {
        let styles: &[Style] = if self.json {
            &[Style::Json]
        } else {
            &[Style::Kept, Style::Quoted]
        };
        for style in styles {
            let text = patched(self.text, &self.patch, *style).map_err(Some)?;
            let text = text.filter(|text| self.is_right(text));
            if let Some(text) = text {
                return Ok(text);
            }
        }
        Err(None)
    }

    fn is_right(&self, text: &str) -> bool {
        let still_json = !self.json || serde_json::from_str::<IgnoredAny>(text).is_ok();
        let reads_back = |(value, findings)| value == self.after && findings <= self.findings;
        still_json && value_of(text, self.json).is_some_and(reads_back)
    }

    fn error(&self, obstacle: Option<Obstacle>, bytes: &[u8]) -> EditError {
        let (source, patch) = (self.source, self.by_hand());
        let Some(Obstacle { kind, pointer, at }) = obstacle else {
            return EditError::Unsure {
                place: source.place.clone(),
                patch,
            };
        };
        let place = locate(&source.place.file, bytes, source.document, &at);
        EditError::Shared {
            place: place.unwrap_or_else(|| source.place.clone()),
            pointer,
            what: kind.what(),
            patch,
        }
    }

    /// The change as text; of a Secret, only what is done where.
    fn by_hand(&self) -> String {
        let mut operations = json!(self.patch);
        if self.secret {
            for operation in operations
                .as_array_mut()
                .into_iter()
                .flatten()
                .filter_map(Value::as_object_mut)
            {
                operation.remove("value");
            }
        }
        operations.to_string()
    }
}

/// The value of one document's text, and how much was found in it.
fn value_of(text: &str, json: bool) -> Option<(Value, usize)> {
    // Behind a separator, YAML that begins with `{` is not taken for JSON.
    let separator = if json { "" } else { "---\n" };
    let text = format!("{separator}{text}");
    let Ok(mut reading) = read("", text.as_bytes()) else {
        return None;
    };
    let document = reading
        .documents
        .pop()
        .filter(|_| reading.documents.is_empty())?;
    Some((document.value, reading.findings.len()))
}

/// The changes of a patch, without its tests, for an object that stands at `at`.
fn under(at: &str, patch: Patch) -> Option<Patch> {
    let Ok(prefix) = Pointer::parse(at) else {
        return None;
    };
    let moved = |path: &PointerBuf| prefix.concat(path);
    let changes = patch.0.into_iter().filter_map(|operation| match operation {
        PatchOperation::Test(_) => None,
        mut other => {
            match &mut other {
                PatchOperation::Add(add) => add.path = moved(&add.path),
                PatchOperation::Remove(remove) => remove.path = moved(&remove.path),
                PatchOperation::Replace(replace) => replace.path = moved(&replace.path),
                PatchOperation::Move(relocate) => {
                    relocate.from = moved(&relocate.from);
                    relocate.path = moved(&relocate.path);
                }
                PatchOperation::Copy(_) | PatchOperation::Test(_) => {}
            }
            Some(other)
        }
    });
    Some(Patch(changes.collect()))
}
