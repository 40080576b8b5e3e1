use serde_json::{Map, Value};

use crate::Schema;
use crate::lacking::holds;
use crate::list::{indices_by_key, key_of};
use crate::step::{Step, push_shape};

/// A document with what another one has beside it, as far as a third one holds that too.
///
/// A member that the document lacks is taken with all that it holds, or not at all, and so is an
/// item of a list that goes by key. Where the document says something it stays as it is.
///
/// ```
/// use cutover_patch::{Plain, fill};
/// use serde_json::json;
///
/// let (file, known) = (json!({"replicas": 3}), json!({"replicas": 2, "type": "A", "ip": "10.0.0.7"}));
/// let made = json!({"replicas": 3, "type": "A", "ip": "10.0.0.9"});
/// assert_eq!(fill(&file, &known, &made, &Plain), json!({"replicas": 3, "type": "A"}));
/// ```
pub fn fill<S: Schema + ?Sized>(
    document: &Value,
    known: &Value,
    held: &Value,
    schema: &S,
) -> Value {
    Fill {
        schema,
        shape: String::new(),
    }
    .value(document, known, Some(held))
}

struct Fill<'s, S: ?Sized> {
    schema: &'s S,
    shape: String,
}

impl<S: Schema + ?Sized> Fill<'_, S> {
    fn value(&mut self, document: &Value, known: &Value, held: Option<&Value>) -> Value {
        match (document, known, held) {
            (Value::Object(document), Value::Object(known), Some(Value::Object(held))) => {
                self.members(document, known, held)
            }
            (Value::Array(document), Value::Array(known), Some(Value::Array(held))) => {
                self.items(document, known, held)
            }
            _ => document.clone(),
        }
    }

    fn members(
        &mut self,
        document: &Map<String, Value>,
        known: &Map<String, Value>,
        held: &Map<String, Value>,
    ) -> Value {
        let mut filled = document.clone();
        for (name, known) in known {
            let (here, held) = (document.get(name), held.get(name));
            let found = self.at(Step::Field(name), |fill| fill.either(here, known, held));
            if let Some(found) = found {
                filled.insert(name.clone(), found);
            }
        }
        Value::Object(filled)
    }

    fn items(&mut self, document: &[Value], known: &[Value], held: &[Value]) -> Value {
        let schema = self.schema;
        let shape = self.shape.clone();
        let fields = schema.key(&shape);
        let indices = [document, known, held].map(|items| indices_by_key(items, fields));
        let [Some(here), Some(_), Some(there)] = indices else {
            return Value::Array(document.to_vec());
        };
        let mut filled = document.to_vec();
        for known in known {
            let Some(key) = key_of(known, fields) else {
                continue;
            };
            let index = here.get(&key).copied();
            let (here, held) = (
                index.map(|index| &document[index]),
                there.get(&key).map(|index| &held[*index]),
            );
            let step = Step::Item {
                index: 0,
                keyed: true,
            };
            let found = self.at(step, |fill| fill.either(here, known, held));
            match (index, found) {
                (Some(index), Some(found)) => filled[index] = found,
                (None, Some(found)) => filled.push(found),
                (_, None) => {}
            }
        }
        Value::Array(filled)
    }

    /// What is here, filled; or what is known, where all of it is held.
    fn either(
        &mut self,
        here: Option<&Value>,
        known: &Value,
        held: Option<&Value>,
    ) -> Option<Value> {
        match here {
            Some(here) => Some(self.value(here, known, held)),
            None => holds(known, held, self.schema, &self.shape).then(|| known.clone()),
        }
    }

    fn at<T>(&mut self, step: Step<'_>, visit: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.shape.len();
        push_shape(&mut self.shape, step);
        let found = visit(self);
        self.shape.truncate(length);
        found
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::tests::Named;

    #[test]
    fn only_what_is_held_is_taken_and_all_of_it_or_nothing() {
        let check = |document: Value, known: Value, held: Value, expect: Value| {
            let filled = fill(&document, &known, &held, &Named);
            assert_eq!(filled, expect, "{document} {known} {held}");
        };
        check(
            json!({"a": 1}),
            json!({"b": 2}),
            json!({"b": 2}),
            json!({"a": 1, "b": 2}),
        );
        check(
            json!({"a": 1}),
            json!({"b": 2}),
            json!({"b": 3}),
            json!({"a": 1}),
        );
        check(json!({"a": 1}), json!({"b": 2}), json!({}), json!({"a": 1}));
        check(
            json!({"a": 1}),
            json!({"a": 2}),
            json!({"a": 2}),
            json!({"a": 1}),
        );
        check(
            json!({"m": {"a": 1}}),
            json!({"m": {"b": 2, "c": 3}, "n": {"d": 4, "e": 5}}),
            json!({"m": {"b": 2}, "n": {"d": 4}}),
            json!({"m": {"a": 1, "b": 2}}),
        );
        let items = |items: Value| json!({ "items": items });
        check(
            items(json!([{"name": "a"}])),
            items(
                json!([{"name": "p", "image": "1"}, {"name": "a", "x": 1}, {"name": "q", "image": "1"}]),
            ),
            items(
                json!([{"name": "a", "x": 1}, {"name": "p", "image": "1"}, {"name": "q", "image": "2"}]),
            ),
            items(json!([{"name": "a", "x": 1}, {"name": "p", "image": "1"}])),
        );
        check(
            json!({"k": [1]}),
            json!({"k": [1, 2]}),
            json!({"k": [1, 2]}),
            json!({"k": [1]}),
        );
    }
}
