use serde_json::{Map, Value};

use crate::Schema;
use crate::list::{indices_by_key, key_of};
use crate::step::{Step, push_shape};

/// What a live document has where a wanted one says something: all that only the live one has is
/// left out.
///
/// A value that is one to the server stays as it is wanted ([`Schema::same`]); one that the live
/// document lacks stays too.
///
/// ```
/// use cutover_patch::{Plain, project};
/// use serde_json::json;
///
/// let (wanted, live) = (json!({"image": "a:1"}), json!({"image": "a@sha256:1", "pullPolicy": "Always"}));
/// assert_eq!(project(&wanted, &live, &Plain), json!({"image": "a@sha256:1"}));
/// ```
pub fn project<S: Schema + ?Sized>(wanted: &Value, live: &Value, schema: &S) -> Value {
    Projection {
        schema,
        shape: String::new(),
    }
    .value(wanted, live)
}

struct Projection<'s, S: ?Sized> {
    schema: &'s S,
    shape: String,
}

impl<S: Schema + ?Sized> Projection<'_, S> {
    fn value(&mut self, wanted: &Value, live: &Value) -> Value {
        match (wanted, live) {
            (Value::Object(wanted), Value::Object(live)) => self.members(wanted, live),
            (Value::Array(wanted), Value::Array(live)) => self.items(wanted, live),
            (Value::Null, _) => Value::Null,
            _ if self.schema.same(&self.shape, wanted, live) => wanted.clone(),
            _ => live.clone(),
        }
    }

    fn members(&mut self, wanted: &Map<String, Value>, live: &Map<String, Value>) -> Value {
        let member = |(name, wanted): (&String, &Value)| {
            let value = match live.get(name) {
                Some(live) => self.at(Step::Field(name), |projection| {
                    projection.value(wanted, live)
                }),
                None => wanted.clone(),
            };
            (name.clone(), value)
        };
        Value::Object(wanted.iter().map(member).collect())
    }

    fn items(&mut self, wanted: &[Value], live: &[Value]) -> Value {
        let schema = self.schema;
        let shape = self.shape.clone();
        let fields = schema.key(&shape);
        let keyed = indices_by_key(wanted, fields).and_then(|_| indices_by_key(live, fields));
        if keyed.is_none() && wanted.len() != live.len() {
            return Value::Array(live.to_vec());
        }
        let item = |(index, wanted): (usize, &Value)| {
            let there = match &keyed {
                Some(there) => key_of(wanted, fields)
                    .and_then(|key| there.get(&key))
                    .map(|at| &live[*at]),
                None => live.get(index),
            };
            match there {
                Some(there) => self.at(
                    Step::Item {
                        index,
                        keyed: keyed.is_some(),
                    },
                    |projection| projection.value(wanted, there),
                ),
                None => wanted.clone(),
            }
        };
        Value::Array(wanted.iter().enumerate().map(item).collect())
    }

    fn at(&mut self, step: Step<'_>, visit: impl FnOnce(&mut Self) -> Value) -> Value {
        let length = self.shape.len();
        push_shape(&mut self.shape, step);
        let value = visit(self);
        self.shape.truncate(length);
        value
    }
}
