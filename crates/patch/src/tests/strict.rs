//! A reading of RFC 6902 that forgives nothing, to judge patches by; it shares no code with the
//! crate.

use serde_json::Value;

/// Applies a patch, or tells what is lax in it: an index that is not a plain number in range, a
/// `replace`, `remove` or `test` of nothing, an `add` without its parent, a `copy`, a `test` of a
/// whole map or list, and a `test` after a change.
pub(super) fn apply(document: &Value, operations: &Value) -> Result<Value, String> {
    let mut document = document.clone();
    let mut changed = false;
    for operation in operations.as_array().ok_or("not a list")? {
        let is_test = operation["op"] == "test";
        if is_test && changed {
            return Err(format!("a test after a change: {operation}"));
        }
        changed |= !is_test;
        step(&mut document, operation).map_err(|why| format!("{why}: {operation}"))?;
    }
    Ok(document)
}

fn step(document: &mut Value, operation: &Value) -> Result<(), String> {
    let path = tokens(&operation["path"])?;
    match operation["op"].as_str().ok_or("no op")? {
        "test" => test(document, &path, &operation["value"]),
        "add" => add(document, &path, operation["value"].clone()),
        "remove" => remove(document, &path).map(drop),
        "replace" => {
            *find(document, &path)? = operation["value"].clone();
            Ok(())
        }
        "move" => {
            let from = tokens(&operation["from"])?;
            if path.starts_with(&from) {
                return Err("a move into itself or to where it is".into());
            }
            let value = remove(document, &from)?;
            add(document, &path, value)
        }
        other => Err(format!("{other} is not for us")),
    }
}

fn test(document: &mut Value, path: &[String], value: &Value) -> Result<(), String> {
    if value.is_object() || value.is_array() {
        return Err("a whole map or list".into());
    }
    let found = find(document, path)?;
    if found == value {
        Ok(())
    } else {
        Err("another value".into())
    }
}

fn add(document: &mut Value, path: &[String], value: Value) -> Result<(), String> {
    let Some((last, parent)) = path.split_last() else {
        *document = value;
        return Ok(());
    };
    match find(document, parent)? {
        Value::Object(members) => match members.insert(last.clone(), value) {
            None => Ok(()),
            Some(_) => Err("an add of what is there".into()),
        },
        Value::Array(items) => {
            let index = index(last, items.len() + 1)?;
            items.insert(index, value);
            Ok(())
        }
        _ => Err("a scalar as parent".into()),
    }
}

fn remove(document: &mut Value, path: &[String]) -> Result<Value, String> {
    let (last, parent) = path.split_last().ok_or("removes everything")?;
    match find(document, parent)? {
        Value::Object(members) => members.remove(last).ok_or_else(|| "no such member".into()),
        Value::Array(items) => {
            let index = index(last, items.len())?;
            Ok(items.remove(index))
        }
        _ => Err("a scalar as parent".into()),
    }
}

fn find<'a>(document: &'a mut Value, path: &[String]) -> Result<&'a mut Value, String> {
    let mut value = document;
    for token in path {
        value = match value {
            Value::Object(members) => members.get_mut(token).ok_or("no such member")?,
            Value::Array(items) => {
                let index = index(token, items.len())?;
                &mut items[index]
            }
            _ => return Err("a way through a scalar".into()),
        };
    }
    Ok(value)
}

fn index(token: &str, end: usize) -> Result<usize, String> {
    let index: usize = token.parse().map_err(|_| "no index")?;
    if index.to_string() == token && index < end {
        Ok(index)
    } else {
        Err("an odd index".into())
    }
}

fn tokens(pointer: &Value) -> Result<Vec<String>, String> {
    let pointer = pointer.as_str().ok_or("no pointer")?;
    if pointer.is_empty() {
        return Ok(Vec::new());
    }
    let rest = pointer.strip_prefix('/').ok_or("no leading slash")?;
    rest.split('/').map(unescape).collect()
}

fn unescape(token: &str) -> Result<String, String> {
    let mut text = String::new();
    let mut chars = token.chars();
    while let Some(c) = chars.next() {
        text.push(match c {
            '~' => match chars.next() {
                Some('0') => '~',
                Some('1') => '/',
                _ => return Err("an odd escape".into()),
            },
            plain => plain,
        });
    }
    Ok(text)
}

#[test]
fn forgives_nothing() {
    use serde_json::json;
    let document = json!({"a": [1, 2], "n": null});
    for operation in [
        json!({"op": "replace", "path": "/b", "value": 1}),
        json!({"op": "remove", "path": "/b"}),
        json!({"op": "test", "path": "/b", "value": null}),
        json!({"op": "test", "path": "/a", "value": [1, 2]}),
        json!({"op": "test", "path": "/a/0", "value": 1.0}),
        json!({"op": "add", "path": "/b/c", "value": 1}),
        json!({"op": "add", "path": "/a/-", "value": 1}),
        json!({"op": "add", "path": "/a/3", "value": 1}),
        json!({"op": "add", "path": "/a/00", "value": 1}),
        json!({"op": "remove", "path": "/a/-1"}),
        json!({"op": "remove", "path": "a"}),
        json!({"op": "copy", "from": "/a", "path": "/b"}),
    ] {
        assert!(
            apply(&document, &json!([operation])).is_err(),
            "{operation}"
        );
    }
}
