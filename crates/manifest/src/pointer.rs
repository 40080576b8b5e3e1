//! JSON pointers (RFC 6901): writing through them, which serde_json does not do.

use serde_json::{Map, Value};

/// Puts `new` at `pointer`; absent or null parents become maps. `None` where a parent is a scalar,
/// or an index is out of range.
pub(crate) fn set(target: &mut Value, pointer: &str, new: Value) -> Option<()> {
    let Some((parents, last)) = pointer.rsplit_once('/') else {
        *target = new;
        return pointer.is_empty().then_some(());
    };
    let parent = tokens(parents).try_fold(target, |value, token| child(value, &token))?;
    *child(parent, &unescape(last))? = new;
    Some(())
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
    let plain = token == "0" || (!token.starts_with(['0', '+']));
    token.parse().ok().filter(|at| plain && *at < length)
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
        let check = |pointer: &str, expect: Option<Value>| {
            let mut value = json!({"a": {"b": 1}, "l": [1], "n": null});
            let done = set(&mut value, pointer, json!("x"));
            assert_eq!(done.map(|()| value), expect, "{pointer}");
        };
        check("/a/b", Some(json!({"a": {"b": "x"}, "l": [1], "n": null})));
        check(
            "/a/c~1d/~0",
            Some(json!({"a": {"b": 1, "c/d": {"~": "x"}}, "l": [1], "n": null})),
        );
        check(
            "/n/e",
            Some(json!({"a": {"b": 1}, "l": [1], "n": {"e": "x"}})),
        );
        check("/l/0", Some(json!({"a": {"b": 1}, "l": ["x"], "n": null})));
        check(
            "/l/1",
            Some(json!({"a": {"b": 1}, "l": [1, "x"], "n": null})),
        );
        check(
            "/l/-/y",
            Some(json!({"a": {"b": 1}, "l": [1, {"y": "x"}], "n": null})),
        );
        check("", Some(json!("x")));
        for impossible in ["/a/b/c", "/l/2", "/l/00", "/l/x", "a"] {
            check(impossible, None);
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
