use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::{Map, Number, Value};

use crate::read::{Scalar, time};
use crate::{Manifest, Part};

/// Longer keys are no simple keys to YAML, which allows them 1024 characters.
const SIMPLE_KEY: usize = 1000;

/// Writes a value as one YAML document, as kubectl prints it: keys sorted, two spaces, lists at
/// their key's indent.
///
/// Keys are in the order of their bytes, which is kubectl's but for keys with numbers (`a10` before
/// `a2`). Long lines are not folded. A text is quoted where kubectl or kustomize would read it as
/// something else; text of several lines is a block where that is safe.
///
/// Reading it again gives the value, unless it holds a whole number as a float (`1.0`), which comes
/// back as an integer, as it does from the API server.
///
/// ```
/// use cutover_manifest::emit;
/// use serde_json::json;
///
/// let value = json!({"on": "yes", "ports": [{"name": "web", "port": 80}], "script": "echo a\necho b\n"});
/// assert_eq!(emit(&value), "\
/// \"on\": \"yes\"
/// ports:
/// - name: web
///   port: 80
/// script: |
///   echo a
///   echo b
/// ");
/// ```
pub fn emit(value: &Value) -> String {
    let mut out = String::new();
    match value {
        Value::Object(map) if !map.is_empty() => mapping(&mut out, map, 0),
        Value::Array(items) if !items.is_empty() => sequence(&mut out, items.iter(), 0),
        leaf => {
            scalar(&mut out, leaf, 1);
            out.push('\n');
        }
    }
    out
}

/// Writes a document in parts as [`emit`] writes the document that they make: a map, with something in
/// each list of manifests.
pub fn emit_part(part: &Part<'_>) -> String {
    let mut out = String::new();
    match part {
        Part::Value(value) => return emit(value),
        Part::Manifests(manifests) => sequence(&mut out, values(manifests), 0),
        Part::Fields(fields) => part_fields(&mut out, fields, 0),
    }
    out
}

/// Writes the fields of a map as [`mapping`] does.
fn part_fields(out: &mut String, fields: &BTreeMap<&'static str, Part<'_>>, depth: usize) {
    for (number, (key, part)) in fields.iter().enumerate() {
        if number > 0 {
            indent(out, depth);
        }
        out.push_str(key);
        out.push(':');
        match part {
            Part::Value(value) => below(out, value, depth),
            Part::Manifests(manifests) => {
                out.push('\n');
                indent(out, depth);
                sequence(out, values(manifests), depth);
            }
            Part::Fields(fields) => {
                out.push('\n');
                indent(out, depth + 1);
                part_fields(out, fields, depth + 1);
            }
        }
    }
}

fn values(manifests: &[Manifest]) -> impl Iterator<Item = &Value> {
    manifests.iter().map(Manifest::value)
}

/// Writes values as the documents of one file, with `---` between them.
///
/// ```
/// use cutover_manifest::emit_all;
/// use serde_json::json;
///
/// assert_eq!(emit_all(&[json!({"a": 1}), json!({"b": 2})]), "a: 1\n---\nb: 2\n");
/// ```
pub fn emit_all<'v>(values: impl IntoIterator<Item = &'v Value>) -> String {
    values
        .into_iter()
        .map(emit)
        .collect::<Vec<_>>()
        .join("---\n")
}

/// Writes the entries of a map, the first of them where the cursor stands.
fn mapping(out: &mut String, map: &Map<String, Value>, depth: usize) {
    for (number, (key, value)) in map.iter().enumerate() {
        if number > 0 {
            indent(out, depth);
        }
        let key = quoted(key).map_or(Cow::Borrowed(key.as_str()), Cow::Owned);
        if key.len() > SIMPLE_KEY {
            out.push_str("? ");
            out.push_str(&key);
            out.push('\n');
            indent(out, depth);
        } else {
            out.push_str(&key);
        }
        out.push(':');
        below(out, value, depth);
    }
}

/// Writes what belongs to a key.
fn below(out: &mut String, value: &Value, depth: usize) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            out.push('\n');
            indent(out, depth + 1);
            mapping(out, map, depth + 1);
        }
        Value::Array(items) if !items.is_empty() => {
            out.push('\n');
            indent(out, depth);
            sequence(out, items.iter(), depth);
        }
        leaf => {
            out.push(' ');
            scalar(out, leaf, depth + 1);
            out.push('\n');
        }
    }
}

/// Writes the items of a list, the first of them where the cursor stands.
fn sequence<'a>(out: &mut String, items: impl Iterator<Item = &'a Value>, depth: usize) {
    for (number, item) in items.enumerate() {
        if number > 0 {
            indent(out, depth);
        }
        out.push_str("- ");
        match item {
            Value::Object(map) if !map.is_empty() => mapping(out, map, depth + 1),
            Value::Array(items) if !items.is_empty() => sequence(out, items.iter(), depth + 1),
            leaf => {
                scalar(out, leaf, depth + 1);
                out.push('\n');
            }
        }
    }
}

