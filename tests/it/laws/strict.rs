//! RFC 6902 to the letter, written anew: what this accepts means the same everywhere.

use serde_json::Value;

/// Applies operations as strictly as the RFC allows: every path must be well formed and lead
/// somewhere, every index be a plain number, every test hold.
pub(super) fn apply(document: &mut Value, operations: &Value) -> Result<(), String> {
    let operations = operations.as_array().ok_or("a patch is a list")?;
    for (number, operation) in operations.iter().enumerate() {
        one(document, operation)
            .map_err(|reason| format!("operation {number}, {operation}: {reason}"))?;
    }
    Ok(())
}

fn one(document: &mut Value, operation: &Value) -> Result<(), String> {
    let text = |field: &str| {
        operation[field]
            .as_str()
            .ok_or_else(|| format!("no `{field}`"))
    };
    let tokens = tokens(text("path")?)?;
    let value = || operation.get("value").cloned().ok_or("no value");
    match text("op")? {
        "test" if *find(document, &tokens)? == value()? => Ok(()),
        "test" => Err("it does not hold".into()),
        "add" => add(document, &tokens, value()?),
        "remove" => remove(document, &tokens),
        "replace" => {
            *find(document, &tokens)? = value()?;
            Ok(())
        }
        other => Err(format!("`{other}` is none that a plan uses")),
    }
}

fn tokens(path: &str) -> Result<Vec<String>, String> {
    if path.is_empty() {
        return Ok(Vec::new());
    }
    let rest = path.strip_prefix('/').ok_or("a path starts with a slash")?;
    rest.split('/').map(unescape).collect()
}

fn unescape(token: &str) -> Result<String, String> {
    let mut parts = token.split('~');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.as_bytes().first() {
            Some(b'0') => text.push('~'),
            Some(b'1') => text.push('/'),
            _ => return Err(format!("`~` of `{token}` stands for nothing")),
        }
        text.push_str(&part[1..]);
    }
    Ok(text)
}

fn index(token: &str, length: usize) -> Result<usize, String> {
    let plain = token == "0"
        || (!token.starts_with('0') && token.bytes().all(|byte| byte.is_ascii_digit()));
    let index = token.parse().ok().filter(|index| plain && *index < length);
    index.ok_or_else(|| format!("`{token}` is no index of {length} items"))
}

fn find<'a>(document: &'a mut Value, tokens: &[String]) -> Result<&'a mut Value, String> {
    tokens
        .iter()
        .try_fold(document, |value, token| match value {
            Value::Object(map) => map
                .get_mut(token)
                .ok_or_else(|| format!("there is no `{token}`")),
            Value::Array(list) => {
                let length = list.len();
                Ok(&mut list[index(token, length)?])
            }
            _ => Err(format!("`{token}` lies inside a scalar")),
        })
}

fn add(document: &mut Value, tokens: &[String], value: Value) -> Result<(), String> {
    let Some((last, parents)) = tokens.split_last() else {
        *document = value;
        return Ok(());
    };
    match find(document, parents)? {
        Value::Object(map) => drop(map.insert(last.clone(), value)),
        Value::Array(list) if last == "-" => list.push(value),
        Value::Array(list) => list.insert(index(last, list.len() + 1)?, value),
        _ => return Err("its parent is a scalar".into()),
    }
    Ok(())
}

fn remove(document: &mut Value, tokens: &[String]) -> Result<(), String> {
    let (last, parents) = tokens
        .split_last()
        .ok_or("the whole document is not removed")?;
    match find(document, parents)? {
        Value::Object(map) => map
            .remove(last)
            .map(drop)
            .ok_or_else(|| format!("there is no `{last}`")),
        Value::Array(list) => {
            let at = index(last, list.len())?;
            list.remove(at);
            Ok(())
        }
        _ => Err("its parent is a scalar".into()),
    }
}
