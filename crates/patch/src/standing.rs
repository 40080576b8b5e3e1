use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::lacking::{At, holds, says_nothing};
use crate::list::{are_alike, indices_by_key, key_pairs};
use crate::{Difference, Schema, Segment};

/// How a live document stands between two others: only the places where those two differ count.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Standing {
    /// Where the live document is not as before: what was there before, and what is.
    pub off_before: Vec<Difference>,
    /// Where the live document is not as after: what is there after, and what is.
    pub off_after: Vec<Difference>,
}

impl Standing {
    /// How `live` stands between `before` and `after`.
    ///
    /// What a server adds or spells otherwise is no difference, as for [`lacking`](crate::lacking).
    /// Where one of the two has nothing, the live document stands there unless it holds what the
    /// other has: a server may have put a default.
    ///
    /// ```
    /// use cutover_patch::{Plain, Standing};
    /// use serde_json::json;
    ///
    /// let (before, after) = (json!({"replicas": 3}), json!({"replicas": 2}));
    /// let standing = |replicas| Standing::of(&json!({"replicas": replicas, "paused": true}), &before, &after, &Plain);
    /// assert!(standing(3).is_before() && !standing(3).is_after());
    /// assert!(standing(2).is_after());
    /// assert!(!standing(5).is_before() && !standing(5).is_after());
    /// ```
    pub fn of<S: Schema + ?Sized>(live: &Value, before: &Value, after: &Value, schema: &S) -> Self {
        let mut walk = Walk {
            schema,
            at: At::default(),
            standing: Self::default(),
        };
        walk.value(Some(live), Some(before), Some(after));
        walk.standing
    }

    /// Whether the live document is as before wherever the two differ.
    pub fn is_before(&self) -> bool {
        self.off_before.is_empty()
    }

    /// Whether the live document is as after wherever the two differ.
    pub fn is_after(&self) -> bool {
        self.off_after.is_empty()
    }
}

struct Walk<'s, S: ?Sized> {
    schema: &'s S,
    at: At,
    standing: Standing,
}

type Place<'a> = Option<&'a Value>;

