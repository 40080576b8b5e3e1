use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A place in a document, as people read it: `spec.containers[name=web].image`.
///
/// ```
/// use cutover_patch::{Path, Segment};
///
/// let path = Path(vec![
///     Segment::Field("metadata".into()),
///     Segment::Field("annotations".into()),
///     Segment::Field("example.com/owner".into()),
/// ]);
/// assert_eq!(path.to_string(), r#"metadata.annotations["example.com/owner"]"#);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Path(
    /// From the document's root inwards; empty for the document itself, which prints as `.`.
    pub Vec<Segment>,
);

/// One step of a [`Path`]; in JSON a text, a number, or a list of names and values.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Segment {
    /// A map's member: `.image`, or `["example.com/owner"]` where the name is more than ASCII
    /// letters, digits, `_` and `-`.
    Field(String),
    /// An item of a list that goes by key, with the names and values of its key:
    /// `[port=80,protocol=TCP]`.
    Item(Vec<(String, String)>),
    /// An item of a list that goes by position, counted from 0: `[2]`.
    Index(usize),
}

impl Deref for Path {
    type Target = [Segment];

    fn deref(&self) -> &[Segment] {
        &self.0
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((first, rest)) = self.split_first() else {
            return f.write_str(".");
        };
        match first {
            Segment::Field(name) if is_plain(name) => f.write_str(name)?,
            other => write!(f, "{other}")?,
        }
        rest.iter().try_for_each(|segment| write!(f, "{segment}"))
    }
}

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(name) if is_plain(name) => write!(f, ".{name}"),
            Self::Field(name) => write!(f, "[{}]", quoted(name)),
            Self::Item(key) => write_key(f, key),
            Self::Index(index) => write!(f, "[{index}]"),
        }
    }
}

fn write_key(f: &mut fmt::Formatter<'_>, key: &[(String, String)]) -> fmt::Result {
    for (index, (name, value)) in key.iter().enumerate() {
        let before = if index == 0 { '[' } else { ',' };
        write!(f, "{before}{name}=")?;
        match is_bare(value) {
            true => f.write_str(value)?,
            false => write!(f, "{}", quoted(value))?,
        }
    }
    f.write_str("]")
}

fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
}

/// Whether a key's value needs no quotes to be told from what surrounds it.
fn is_bare(value: &str) -> bool {
    let special =
        |c: char| c.is_whitespace() || c.is_control() || matches!(c, '[' | ']' | ',' | '=' | '"');
    !value.is_empty() && !value.contains(special)
}

/// As a JSON string.
fn quoted(text: &str) -> Value {
    Value::from(text)
}
