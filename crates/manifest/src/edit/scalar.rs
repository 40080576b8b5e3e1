//! How a new scalar is written: as the one that it replaces, where kubectl and kustomize both read
//! it back so, and as the document writes such scalars elsewhere.

use granit_parser::ScalarStyle;
use serde_json::Value;

use super::tree::{Kind, Node};
use crate::emit::{double_quoted, number, quoted};

/// How a document writes its strings.
#[derive(Clone, Copy, Debug)]
pub(super) struct Strings {
    /// All new ones in double quotes.
    pub(super) cautious: bool,
    /// As JSON has them.
    pub(super) json: bool,
    /// It takes `'` where a string needs quotes, else `"`.
    single: bool,
    /// Strings that need none stand in these quotes too.
    needless: bool,
}

impl Strings {
    /// The habits of a document, of what begins at `except` apart.
    pub(super) fn of(root: &Node, except: Option<usize>, json: bool, cautious: bool) -> Self {
        // How many strings stand in `"` and in `'`, and whether any of them needs no quotes.
        let (mut quoted, mut needless) = ([0, 0], [false, false]);
        for node in root.descendants() {
            let Kind::Scalar { style, text } = &node.kind else {
                continue;
            };
            let at = match style {
                _ if except == Some(node.start) => continue,
                ScalarStyle::DoubleQuoted => 0,
                ScalarStyle::SingleQuoted => 1,
                _ => continue,
            };
            quoted[at] += 1;
            needless[at] |= is_bare(text, true);
        }
        let usual = usize::from(quoted[1] > quoted[0]);
        // The other quotes tell a string that had none and needs them from one that had them.
        let taken = if needless[usual] && !needless[1 - usual] {
            1 - usual
        } else {
            usual
        };
        Self {
            cautious,
            json,
            single: taken == 1,
            needless: needless[taken],
        }
    }

    /// A scalar on one line, where `old` stood or beside it.
    pub(super) fn scalar(self, value: &Value, old: Option<&Node>, is_flow: bool) -> String {
        match value {
            Value::String(text) => self.string(text, old, is_flow),
            Value::Number(exact) if !self.json => {
                let mut out = String::new();
                number(&mut out, exact);
                out
            }
            other => other.to_string(),
        }
    }

    /// Whether a string has quotes because it needs them, and none that this document gives
    /// without need.
    pub(super) fn are_forced(self, old: &Node, is_flow: bool) -> bool {
        let Kind::Scalar { text, .. } = &old.kind else {
            return false;
        };
        let usual = quotes_of(old) == Some(self.single) && !self.needless;
        usual && !is_bare(text, is_flow)
    }

    /// The key of a map.
    pub(super) fn key(self, key: &str, is_flow: bool) -> String {
        self.string(key, None, is_flow)
    }

    fn string(self, text: &str, old: Option<&Node>, is_flow: bool) -> String {
        if self.json {
            return Value::from(text).to_string();
        }
        let fits = is_bare(text, is_flow);
        let quotes = match old.and_then(quotes_of) {
            Some(_) if fits && old.is_some_and(|old| self.are_forced(old, is_flow)) => None,
            Some(single) => Some(single),
            None => (!fits).then_some(self.single),
        };
        match quotes {
            _ if self.cautious => double_quoted(text),
            None => text.to_owned(),
            Some(true) if !text.contains(char::is_control) => single_quoted(text),
            Some(false) if text.contains(['"', '\\']) && !text.contains(char::is_control) => {
                single_quoted(text)
            }
            Some(_) => double_quoted(text),
        }
    }
}

/// Whether a string stands in `'` or in `"`; nothing where it has no quotes.
fn quotes_of(node: &Node) -> Option<bool> {
    match &node.kind {
        Kind::Scalar { style, .. } => match style {
            ScalarStyle::SingleQuoted => Some(true),
            ScalarStyle::DoubleQuoted => Some(false),
            _ => None,
        },
        Kind::Alias | Kind::Collection(_) => None,
    }
}

fn single_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Whether the string is itself without quotes.
fn is_bare(text: &str, is_flow: bool) -> bool {
    quoted(text).is_none() && !(is_flow && text.contains([',', '[', ']', '{', '}']))
}
