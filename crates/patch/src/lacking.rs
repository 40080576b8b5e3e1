use serde_json::{Map, Value};

use crate::list::{indices_by_key, key_pairs};
use crate::step::{Step, push_shape};
use crate::{Difference, Path, Schema, Segment};

/// What a live document does not hold of what is wanted; none where it holds all of it.
///
/// A server adds to what it is given: members that only the live document has are no difference,
/// nor are items that only it has in a list that goes by key, nor another spelling of one scalar
/// ([`Schema::same`]). It also leaves out what says nothing: a wanted null, false, zero, empty
/// text, list or map is held where nothing is.
///
/// ```
/// use cutover_patch::{Plain, lacking};
/// use serde_json::json;
///
/// let live = json!({"replicas": 3, "strategy": {"type": "RollingUpdate"}});
/// assert!(lacking(&json!({"replicas": 3, "paused": false}), &live, &Plain).is_empty());
///
/// let found = lacking(&json!({"replicas": 2}), &live, &Plain);
/// assert_eq!(found[0].path.to_string(), "replicas");
/// assert_eq!((&found[0].before, &found[0].after), (&Some(json!(2)), &Some(json!(3))));
/// ```
pub fn lacking<S: Schema + ?Sized>(wanted: &Value, live: &Value, schema: &S) -> Vec<Difference> {
    let mut walk = Walk {
        schema,
        at: At::default(),
        found: Vec::new(),
    };
    walk.value(wanted, Some(live));
    walk.found
}

/// Whether a live document holds a wanted value at a place of this shape; none is that nothing is
/// there.
pub(crate) fn holds<S: Schema + ?Sized>(
    wanted: &Value,
    live: Option<&Value>,
    schema: &S,
    shape: &str,
) -> bool {
    let at = At {
        shape: shape.to_owned(),
        path: Vec::new(),
    };
    let mut walk = Walk {
        schema,
        at,
        found: Vec::new(),
    };
    walk.value(wanted, live);
    walk.found.is_empty()
}

/// Whether a server that is given this may store nothing.
pub(crate) fn says_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Bool(true) => false,
        Value::Number(number) => number.as_u64() == Some(0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.values().all(says_nothing),
    }
}

/// Where a walk is, for schemas and for people.
#[derive(Clone, Debug, Default)]
pub(crate) struct At {
    pub(crate) shape: String,
    pub(crate) path: Vec<Segment>,
}

impl At {
    pub(crate) fn field(&self, name: &str) -> Self {
        self.child(Step::Field(name), Segment::Field(name.to_owned()))
    }

    pub(crate) fn item(&self, segment: Segment) -> Self {
        self.child(
            Step::Item {
                index: 0,
                keyed: true,
            },
            segment,
        )
    }

    pub(crate) fn path(&self) -> Path {
        Path(self.path.clone())
    }

    fn child(&self, step: Step<'_>, segment: Segment) -> Self {
        let mut child = self.clone();
        push_shape(&mut child.shape, step);
        child.path.push(segment);
        child
    }
}

struct Walk<'s, S: ?Sized> {
    schema: &'s S,
    at: At,
    found: Vec<Difference>,
}

impl<S: Schema + ?Sized> Walk<'_, S> {
    fn value(&mut self, wanted: &Value, live: Option<&Value>) {
        match (wanted, live) {
            (Value::Null, _) => {}
            (wanted, None) if says_nothing(wanted) => {}
            (Value::Object(wanted), Some(Value::Object(live))) => self.members(wanted, live),
            (Value::Array(wanted), Some(Value::Array(live))) => self.items(wanted, live),
            (wanted, Some(live)) if self.schema.same(&self.at.shape, wanted, live) => {}
            _ => self.differ(wanted, live),
        }
    }

    fn members(&mut self, wanted: &Map<String, Value>, live: &Map<String, Value>) {
        for (name, wanted) in wanted {
            self.within(self.at.field(name), |walk| {
                walk.value(wanted, live.get(name))
            });
        }
    }

    fn items(&mut self, wanted: &[Value], live: &[Value]) {
        let schema = self.schema;
        let shape = self.at.shape.clone();
        let fields = schema.key(&shape);
        match (indices_by_key(wanted, fields), indices_by_key(live, fields)) {
            (Some(keys), Some(there)) => {
                for (key, index) in keys {
                    let at = self
                        .at
                        .item(Segment::Item(key_pairs(Some(&wanted[index]), fields)));
                    let live = there.get(&key).map(|index| &live[*index]);
                    self.within(at, |walk| walk.value(&wanted[index], live));
                }
            }
            _ if wanted.len() == live.len() => {
                for (index, (wanted, live)) in wanted.iter().zip(live).enumerate() {
                    self.within(self.at.item(Segment::Index(index)), |walk| {
                        walk.value(wanted, Some(live))
                    });
                }
            }
            _ => self.found.push(Difference {
                path: self.at.path(),
                before: Some(Value::Array(wanted.to_vec())),
                after: Some(Value::Array(live.to_vec())),
            }),
        }
    }

    fn differ(&mut self, wanted: &Value, live: Option<&Value>) {
        let path = self.at.path();
        self.found.push(Difference {
            path,
            before: Some(wanted.clone()),
            after: live.cloned(),
        });
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

    struct Named;

    impl Schema for Named {
        fn key(&self, path: &str) -> &[&str] {
            if path == "/containers" {
                &["name"]
            } else {
                &[]
            }
        }
        fn testable(&self, _: &str, _: &Value) -> bool {
            true
        }
        fn same(&self, path: &str, one: &Value, other: &Value) -> bool {
            one == other
                || path == "/cpu" && [one, other].map(Value::as_str) == [Some("0.2"), Some("200m")]
        }
    }

    #[test]
    fn what_a_server_adds_is_no_difference() {
        let check = |wanted: Value, live: Value, expect: &[&str]| {
            let found = lacking(&wanted, &live, &Named);
            let found: Vec<String> = found.iter().map(|found| found.path.to_string()).collect();
            assert_eq!(found, expect, "{wanted} {live}");
        };
        check(json!({"a": 1}), json!({"a": 1, "b": 2}), &[]);
        check(json!({"a": {"b": []}, "c": "", "d": 0}), json!({}), &[]);
        check(json!({"a": null}), json!({"a": 1}), &[]);
        check(json!({"a": 0}), json!({"a": 1}), &["a"]);
        check(json!({"a": 1}), json!({}), &["a"]);
        check(json!({"cpu": "0.2"}), json!({"cpu": "200m"}), &[]);
        check(
            json!({"containers": [{"name": "b", "image": "1"}]}),
            json!({"containers": [{"name": "a"}, {"name": "b", "image": "2"}]}),
            &["containers[name=b].image"],
        );
        check(
            json!({"containers": [{"name": "b"}]}),
            json!({"containers": []}),
            &["containers[name=b]"],
        );
        check(
            json!({"args": ["a", {"b": 1}]}),
            json!({"args": ["a", {"b": 1, "c": 2}]}),
            &[],
        );
        check(
            json!({"args": ["a"]}),
            json!({"args": ["a", "b"]}),
            &["args"],
        );
    }
}
