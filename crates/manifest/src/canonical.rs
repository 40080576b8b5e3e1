//! JSON in one form only, so that equal documents have equal digests (RFC 8785, with two exceptions).

use serde_json::{Number, Value};

/// A number has no canonical form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the number {0} does not fit 64 bits\nhint: write it as a text, or as a smaller number")]
pub struct NotCanonical(String);

/// A value in RFC 8785's form, but for numbers: integers stay as they are written (that RFC reads
/// 2^53 and 2^53 + 1 alike), and a whole float keeps its `.0`, since the API server takes 1 and 1.0
/// for different values.
pub(crate) fn canonical(value: &Value) -> Result<String, NotCanonical> {
    let mut text = String::new();
    write(value, &mut text)?;
    Ok(text)
}

pub(crate) fn write(value: &Value, text: &mut String) -> Result<(), NotCanonical> {
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
        Value::String(value) => quote(value, text),
        Value::Number(number) => text.push_str(&self::number(number)?),
        Value::Array(list) => items(list.iter(), text)?,
        Value::Object(map) if map.keys().all(|key| key.is_ascii()) => {
            entries(map.iter(), text, write)?;
        }
        Value::Object(map) => {
            // By their UTF-16 code units, as RFC 8785 has them.
            let mut sorted: Vec<(&String, &Value)> = map.iter().collect();
            sorted.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            entries(sorted.into_iter(), text, write)?;
        }
    }
    Ok(())
}

pub(crate) fn items<'a>(
    items: impl Iterator<Item = &'a Value>,
    text: &mut String,
) -> Result<(), NotCanonical> {
    text.push('[');
    for (at, item) in items.enumerate() {
        if at > 0 {
            text.push(',');
        }
        write(item, text)?;
    }
    text.push(']');
    Ok(())
}

pub(crate) fn entries<'a, T: 'a>(
    entries: impl Iterator<Item = (&'a (impl AsRef<str> + 'a), &'a T)>,
    text: &mut String,
    write: impl Fn(&T, &mut String) -> Result<(), NotCanonical>,
) -> Result<(), NotCanonical> {
    text.push('{');
    for (at, (key, value)) in entries.enumerate() {
        if at > 0 {
            text.push(',');
        }
        quote(key.as_ref(), text);
        text.push(':');
        write(value, text)?;
    }
    text.push('}');
    Ok(())
}

/// Writes a text in quotes. Nearly none holds what must be escaped: these are copied as they are.
fn quote(value: &str, text: &mut String) {
    let is_escaped = |byte: u8| byte < 0x20 || matches!(byte, b'"' | b'\\');
    if value.bytes().any(is_escaped) {
        text.push_str(&Value::from(value).to_string());
        return;
    }
    text.push('"');
    text.push_str(value);
    text.push('"');
}

fn number(number: &Number) -> Result<String, NotCanonical> {
    let float = match number.as_f64() {
        Some(float) if number.is_f64() => float,
        _ => return Ok(number.to_string()),
    };
    let whole = float.fract() == 0.0;
    // An integer past 64 bits was rounded when it was read: two of them would have one digest.
    if !float.is_finite() || whole && float.abs() >= TWO_TO_THE_64 {
        return Err(NotCanonical(number.to_string()));
    }
    let sign = if float == 0.0 && float.is_sign_negative() {
        "-"
    } else {
        ""
    };
    let text = ryu_js::Buffer::new().format(float).to_owned();
    let point = if whole { ".0" } else { "" };
    Ok(format!("{sign}{text}{point}"))
}

const TWO_TO_THE_64: f64 = 18_446_744_073_709_551_616.0;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A failure means that two documents that differ have one digest, or one document two.
    #[test]
    fn what_differs_is_written_differently() {
        let check = |value: Value, expect: &str| assert_eq!(canonical(&value).unwrap(), expect);
        check(
            json!({"b": [1, null], "a": true}),
            r#"{"a":true,"b":[1,null]}"#,
        );
        check(json!(9_007_199_254_740_992_u64), "9007199254740992");
        check(json!(9_007_199_254_740_993_u64), "9007199254740993");
        check(json!(u64::MAX), "18446744073709551615");
        check(json!(1), "1");
        check(json!(1.0), "1.0");
        check(json!(-0.0), "-0.0");
        check(json!(0.1), "0.1");
        check(json!(1e-7), "1e-7");
        check(json!("\u{1f}\n\"é"), r#""\u001f\n\"é""#);
        // U+FB33 comes after U+1F600 by code points, and before it by UTF-16.
        check(
            json!({"\u{fb33}": 1, "\u{1f600}": 2}),
            "{\"\u{1f600}\":2,\"\u{fb33}\":1}",
        );
    }

    /// A failure means that an integer that was rounded when it was read is digested.
    #[test]
    fn what_was_rounded_is_refused() {
        for text in ["18446744073709551616", "-18446744073709551617", "1e300"] {
            let value: Value = serde_json::from_str(text).unwrap();
            assert!(canonical(&value).is_err(), "{text}");
        }
    }
}
