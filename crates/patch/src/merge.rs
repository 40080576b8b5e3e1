use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::Schema;
use crate::list::{Key, are_alike, indices_by_key, key_of};
use crate::step::{Step, push_shape};

/// A three-way merge: `live` with all that leads from `base` to `target`, and nothing else changed.
///
/// Items of lists that go by key are merged one by one, a new item after the one that it follows in
/// `target`, and so are as many maps in all three; any other list, and a scalar, is taken from `target`
/// where it differs from `base`.
///
/// ```
/// use cutover_patch::{Plain, merge};
/// use serde_json::json;
///
/// let live = json!({"replicas": 3, "image": "a@sha256:1", "added": true});
/// let (base, target) = (json!({"replicas": 3, "image": "a"}), json!({"replicas": 2, "image": "a"}));
/// assert_eq!(merge(&live, &base, &target, &Plain), json!({"replicas": 2, "image": "a@sha256:1", "added": true}));
/// ```
pub fn merge<S: Schema + ?Sized>(live: &Value, base: &Value, target: &Value, schema: &S) -> Value {
    Merge {
        schema,
        shape: String::new(),
    }
    .value(live, base, target)
}

struct Merge<'s, S: ?Sized> {
    schema: &'s S,
    shape: String,
}

impl<S: Schema + ?Sized> Merge<'_, S> {
    fn value(&mut self, live: &Value, base: &Value, target: &Value) -> Value {
        if base == target {
            return live.clone();
        }
        if self.schema.whole(&self.shape) {
            return target.clone();
        }
        match (live, base, target) {
            (Value::Object(live), Value::Object(base), Value::Object(target)) => {
                self.members(live, base, target)
            }
            (Value::Array(live), Value::Array(base), Value::Array(target)) => {
                self.items(live, base, target)
            }
            _ => target.clone(),
        }
    }

    fn members(
        &mut self,
        live: &Map<String, Value>,
        base: &Map<String, Value>,
        target: &Map<String, Value>,
    ) -> Value {
        let mut merged = live.clone();
        merged.retain(|name, _| target.contains_key(name) || !base.contains_key(name));
        for (name, wanted) in target {
            let was = base.get(name);
            if was == Some(wanted) {
                continue;
            }
            let base = was.cloned().unwrap_or_else(|| nothing_like(wanted));
            let value = match live.get(name) {
                Some(live) => self.at(Step::Field(name), |merge| merge.value(live, &base, wanted)),
                None => wanted.clone(),
            };
            merged.insert(name.clone(), value);
        }
        Value::Object(merged)
    }

    fn items(&mut self, live: &[Value], base: &[Value], target: &[Value]) -> Value {
        let Some(keys) = Keys::new(self.schema.key(&self.shape), live, base, target) else {
            return self.items_by_position(live, base, target);
        };
        let mut merged = Vec::new();
        for (item, (was, wanted)) in live.iter().zip(&keys.live) {
            let value = match (was, wanted) {
                (Some(_), None) => continue,
                (None, None) => item.clone(),
                (was, Some(wanted)) => {
                    let wanted = &target[*wanted];
                    let base = was.map_or_else(|| nothing_like(wanted), |was| base[was].clone());
                    self.at(
                        Step::Item {
                            index: 0,
                            keyed: true,
                        },
                        |merge| merge.value(item, &base, wanted),
                    )
                }
            };
            merged.push((*wanted, value));
        }
        let is_new = |index: usize| keys.target[index].is_none_or(|was| base[was] != target[index]);
        add(&mut merged, target, is_new);
        if keys.reordered() {
            reorder(&mut merged);
        }
        Value::Array(merged.into_iter().map(|(_, item)| item).collect())
    }

    fn items_by_position(&mut self, live: &[Value], base: &[Value], target: &[Value]) -> Value {
        if !are_alike([live, base, target]) {
            return Value::Array(target.to_vec());
        }
        let mut merged = Vec::new();
        for (index, live) in live.iter().enumerate() {
            let keyed = false;
            let step = Step::Item { index, keyed };
            merged.push(self.at(step, |merge| {
                merge.value(live, &base[index], &target[index])
            }));
        }
        Value::Array(merged)
    }

    fn at(&mut self, step: Step<'_>, visit: impl FnOnce(&mut Self) -> Value) -> Value {
        let length = self.shape.len();
        push_shape(&mut self.shape, step);
        let value = visit(self);
        self.shape.truncate(length);
        value
    }
}

/// Which items of three lists are one.
struct Keys {
    /// For each live item, its index in the base and in the target.
    live: Vec<(Option<usize>, Option<usize>)>,
    /// For each item of the target, its index in the base.
    target: Vec<Option<usize>>,
}

