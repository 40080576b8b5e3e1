//! Random documents, with lists that [`Named`](super::Named) keys, and random edits of them.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

/// Names that need escapes, quotes or care, and those of the keyed lists.
const NAMES: &[&str] = &[
    "", "a", "b", "a/b", "m~n", "~1", "0", "-", "x y", "%41", "\"", "é", "name", "quantity",
    "selector",
];

/// Documents up to four levels deep, some of them with the lists that are matched by key.
pub(super) fn document() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            3 => members(inner.clone()).prop_map(Value::Object),
            2 => vec(inner.clone(), 0..5).prop_map(Value::Array),
            2 => with_list("items", item(inner.clone()), inner.clone()),
            1 => with_list("ports", port(), inner),
        ]
    })
}

/// A document and another: an edit of it, or any.
pub(super) fn pair() -> impl Strategy<Value = (Value, Value)> {
    let edited = (document(), vec(any::<u8>(), 0..60)).prop_map(|(before, script)| {
        let mut after = before.clone();
        edit(&mut after, &mut script.into_iter());
        (before, after)
    });
    prop_oneof![4 => edited, 1 => (document(), document())]
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (0..3_i64).prop_map(Value::from),
        select(vec![1.0, 2.0, 0.5]).prop_map(Value::from),
        select(NAMES).prop_map(Value::from),
    ]
}

fn members(inner: impl Strategy<Value = Value>) -> impl Strategy<Value = Map<String, Value>> {
    vec((select(NAMES).prop_map(str::to_owned), inner), 0..5).prop_map(Map::from_iter)
}

/// A map with a list of this name.
fn with_list(
    name: &'static str,
    item: impl Strategy<Value = Value>,
    inner: impl Strategy<Value = Value>,
) -> impl Strategy<Value = Value> {
    (members(inner), vec(item, 0..6)).prop_map(move |(mut members, items)| {
        members.insert(name.to_owned(), Value::Array(items));
        Value::Object(members)
    })
}

/// An item of a keyed list, now and then without its key.
fn item(inner: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    let name = prop_oneof![30 => (0..12_u8).prop_map(|n| json!(format!("n{n}"))), 1 => scalar()];
    (members(inner), name).prop_map(|(mut members, name)| {
        members.insert("name".to_owned(), name);
        Value::Object(members)
    })
}

fn port() -> impl Strategy<Value = Value> {
    (0..4_u16, select(vec!["TCP", "UDP"]), 0..3_u8).prop_map(
        |(port, protocol, target)| json!({"port": port, "protocol": protocol, "target": target}),
    )
}

/// Edits a value as the bytes say, until they run out.
fn edit(value: &mut Value, script: &mut impl Iterator<Item = u8>) {
    let Some(choice) = script.next() else { return };
    match value {
        Value::Object(members) => edit_members(members, choice, script),
        Value::Array(items) => edit_items(items, choice, script),
        scalar => {
            let values = json!([null, 1, 1.0, "edited", {}, [], {"a": null}]);
            *scalar = values[usize::from(choice) % 7].clone();
        }
    }
}

fn edit_members(
    members: &mut Map<String, Value>,
    choice: u8,
    script: &mut impl Iterator<Item = u8>,
) {
    let name = NAMES[usize::from(choice / 8) % NAMES.len()];
    match choice % 8 {
        0 => drop(members.remove(name)),
        1 => drop(members.insert(name.to_owned(), json!({"added": choice}))),
        _ => members.values_mut().for_each(|member| edit(member, script)),
    }
}

fn edit_items(items: &mut Vec<Value>, choice: u8, script: &mut impl Iterator<Item = u8>) {
    let position = usize::from(choice / 8) % (items.len() + 1);
    let last = items.len().saturating_sub(1);
    match choice % 8 {
        0 if !items.is_empty() => drop(items.remove(position.min(last))),
        1 => items.insert(position, json!({"name": format!("new{choice}")})),
        2 => items.rotate_left(position),
        3 => items.reverse(),
        4 if !items.is_empty() => items.swap(0, position.min(last)),
        _ => items.iter_mut().for_each(|item| edit(item, script)),
    }
}
