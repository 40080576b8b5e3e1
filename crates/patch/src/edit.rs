use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::Schema;
use crate::list::Matching;
use crate::step::{Step, push_shape};

/// One edit, as diffs, guards and differences need it.
#[derive(Debug)]
pub(crate) enum Edit<'a> {
    /// A member that is new.
    Add { place: Place<'a>, after: &'a Value },
    /// A list whose items come, go or change places. Edits within its items follow as edits of
    /// their own.
    Items {
        place: Place<'a>,
        before: &'a [Value],
        after: &'a [Value],
        matching: Matching,
    },
    /// A member that is gone.
    Remove { place: Place<'a>, before: &'a Value },
    /// A scalar that has changed, or a value that has become one of another kind.
    Replace {
        place: Place<'a>,
        before: &'a Value,
        after: &'a Value,
    },
}

/// One place, as both documents have it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Place<'a> {
    /// With the indices of the document before: what guards see.
    pub(crate) before: Vec<Step<'a>>,
    /// With the indices of the document after: what an edit sees once the lists above it are in
    /// order.
    pub(crate) after: Vec<Step<'a>>,
}

/// The edits that lead from one document to the other, each list's own before those within its
/// items, in the order of the document.
pub(crate) fn edits<'a, S: Schema + ?Sized>(
    before: &'a Value,
    after: &'a Value,
    schema: &S,
) -> Vec<Edit<'a>> {
    let mut walk = Walk {
        schema,
        place: Place::default(),
        shape: String::new(),
        edits: Vec::new(),
    };
    walk.value(before, after);
    walk.edits
}

struct Walk<'a, 's, S: ?Sized> {
    schema: &'s S,
    place: Place<'a>,
    shape: String,
    edits: Vec<Edit<'a>>,
}

impl<'a, S: Schema + ?Sized> Walk<'a, '_, S> {
    fn value(&mut self, before: &'a Value, after: &'a Value) {
        // Most of two documents is the same: a comparison is far quicker than a walk.
        if before == after {
            return;
        }
        match (before, after) {
            (Value::Object(before), Value::Object(after)) => self.members(before, after),
            (Value::Array(before), Value::Array(after)) => self.items(before, after),
            _ => self.edits.push(Edit::Replace {
                place: self.place.clone(),
                before,
                after,
            }),
        }
    }

    fn members(&mut self, before: &'a Map<String, Value>, after: &'a Map<String, Value>) {
        let names: BTreeSet<&'a String> = before.keys().chain(after.keys()).collect();
        for name in names {
            let step = Step::Field(name);
            self.at(step, step, |walk| {
                match (before.get(name), after.get(name)) {
                    (Some(before), Some(after)) => walk.value(before, after),
                    (Some(before), None) => walk.edits.push(Edit::Remove {
                        place: walk.place.clone(),
                        before,
                    }),
                    (None, Some(after)) => walk.edits.push(Edit::Add {
                        place: walk.place.clone(),
                        after,
                    }),
                    (None, None) => {}
                }
            });
        }
    }

    fn items(&mut self, before: &'a [Value], after: &'a [Value]) {
        let matching = Matching::new(before, after, self.schema.key(&self.shape));
        let (origins, keyed) = (matching.origins.clone(), matching.keyed);
        if !matching.in_place() {
            self.edits.push(Edit::Items {
                place: self.place.clone(),
                before,
                after,
                matching,
            });
        }
        for (new, old) in origins.into_iter().enumerate() {
            let Some(old) = old else { continue };
            let step = |index| Step::Item { index, keyed };
            self.at(step(old), step(new), |walk| {
                walk.value(&before[old], &after[new])
            });
        }
    }

    fn at(&mut self, before: Step<'a>, after: Step<'a>, visit: impl FnOnce(&mut Self)) {
        let length = self.shape.len();
        push_shape(&mut self.shape, before);
        self.place.before.push(before);
        self.place.after.push(after);
        visit(self);
        self.place.after.pop();
        self.place.before.pop();
        self.shape.truncate(length);
    }
}