impl Keys {
    /// None where the items of one of the lists go by position.
    fn new(fields: &[&str], live: &[Value], base: &[Value], target: &[Value]) -> Option<Self> {
        let (old, new) = (
            indices_by_key(base, fields)?,
            indices_by_key(target, fields)?,
        );
        indices_by_key(live, fields)?;
        let places = |item| {
            let key = key_of(item, fields);
            let at = |index: &BTreeMap<Key<'_>, usize>| {
                key.as_ref().and_then(|key| index.get(key).copied())
            };
            (at(&old), at(&new))
        };
        Some(Self {
            live: live.iter().map(places).collect(),
            target: target.iter().map(|item| places(item).0).collect(),
        })
    }

    /// Whether items that both the base and the target have change places.
    fn reordered(&self) -> bool {
        !self.target.iter().flatten().is_sorted()
    }
}

/// An item with its index in the target.
type Placed = (Option<usize>, Value);

/// Adds the items of the target that are not there yet, each after the one that it follows.
fn add(merged: &mut Vec<Placed>, target: &[Value], is_new: impl Fn(usize) -> bool) {
    let place =
        |merged: &[Placed], index| merged.iter().position(|(origin, _)| *origin == Some(index));
    for (index, wanted) in target.iter().enumerate() {
        if place(merged, index).is_some() || !is_new(index) {
            continue;
        }
        let at = match index.checked_sub(1) {
            None => 0,
            Some(before) => place(merged, before).map_or(merged.len(), |before| before + 1),
        };
        merged.insert(at, (Some(index), wanted.clone()));
    }
}

/// Brings the items that the target has into its order, in the places that they hold together.
fn reorder(merged: &mut [Placed]) {
    let places: Vec<usize> = (0..merged.len())
        .filter(|place| merged[*place].0.is_some())
        .collect();
    let mut items: Vec<Placed> = places.iter().map(|place| merged[*place].clone()).collect();
    items.sort_by_key(|(origin, _)| *origin);
    for (place, item) in places.into_iter().zip(items) {
        merged[place] = item;
    }
}

/// What stands for nothing beside a value: members and items are then merged one by one.
fn nothing_like(value: &Value) -> Value {
    match value {
        Value::Object(_) => Value::Object(Map::new()),
        Value::Array(_) => Value::Array(Vec::new()),
        _ => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::tests::Named;

    fn check(live: Value, base: Value, target: Value, expect: Value) {
        assert_eq!(
            merge(&live, &base, &target, &Named),
            expect,
            "{live} {base} {target}"
        );
    }

    fn named(names: &str) -> Value {
        json!({"items": names.chars().map(|name| json!({"name": name.to_string()})).collect::<Vec<_>>()})
    }

    #[test]
    fn members_that_others_have_added_stay() {
        check(
            json!({"a": 1, "z": 1}),
            json!({"a": 1}),
            json!({"a": 2}),
            json!({"a": 2, "z": 1}),
        );
        check(
            json!({"a": 1, "z": 1}),
            json!({"a": 1}),
            json!({}),
            json!({"z": 1}),
        );
        check(
            json!({"m": {"z": 1}}),
            json!({}),
            json!({"m": {"a": 1}}),
            json!({"m": {"a": 1, "z": 1}}),
        );
        check(
            json!({"a": 9}),
            json!({"a": 1, "b": 1}),
            json!({"a": 1, "b": 2}),
            json!({"a": 9, "b": 2}),
        );
    }

    /// A failure means that a patch of one rule takes away what others have written into another.
    #[test]
    fn maps_without_a_key_go_by_position_where_they_are_as_many() {
        let rules = |first: Value, second: Value| json!({"rules": [first, second]});
        check(
            rules(json!({"a": 1, "z": 1}), json!({"z": 2})),
            rules(json!({"a": 1}), json!({})),
            rules(json!({"a": 2}), json!({})),
            rules(json!({"a": 2, "z": 1}), json!({"z": 2})),
        );
        // Nobody knows which is which.
        check(
            json!({"rules": [{"a": 1, "z": 1}]}),
            json!({"rules": [{"a": 1}]}),
            json!({"rules": [{"a": 2}, {"a": 3}]}),
            json!({"rules": [{"a": 2}, {"a": 3}]}),
        );
        check(
            json!({"args": ["a", "z"]}),
            json!({"args": ["a", "b"]}),
            json!({"args": ["c", "b"]}),
            json!({"args": ["c", "b"]}),
        );
    }

    #[test]
    fn items_go_by_key() {
        check(named("pa"), named("a"), named("ab"), named("pab"));
        check(named("ap"), named("a"), named("na"), named("nap"));
        check(named("pab"), named("ab"), named("b"), named("pb"));
        check(named("pab"), named("ab"), named("ba"), named("pba"));
        check(
            json!({"items": [{"name": "p"}, {"name": "a", "i": 1, "x": 1}]}),
            json!({"items": [{"name": "a", "i": 1}]}),
            json!({"items": [{"name": "a", "i": 2}]}),
            json!({"items": [{"name": "p"}, {"name": "a", "i": 2, "x": 1}]}),
        );
        check(
            json!({"k": [1, 2]}),
            json!({"k": [1, 2]}),
            json!({"k": [1]}),
            json!({"k": [1]}),
        );
    }
}
