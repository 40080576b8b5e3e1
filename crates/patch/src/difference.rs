use serde_json::{Map, Value};

use crate::edit::{Edit, Place, edits};
use crate::list::{Matching, key_pairs};
use crate::step::{Step, child, shape};
use crate::{Path, Schema, Segment};

/// One difference between two documents, for people.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Where: a list's item by its key, or by its index in the document that has it (before, where
    /// both do).
    pub path: Path,
    /// What was there; none where there was nothing, which is not the same as null.
    pub before: Option<Value>,
    /// What is there now; none where there is nothing.
    pub after: Option<Value>,
}

/// The differences between two documents; none exactly if they are equal.
///
/// They come in the order of the document, a list's own (items that are gone, a new order, items
/// that are new) before those within its items.
///
/// A map or an item that is new or gone is one difference, with all that it holds. Where the items
/// of a keyed list that are on both sides change places, that is one difference at the list, with
/// the key of each such item in the old and in the new order: the key's value, or for a key of
/// several fields a map of them.
///
/// ```
/// use cutover_patch::{Plain, differences};
/// use serde_json::json;
///
/// let found = differences(&json!({"a": {"b": 1}}), &json!({"a": {"b": 2}, "c": null}), &Plain);
/// assert_eq!(found[0].path.to_string(), "a.b");
/// assert_eq!((&found[0].before, &found[0].after), (&Some(json!(1)), &Some(json!(2))));
/// assert_eq!(found[1].path.to_string(), "c");
/// assert_eq!((&found[1].before, &found[1].after), (&None, &Some(json!(null))));
/// ```
pub fn differences<S: Schema + ?Sized>(
    before: &Value,
    after: &Value,
    schema: &S,
) -> Vec<Difference> {
    let edits = edits(before, after, schema);
    let documents = Documents {
        before,
        after,
        schema,
    };
    edits
        .iter()
        .flat_map(|edit| documents.differences(edit))
        .collect()
}

struct Documents<'a, 's, S: ?Sized> {
    before: &'a Value,
    after: &'a Value,
    schema: &'s S,
}

impl<'a, S: Schema + ?Sized> Documents<'a, '_, S> {
    fn differences(&self, edit: &Edit<'a>) -> Vec<Difference> {
        match edit {
            Edit::Add { place, after } => vec![self.added(&place.after, after)],
            Edit::Items {
                place,
                before,
                after,
                matching,
            } => self.items(place, before, after, matching),
            Edit::Remove { place, before } => vec![self.removed(&place.before, before)],
            Edit::Replace {
                place,
                before,
                after,
            } => vec![Difference {
                path: self.path(&place.before, self.before),
                before: Some((*before).clone()),
                after: Some((*after).clone()),
            }],
        }
    }

    fn items(
        &self,
        place: &Place<'a>,
        before: &'a [Value],
        after: &'a [Value],
        matching: &Matching,
    ) -> Vec<Difference> {
        let step = |index| Step::Item {
            index,
            keyed: matching.keyed,
        };
        let removed = |old: usize| self.removed(&child(&place.before, step(old)), &before[old]);
        let added = |new: usize| self.added(&child(&place.after, step(new)), &after[new]);
        let removed = matching.removed().into_iter().map(removed);
        let added = matching.added().into_iter().map(added);
        removed
            .chain(self.order(place, before, matching))
            .chain(added)
            .collect()
    }

    /// The one difference of items that change places.
    fn order(
        &self,
        place: &Place<'a>,
        before: &'a [Value],
        matching: &Matching,
    ) -> Option<Difference> {
        if matching.displaced().is_empty() {
            return None;
        }
        let shape = shape(&place.before);
        let fields = self.schema.key(&shape);
        let keys = |olds: &[usize]| {
            olds.iter()
                .map(|old| key_for_people(&before[*old], fields))
                .collect()
        };
        let new_order: Vec<usize> = matching.origins.iter().flatten().copied().collect();
        let mut old_order = new_order.clone();
        old_order.sort_unstable();
        Some(Difference {
            path: self.path(&place.before, self.before),
            before: Some(Value::Array(keys(&old_order))),
            after: Some(Value::Array(keys(&new_order))),
        })
    }

    fn added(&self, steps: &[Step<'a>], after: &Value) -> Difference {
        Difference {
            path: self.path(steps, self.after),
            before: None,
            after: Some(after.clone()),
        }
    }

    fn removed(&self, steps: &[Step<'a>], before: &Value) -> Difference {
        Difference {
            path: self.path(steps, self.before),
            before: Some(before.clone()),
            after: None,
        }
    }

    fn path(&self, steps: &[Step<'a>], document: &'a Value) -> Path {
        let mut value = Some(document);
        let mut segments = Vec::with_capacity(steps.len());
        for (depth, step) in steps.iter().enumerate() {
            value = value.and_then(|value| step.of(value));
            segments.push(match step {
                Step::Field(name) => Segment::Field((*name).to_owned()),
                Step::Item {
                    index,
                    keyed: false,
                } => Segment::Index(*index),
                Step::Item { keyed: true, .. } => {
                    Segment::Item(key_pairs(value, self.schema.key(&shape(&steps[..depth]))))
                }
            });
        }
        Path(segments)
    }
}

fn key_for_people(item: &Value, fields: &[&str]) -> Value {
    if let [field] = fields {
        return item[*field].clone();
    }
    let member = |field: &&str| ((*field).to_owned(), item[*field].clone());
    Value::Object(fields.iter().map(member).collect::<Map<_, _>>())
}