/// Writes a value that takes no lines of its own, or a block at `depth`; without the last line end.
fn scalar(out: &mut String, value: &Value, depth: usize) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Number(value) => number(out, value),
        Value::String(text) if is_block(text) => block(out, text, depth),
        Value::String(text) => match quoted(text) {
            Some(quoted) => out.push_str(&quoted),
            None => out.push_str(text),
        },
        Value::Array(_) => out.push_str("[]"),
        Value::Object(_) => out.push_str("{}"),
    }
}

/// Writes a number, a float without an exponent where Go would do so too.
pub(crate) fn number(out: &mut String, number: &Number) {
    let text = match number.as_f64() {
        Some(float) if number.is_f64() && (1e-6..1e21).contains(&float.abs()) => float.to_string(),
        _ => number.to_string(),
    };
    out.push_str(&text);
}

/// Whether a text of several lines can stand as it is: no line that an editor or a reader would
/// touch.
pub(crate) fn is_block(text: &str) -> bool {
    let touched = |line: &str| line.starts_with('\t') || line.ends_with([' ', '\t']);
    text.contains('\n')
        && !text.starts_with([' ', '\n'])
        && text
            .chars()
            .all(|c| matches!(c, '\n' | '\t') || is_printable(c))
        && !text.split('\n').any(touched)
}

/// Writes a literal block, whose header says how many line ends its text has.
fn block(out: &mut String, text: &str, depth: usize) {
    let lines = text.trim_end_matches('\n');
    out.push_str(match text.len() - lines.len() {
        0 => "|-",
        1 => "|",
        _ => "|+",
    });
    for line in lines.split('\n') {
        out.push('\n');
        if !line.is_empty() {
            indent(out, depth);
            out.push_str(line);
        }
    }
    for _ in 1..text.len() - lines.len() {
        out.push('\n');
    }
}

/// The text in quotes, or nothing where it needs none.
pub(crate) fn quoted(text: &str) -> Option<String> {
    if is_mere_word(text) {
        return None;
    }
    if is_other_than_text(text) || text.chars().any(|c| !is_printable(c)) {
        return Some(double_quoted(text));
    }
    (!is_plain(text)).then(|| format!("'{}'", text.replace('\'', "''")))
}

/// Whether the text is seen at once to need no quotes, as most are: one word of characters that mean
/// nothing to YAML, and longer than any that does.
fn is_mere_word(text: &str) -> bool {
    let is_mere = |byte: u8| byte.is_ascii_alphanumeric() || b"-./_".contains(&byte);
    text.len() > "false".len()
        && text.as_bytes()[0].is_ascii_alphabetic()
        && text.bytes().all(is_mere)
}

/// Whether some reader takes the unquoted text for something else: a number, a boolean, a time, a
/// merge.
fn is_other_than_text(text: &str) -> bool {
    Scalar::other_than_text(text).is_some()
        || time(text).is_some()
        || text == "<<"
        || text.starts_with("0o")
        || is_sexagesimal(text)
}

/// `1:30`, a number to base 60 in YAML 1.1. kubectl quotes it, though it reads it as text.
fn is_sexagesimal(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.contains(':')
        && digits
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b':' | b'.' | b'_'))
}

/// Whether YAML lets the text stand without quotes.
fn is_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    let opens = match bytes {
        []
        | [
            b' ' | b'#' | b',' | b'[' | b']' | b'{' | b'}' | b'&' | b'*' | b'!' | b'|' | b'>',
            ..,
        ] => false,
        [b'\'' | b'"' | b'%' | b'@' | b'`', ..] => false,
        [b'-' | b'?' | b':'] | [b'-' | b'?' | b':', b' ', ..] => false,
        _ => !text.starts_with("---") && !text.starts_with("..."),
    };
    opens && !text.ends_with([' ', ':']) && !text.contains(": ") && !text.contains(" #")
}

pub(crate) fn double_quoted(text: &str) -> String {
    let mut out = String::from('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            printable if is_printable(printable) => out.push(printable),
            other if u32::from(other) <= 0xff => {
                out.push_str(&format!("\\x{:02x}", u32::from(other)))
            }
            other => out.push_str(&format!("\\u{:04x}", u32::from(other))),
        }
    }
    out.push('"');
    out
}

/// Whether a character is shown as it is and ends no line.
fn is_printable(character: char) -> bool {
    !character.is_control()
        && !matches!(
            character,
            '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
        )
}

fn indent(out: &mut String, depth: usize) {
    out.extend(std::iter::repeat_n("  ", depth));
}
