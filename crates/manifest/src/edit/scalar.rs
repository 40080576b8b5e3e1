//! How new values are written: plain where kubectl and kustomize both read a plain string back,
//! quoted elsewhere.

use std::str::FromStr;

use serde_json::Value;
use yaml_edit::{AsYaml, Document, ScalarValue, YamlNode, YamlValue};

/// How new text is written, from the best to read to the safest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// A string keeps the quotes of the one that it replaces; several lines stand in a block.
    Kept,
    /// Strings are plain or in double quotes.
    Quoted,
    /// As JSON, on one line.
    Json,
}

/// What to put into the tree as yaml-edit takes it, with the key that a new entry of a map has.
pub(super) enum Written {
    /// Built by it.
    Built { key: ScalarValue, value: YamlValue },
    /// Parsed from JSON: keys and strings as JSON has them.
    Parsed { key: YamlNode, value: YamlNode },
}

/// A value to put under `name`, where `old` stands now.
pub(super) fn written(
    name: &str,
    new: &Value,
    old: Option<&YamlNode>,
    style: Style,
) -> Option<Written> {
    if style == Style::Json {
        return Some(Written::Parsed {
            key: parsed(&name.into())?,
            value: parsed(new)?,
        });
    }
    let key = string(name, Style::Quoted);
    let kept = new
        .as_str()
        .zip(old)
        .filter(|_| style == Style::Kept)
        .and_then(|(text, old)| kept(text, old));
    Some(Written::Built {
        key,
        value: kept.map_or_else(|| built(new, style), YamlValue::Scalar),
    })
}

/// JSON is YAML: in a list, scalars are too.
fn parsed(value: &Value) -> Option<YamlNode> {
    Document::from_str(&format!("[{value}]"))
        .ok()?
        .as_sequence()?
        .get(0)
}

fn built(value: &Value, style: Style) -> YamlValue {
    match value {
        Value::Null => YamlValue::Scalar(ScalarValue::null()),
        Value::Bool(flag) => YamlValue::from(*flag),
        Value::Number(number) => YamlValue::Scalar(ScalarValue::parse(number.to_string())),
        Value::String(text) => YamlValue::Scalar(string(text, style)),
        Value::Array(items) => {
            YamlValue::Sequence(items.iter().map(|item| built(item, style)).collect())
        }
        Value::Object(entries) => YamlValue::Mapping(
            entries
                .iter()
                .map(|(key, value)| (key.clone(), built(value, style)))
                .collect(),
        ),
    }
}

fn string(text: &str, style: Style) -> ScalarValue {
    match style {
        _ if is_plain(text) => ScalarValue::plain(text),
        Style::Kept if fits_block(text) => ScalarValue::literal(text),
        Style::Kept if reads_better_in_single_quotes(text) => ScalarValue::single_quoted(text),
        _ => ScalarValue::double_quoted(text),
    }
}

/// The string in the quotes of the one that it replaces, where they hold it without escapes.
fn kept(text: &str, old: &YamlNode) -> Option<ScalarValue> {
    let old = old.as_scalar()?.as_node()?.text().to_string();
    match old.chars().next()? {
        '"' if !reads_better_in_single_quotes(text) => Some(ScalarValue::double_quoted(text)),
        '\'' if !text.contains(char::is_control) => Some(ScalarValue::single_quoted(text)),
        _ => None,
    }
}

/// In double quotes, `"`, `\` and all beyond ASCII would be escaped.
fn reads_better_in_single_quotes(text: &str) -> bool {
    text.contains(|c: char| !c.is_ascii() || matches!(c, '"' | '\\'))
        && !text.contains(char::is_control)
}

/// Whether the string, written plain, is itself to kubectl (YAML 1.1) and kustomize (YAML 1.2) and
/// in flow collections.
///
/// It starts with a letter, so it is no number; it is no word that either takes for a truth value
/// or for nothing; and it has no character that means anything.
fn is_plain(text: &str) -> bool {
    let safe =
        |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/' | '@' | ':');
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/')
        && text.chars().all(safe)
        && !text.ends_with(':')
        && !WORDS.contains(&text.to_ascii_lowercase().as_str())
}

const WORDS: [&str; 9] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];

/// Whether a literal block (`|`) holds the text as it is: printable lines, the first of them not
/// indented.
fn fits_block(text: &str) -> bool {
    let printable = |c: char| {
        c == '\n'
            || (!c.is_control() && !matches!(c, '\u{feff}' | '\u{2028}' | '\u{2029}' | '\u{85}'))
    };
    text.trim_end_matches('\n').contains('\n')
        && text.chars().all(printable)
        && !text.starts_with([' ', '\n'])
        && !text.lines().any(|line| line.ends_with(' '))
}
