//! JSON pointers (RFC 6901): writing through them, which serde_json does not do.

use serde_json::{Map, Value};

/// Why nothing can be put at a pointer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadPointer {
    /// The text is no pointer.
    #[error("a JSON pointer starts with `/`")]
    NoSlash,
    /// A tilde that escapes nothing.
    #[error("a `~` is written `~0`, and a `/` in a key `~1`")]
    Tilde,
    /// A list has no such place, or a scalar none at all.
    #[error("no such place: it leads through a scalar, or past the end of a list")]
    NoPlace,
}

/// Puts `new` at `pointer`; absent or null parents become maps.
pub(crate) fn set(target: &mut Value, pointer: &str, new: Value) -> Result<(), BadPointer> {
    if !pointer.is_empty() && !pointer.starts_with('/') {
        return Err(BadPointer::NoSlash);
    }
    if pointer
        .split('~')
        .skip(1)
        .any(|rest| !rest.starts_with(['0', '1']))
    {
        return Err(BadPointer::Tilde);
    }
    let mut place = target;
    for token in tokens(pointer) {
        place = child(place, &token).ok_or(BadPointer::NoPlace)?;
    }
    *place = new;
    Ok(())
}

/// Puts `new` at `pointer` through maps alone: what is no map on the way gives way to one.
pub(crate) fn put(target: &mut Value, pointer: &str, new: Value) {
    let mut place = target;
    for token in tokens(pointer) {
        if !place.is_object() {
            *place = Value::Object(Map::new());
        }
        place = &mut place[token];
    }
    *place = new;
}

/// Removes what is at `pointer` and returns it; `None` where nothing is there.
pub(crate) fn remove(target: &mut Value, pointer: &str) -> Option<Value> {
    let (parent, last) = pointer.rsplit_once('/')?;
    match target.pointer_mut(parent)? {
        Value::Object(map) => map.remove(&unescape(last)),
        Value::Array(items) => index(last, items.len()).map(|at| items.remove(at)),
        _ => None,
    }
}

/// One token of a pointer, escaped: `~` as `~0` and `/` as `~1`.
pub(crate) fn escape(token: &str) -> String {
    token.replace('~', "~0").replace('/', "~1")
}

/// The tokens of a pointer, unescaped.
pub(crate) fn tokens(pointer: &str) -> impl Iterator<Item = String> + '_ {
    pointer.split('/').skip(1).map(unescape)
}

fn child<'a>(parent: &'a mut Value, token: &str) -> Option<&'a mut Value> {
    if parent.is_null() {
        *parent = Value::Object(Map::new());
    }
    match parent {
        Value::Object(map) => Some(map.entry(token).or_insert(Value::Null)),
        Value::Array(items) => {
            if token == "-" || token == items.len().to_string() {
                items.push(Value::Null);
                return items.last_mut();
            }
            index(token, items.len()).map(|at| &mut items[at])
        }
        _ => None,
    }
}

fn index(token: &str, length: usize) -> Option<usize> {
    let plain = token == "0" || !token.starts_with(['0', '+']);
    match token.parse() {
        Ok(at) if plain && at < length => Some(at),
        _ => None,
    }
}

/// One token of a pointer as it is meant.
pub(crate) fn unescape(token: &str) -> String {
    token.replace("~1", "/").replace("~0", "~")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn setting_makes_what_is_absent() {
        let check = |pointer: &str, expect: Result<Value, BadPointer>| {
            let mut value = json!({"a": {"b": 1}, "l": [1], "n": null});
            let done = set(&mut value, pointer, json!("x"));
            assert_eq!(done.map(|()| value), expect, "{pointer}");
        };
        check("/a/b", Ok(json!({"a": {"b": "x"}, "l": [1], "n": null})));
        check(
            "/a/c~1d/~0",
            Ok(json!({"a": {"b": 1, "c/d": {"~": "x"}}, "l": [1], "n": null})),
        );
        check(
            "/n/e",
            Ok(json!({"a": {"b": 1}, "l": [1], "n": {"e": "x"}})),
        );
        check("/l/0", Ok(json!({"a": {"b": 1}, "l": ["x"], "n": null})));
        check("/l/1", Ok(json!({"a": {"b": 1}, "l": [1, "x"], "n": null})));
        check(
            "/l/-/y",
            Ok(json!({"a": {"b": 1}, "l": [1, {"y": "x"}], "n": null})),
        );
        check("", Ok(json!("x")));
        check("a", Err(BadPointer::NoSlash));
        check("/a~2", Err(BadPointer::Tilde));
        check("/a~", Err(BadPointer::Tilde));
        for impossible in ["/a/b/c", "/l/2", "/l/00", "/l/x"] {
            check(impossible, Err(BadPointer::NoPlace));
        }
    }

    /// A failure means that a field that a program names does not hold what it put there.
    #[test]
    fn what_is_no_map_gives_way() {
        for pointer in ["/a/b", "/a/b/c", "/l/x", "/l/0/y", "/n/e", "/new/a~1b"] {
            let mut value = json!({"a": {"b": 1}, "l": [1], "n": null});
            put(&mut value, pointer, json!("x"));
            assert_eq!(value.pointer(pointer), Some(&json!("x")), "{pointer}");
        }
    }

    #[test]
    fn removing_gives_what_was_there() {
        let check = |pointer: &str, expect: Option<Value>| {
            assert_eq!(
                remove(&mut json!({"a/b": 1, "l": [1, 2]}), pointer),
                expect,
                "{pointer}"
            );
        };
        check("/a~1b", Some(json!(1)));
        check("/l/1", Some(json!(2)));
        for absent in ["", "/c", "/l/2", "/l/-", "/l/01", "/a~1b/c"] {
            check(absent, None);
        }
    }
}