impl<S: Schema + ?Sized> Walk<'_, S> {
    fn value(&mut self, live: Place<'_>, before: Place<'_>, after: Place<'_>) {
        if before == after {
            return;
        }
        match (before, after) {
            (Some(Value::Object(before)), Some(Value::Object(after))) => {
                self.members(live.and_then(Value::as_object), before, after);
            }
            (Some(Value::Array(old)), Some(Value::Array(new))) => {
                if !self.items(live.and_then(Value::as_array), old, new) {
                    self.leaf(live, before, after);
                }
            }
            _ => self.leaf(live, before, after),
        }
    }

    fn members(
        &mut self,
        live: Option<&Map<String, Value>>,
        before: &Map<String, Value>,
        after: &Map<String, Value>,
    ) {
        let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        for name in names {
            let live = live.and_then(|live| live.get(name));
            self.within(self.at.field(name), |walk| {
                walk.value(live, before.get(name), after.get(name))
            });
        }
    }

    /// Goes through the items of a list by key, or by position where they are as many maps before, after
    /// and live; false where a list is to be taken as a whole.
    fn items(&mut self, live: Option<&Vec<Value>>, before: &[Value], after: &[Value]) -> bool {
        let schema = self.schema;
        let shape = self.at.shape.clone();
        let fields = schema.key(&shape);
        let live = live.map_or(&[][..], Vec::as_slice);
        let indices = [before, after, live].map(|items| indices_by_key(items, fields));
        let [Some(old), Some(new), Some(there)] = indices else {
            return self.items_by_position(live, before, after);
        };
        let keys: BTreeSet<_> = old.keys().chain(new.keys()).collect();
        for key in keys {
            let (was, is) = (
                old.get(key).map(|index| &before[*index]),
                new.get(key).map(|index| &after[*index]),
            );
            let at = self.at.item(Segment::Item(key_pairs(was.or(is), fields)));
            let live = there.get(key).map(|index| &live[*index]);
            self.within(at, |walk| walk.value(live, was, is));
        }
        true
    }

    /// Else what a server adds to a list in one of them would hide what is to be taken from it.
    fn items_by_position(&mut self, live: &[Value], before: &[Value], after: &[Value]) -> bool {
        if !are_alike([live, before, after]) {
            return false;
        }
        for (index, live) in live.iter().enumerate() {
            let at = self.at.item(Segment::Index(index));
            let (before, after) = (&before[index], &after[index]);
            self.within(at, |walk| walk.value(Some(live), Some(before), Some(after)));
        }
        true
    }

    fn leaf(&mut self, live: Place<'_>, before: Place<'_>, after: Place<'_>) {
        if !self.stands(live, before, after) {
            self.standing.off_before.push(self.difference(before, live));
        }
        if !self.stands(live, after, before) {
            self.standing.off_after.push(self.difference(after, live));
        }
    }

    /// Whether `live` is `wanted` rather than `other`.
    fn stands(&self, live: Place<'_>, wanted: Place<'_>, other: Place<'_>) -> bool {
        let holds = |value: &Value| holds(value, live, self.schema, &self.at.shape);
        match wanted {
            Some(wanted) => holds(wanted),
            None => live.is_none_or(says_nothing) || !other.is_some_and(holds),
        }
    }

    fn difference(&self, expected: Place<'_>, live: Place<'_>) -> Difference {
        Difference {
            path: self.at.path(),
            before: expected.cloned(),
            after: live.cloned(),
        }
    }

    fn within(&mut self, at: At, visit: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.at, at);
        visit(self);
        self.at = outer;
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::tests::Named;

    #[test]
    fn only_where_the_two_differ() {
        let check = |live: Value, before: Value, after: Value, expect: (bool, bool)| {
            let standing = Standing::of(&live, &before, &after, &Named);
            assert_eq!(
                (standing.is_before(), standing.is_after()),
                expect,
                "{live} {before} {after}"
            );
        };
        let (one, two) = (
            json!({"items": [{"name": "a", "image": "1"}]}),
            json!({"items": [{"name": "a", "image": "2"}, {"name": "b"}]}),
        );
        let injected = json!({"items": [{"name": "proxy"}, {"name": "a", "image": "1", "x": 1}]});
        check(injected, one.clone(), two.clone(), (true, false));
        check(two.clone(), one.clone(), two.clone(), (false, true));
        // Half of it is nothing that a plan has made.
        check(
            json!({"items": [{"name": "a", "image": "2"}]}),
            one,
            two,
            (false, false),
        );
        check(
            json!({"min": 0}),
            json!({}),
            json!({"min": 5}),
            (true, false),
        );
        check(
            json!({"min": 0}),
            json!({"min": 5}),
            json!({}),
            (false, true),
        );
        check(
            json!({"grace": 30}),
            json!({"grace": 5}),
            json!({}),
            (false, true),
        );
        check(json!({"other": 1}), json!({}), json!({}), (true, true));
    }

    /// A failure means that what a step takes out of a list in a list passes for taken out already.
    #[test]
    fn maps_without_a_key_go_by_position_where_they_are_as_many() {
        let rules = |names: &str| {
            let items = names.chars().map(|name| json!({"name": name.to_string()}));
            json!({"rules": [{"items": items.collect::<Vec<_>>()}]})
        };
        let check = |live: Value, before: Value, after: Value, expect: (bool, bool)| {
            let standing = Standing::of(&live, &before, &after, &Named);
            let found = (standing.is_before(), standing.is_after());
            assert_eq!(found, expect, "{live} {before} {after}");
        };
        check(rules("ab"), rules("ab"), rules("a"), (true, false));
        check(rules("a"), rules("ab"), rules("a"), (false, true));
        check(rules("abz"), rules("ab"), rules("a"), (true, false));
        check(rules("az"), rules("ab"), rules("a"), (false, true));
        let two = json!({"rules": [{"items": []}, {}]});
        check(two, rules("ab"), rules("a"), (false, false));
    }
}
